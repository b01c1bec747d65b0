import { z } from "zod";
import { sentraPortal } from "../../config/services/sentra-portal";
import { verify } from "../../ops/commands/verify";
import { initSecrets } from "../../ops/stack-secrets";
import { eventually } from "../support/eventually";
import { freePorts } from "../support/free-ports";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** A Prometheus beside a server in production, which reads its exporter and its backups. */

let scratch: Scratch;
let stack: TestStack;
let small: typeof sentraPortal;

beforeAll(async () => {
  scratch = await Scratch.create();
  const [hostPort = 0] = await freePorts(1);
  small = edited(await renamed(sentraPortal, "prod", scratch), {
    memory: { maxmemory: "64 MiB" },
    prometheus: { hostPort },
  });
  stack = new TestStack(scratch, small);
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
}, 120_000);

afterAll(() => scratch.remove());

const container = () => scratch.docker.getContainer(stack.props.prometheus?.containerName ?? "");

const RULES = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ query: z.string() })) })) });
const TARGETS = z.object({ activeTargets: z.array(z.object({ labels: z.record(z.string(), z.string()) })) });
const SAMPLES = z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) });

async function ask<T>(path: string, shape: z.ZodType<T>): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${stack.props.prometheus?.hostPort}/api/v1/${path}`);
  return z.object({ data: shape }).parse(await response.json()).data;
}

const loadedRules = async () => (await ask("rules", RULES)).groups.flatMap(({ rules }) => rules);

/** Value of an instant query with one series. */
async function sample(query: string): Promise<string | undefined> {
  const { result } = await ask(`query?query=${encodeURIComponent(query)}`, SAMPLES);
  return result.length === 1 ? result[0]?.value[1] : undefined;
}

it("has the rules loaded and every target up, which verify says", async () => {
  const { exitCode, out } = await recorded((terminal) =>
    verify(stack.resolved, { timeoutSeconds: 30, files: false, json: false }, terminal),
  );
  const rules = (await loadedRules()).length;
  expect(out).toContain(
    `ok    http://127.0.0.1:${stack.props.prometheus?.hostPort}: ${rules} rules loaded, targets up`,
  );
  expect(rules).toBeGreaterThan(20);
  expect(exitCode).toBe(0);
}, 60_000);

it("knows of each series which stack, service and environment it is of, and of backups besides", async () => {
  const { activeTargets } = await ask("targets?state=active", TARGETS);
  const { id, service } = stack.resolved;
  const labels = { stack: id, service: service.name, environment: "prod" };
  const { exporter, backups } = stack.props;
  expect(activeTargets.map((target) => target.labels)).toEqual([
    { job: "redis", instance: `${exporter?.containerName}:9121`, ...labels },
    { job: "redis-backup", instance: `${backups.schedule?.containerName}:9122`, ...labels },
  ]);
  expect(await sample(`redis_up{stack="${id}"}`)).toBe("1");
  const made = await eventually(
    () => sample(`redis_backup_last_success_timestamp_seconds{stack="${id}",service="${service.name}"}`),
    (value) => Number(value) > 0,
  );
  expect(Number(made)).toBeGreaterThan(1_700_000_000);
}, 60_000);

it("has no privileges, and uses a part of the memory that it has", async () => {
  const { Config, HostConfig } = await container().inspect();
  expect(Config.User).toBe("65534:65534");
  expect(HostConfig.ReadonlyRootfs).toBe(true);
  expect(HostConfig.CapDrop).toEqual(["ALL"]);
  expect(Config.Env.filter((entry) => !entry.startsWith("PATH="))).toEqual([]);
  const { memory_stats } = await container().stats({ stream: false });
  expect(memory_stats.usage).toBeLessThan(200 * 1024 ** 2);
});

it("plans empty, and a changed threshold replaces Prometheus and nothing else", async () => {
  expect((await stack.plan()).isEmpty).toBe(true);
  const { Id: redis } = await stack.container.inspect();
  const before = await container().inspect();
  stack.write({ ...small, thresholds: { ...small.thresholds, memory: { warning: 61, critical: 89 } } });
  const { text } = await stack.plan();
  expect(text).toContain("docker_container.redis_prometheus must be replaced");
  expect(text).toContain("Plan: 1 to add, 0 to change, 1 to destroy.");
  const measured = await sample("count_over_time(redis_up[1h])");
  await stack.apply();
  expect((await stack.container.inspect()).Id).toBe(redis);
  expect((await container().inspect()).Id).not.toBe(before.Id);
  const kept = await eventually(
    () => sample("count_over_time(redis_up[1h])").catch(() => undefined),
    (value) => value !== undefined,
  );
  expect(Number(kept)).toBeGreaterThanOrEqual(Number(measured));
  expect((await loadedRules()).filter(({ query }) => /\b61\b/.test(query))).toHaveLength(1);
}, 60_000);

it("ends in time when it is stopped", async () => {
  const started = Date.now();
  await container().stop({ t: 20 });
  expect(Date.now() - started).toBeLessThan(5000);
  expect((await container().inspect()).State.ExitCode).toBe(0);
}, 30_000);
