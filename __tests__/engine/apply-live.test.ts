import type { Service } from "../../config/service";
import { sentraPortal } from "../../config/services/sentra-portal";
import { formatProblem, InvalidInputError } from "../../core/problem";
import { configuredValues } from "../../ops/apply-live/configured-values";
import { applyLive } from "../../ops/commands/apply-live";
import type { ExitCode } from "../../ops/exit-code";
import { initSecrets } from "../../ops/stack-secrets";
import { eventually } from "../support/eventually";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** One story of a stack with a password, whose CONFIG has another name. Each test goes on where the one before stopped. */

let scratch: Scratch;
let service: Service;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  const small = { memory: { maxmemory: "64 MiB", limit: "1 GiB" } } as const;
  service = { ...edited(await renamed(sentraPortal, "prod", scratch), small), maxclients: 500 };
  stack = new TestStack(scratch, service);
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
}, 120_000);

afterAll(() => scratch.remove());

const apply = (options: { readonly dryRun?: boolean } = {}) =>
  recorded(
    (terminal): Promise<ExitCode> =>
      applyLive(stack.resolved, { dryRun: false, json: false, ...options }, terminal),
  );

const config = async (directive: string) =>
  (await stack.redis("OPS_CONFIG", "GET", directive)).split("\n").at(-1);

const startedAt = async () => (await stack.container.inspect()).State.StartedAt;

/** The table's rows, one blank between two columns. */
const rows = (out: string) =>
  out
    .split("\n\n")[0]
    ?.split("\n")
    .slice(1)
    .map((row) => row.replace(/ {2,}/g, " "));

it("finds nothing to set after a deploy, in whatever unit redis.conf is written", async () => {
  expect(await apply()).toMatchObject({
    exitCode: 0,
    output: "every running value is as configured: nothing to set",
  });
});

it("shows what it would set, what needs a new container and why, and sets nothing with --dry-run", async () => {
  service = {
    ...edited(service, { memory: { maxmemory: "96 MiB", limit: "1 GiB" } }),
    slowlogMaxLen: 300,
    timeout: "10 min",
    notifyKeyspaceEvents: "Ex",
    directives: { databases: "20", hz: "20" },
  };
  stack.write(service);
  const { exitCode, out, err } = await apply({ dryRun: true });
  expect(rows(out)).toEqual([
    "databases 16 20 needs a new container: Redis reads it at its start alone",
    "hz 10 20 live",
    "maxmemory 67108864 100663296 live",
    'notify-keyspace-events "" xE live',
    "slowlog-max-len 128 300 live",
    "timeout 0 600 live",
  ]);
  expect(out).toContain(
    "would set hz, maxmemory, notify-keyspace-events, slowlog-max-len, timeout; nothing was changed",
  );
  expect([exitCode, err, await config("hz")]).toEqual([0, "", "10"]);
});

it("sets them on the running server, which goes on, and says that the next deploy still replaces it", async () => {
  const before = await startedAt();
  const { exitCode, out } = await apply();
  expect(exitCode).toBe(0);
  expect(out).toContain(
    "set hz, maxmemory, notify-keyspace-events, slowlog-max-len, timeout: CONFIG GET shows the configured values",
  );
  expect(out).toContain(
    `redis.conf travels in the container's command: the next bin/up ${stack.resolved.id} replaces the container, when you choose to.`,
  );
  expect([await config("maxmemory"), await config("timeout"), await config("databases")]).toEqual([
    `${96 * 1024 ** 2}`,
    "600",
    "16",
  ]);
  expect(await startedAt()).toBe(before);
  expect(rows((await apply()).out)).toEqual([
    "databases 16 20 needs a new container: Redis reads it at its start alone",
  ]);
});

it("prints no password", async () => {
  const { output } = await apply({ dryRun: true });
  const password = (await stack.exec("cat", "/run/secrets/redis_password")).stdout;
  expect(password.length).toBeGreaterThan(15);
  expect(output).not.toContain(password);
  expect(output).not.toContain("requirepass");
});

it("leaves alone what could lose data, and says who knows the safe way", async () => {
  service = {
    ...service,
    directives: {},
    persistence: { appendonly: false, save: [] },
    maxmemoryPolicy: "volatile-lru",
    stores: [{ kind: "cache", keys: "*", ttl: "1 h", lossAcceptable: true }],
  };
  stack.write({
    ...service,
    environments: edited(service, { memory: { maxmemory: "1 MiB", limit: "1 GiB" } }).environments,
  });
  await stack.redis("OPS_CONFIG", "SET", "maxmemory-policy", "noeviction");
  await stack.redis("SETRANGE", "filler", `${1024 ** 2}`, "x");
  const { exitCode, out, err } = await apply();
  expect(rows(out)?.filter((row) => !row.includes(" live"))).toEqual([
    "appendonly yes no see preflight: which files hold the data changes with it",
    expect.stringMatching(
      /^maxmemory 100663296 1048576 see preflight: \d+ bytes are used: keys would be evicted, or writes refused$/,
    ),
    "maxmemory-policy noeviction volatile-lru see preflight: keys that nothing evicts today would be evicted",
    expect.stringMatching(
      /^save .* "" see preflight: no snapshot would be written any more, at SIGTERM neither$/,
    ),
  ]);
  expect(err).toBe(
    `Next: bin/redis-ops preflight ${stack.resolved.id}, which knows the safe way for what it names`,
  );
  expect([
    exitCode,
    await config("appendonly"),
    await config("maxmemory"),
    await config("maxmemory-policy"),
  ]).toEqual([1, "yes", `${96 * 1024 ** 2}`, "noeviction"]);
});

it("tells what Redis refuses, and has set none of it", async () => {
  const { Config, HostConfig } = await stack.container.inspect();
  const { Image, Cmd = [], User } = Config;
  const name = stack.props.server.containerName;
  await stack.container.remove({ force: true });
  // So few files that Redis lowers maxclients by itself, and cannot raise it.
  const fewFiles = { ...HostConfig, Ulimits: [{ Name: "nofile", Soft: 256, Hard: 256 }] };
  await scratch.docker
    .createContainer({ name, Image, Cmd, User, HostConfig: fewFiles })
    .then((made) => made.start());
  stack.write(service);
  await eventually(
    () => stack.redis("PING"),
    (reply) => reply === "PONG",
  );
  const before = await config("slowlog-max-len");

  service = { ...service, slowlogMaxLen: 400 };
  stack.write(service);
  const { exitCode, out, err } = await apply();
  expect(rows(out)).toContain("maxclients 224 500 live");
  expect(out).toContain("not set: ");
  expect(out).not.toContain("CONFIG GET shows");
  expect(err).toMatch(/^Redis refused it: ERR CONFIG SET failed .*number of clients/);
  expect(err).toContain(
    `\nNext: correct the value in config/services/${service.name}.ts, or deploy it with bin/up`,
  );
  expect([exitCode, await config("maxclients"), await config("slowlog-max-len")]).toEqual([1, "224", before]);
});

describe("a container that cannot be changed", () => {
  const problemsOf = async () => {
    try {
      await apply();
      return [];
    } catch (error) {
      return error instanceof InvalidInputError ? error.problems.map(({ got, fix }) => [got, fix]) : [error];
    }
  };
  const id = () => stack.resolved.id;

  it("is left alone when Redis does not start with the configuration, or there is no image to ask", async () => {
    const problemOf = (image: string, conf: string) =>
      configuredValues(scratch.docker, image, conf).catch((error) => error.problems.map(formatProblem));
    expect(await problemOf(LAB_IMAGE, "port 6379\nhz many")).toEqual([
      expect.stringMatching(
        /^redis\.conf: got .*'hz many'.*, expected what \S+ starts with\. Fix: correct the value in the service's file, or redis\.conf\.tpl\.$/,
      ),
    ]);
    expect(await problemOf("redis-on-docker-lab/none:1", "port 6379")).toEqual([
      "redis-on-docker-lab/none:1: got no such image on the Docker engine, expected the image of the server, which is asked " +
        "what it makes of the configuration. Fix: docker pull redis-on-docker-lab/none:1, or build it again by bin/lab up " +
        "--engine-image redis-on-docker-lab/none:1.",
    ]);
  });

  const make = async (Image: string, Cmd: string[]) => {
    const name = stack.props.server.containerName;
    await stack.container.remove({ force: true });
    await scratch.docker.createContainer({ name, Image, Cmd }).then((made) => made.start());
  };

  it("is refused when CONFIG is switched off, when it is not from here, and when there is none", async () => {
    await make(LAB_IMAGE, [
      "sh",
      "-c",
      "exec sleep 60",
      "redis-start",
      'port 6379\nrename-command CONFIG ""\n',
    ]);
    expect(await problemsOf()).toEqual([
      ['rename-command CONFIG ""', `deploy the change with bin/up ${id()}`],
    ]);
    await make(LAB_IMAGE, ["sleep", "60"]);
    expect(await problemsOf()).toEqual([
      ["a command that has no redis.conf", `take it over by bin/up --adopt ${id()}`],
    ]);
    await stack.container.remove({ force: true });
    expect(await problemsOf()).toEqual([["none", `deploy it with bin/up ${id()}`]]);
  });
});
