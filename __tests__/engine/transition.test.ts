import type { Persistence, Service } from "../../config/service";
import { sentraPortal } from "../../config/services/sentra-portal";
import { formatProblem } from "../../core/problem";
import { exec } from "../../ops/docker-engine";
import { ExitCode } from "../../ops/exit-code";
import { initSecrets } from "../../ops/stack-secrets";
import { applyTransitions, findTransitions, nextSteps } from "../../ops/transition/transitions";
import { eventually } from "../support/eventually";
import { asClient, intactKeys, writeKeys } from "../support/keys";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { template } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";

/** Changes of configuration on a server with data, a password and a renamed CONFIG: refused, done safely, and deployed. */

const KEYS = 200;
const SNAPSHOTS: Persistence = { appendonly: false, save: [{ after: "15 min", changes: 1 }] };
const LOG: Persistence = { appendonly: true, save: [] };

let scratch: Scratch;
let service: Service;
let stack: TestStack;
let steps: readonly string[];

beforeAll(async () => {
  scratch = await Scratch.create();
  const stores = sentraPortal.stores.map((store) => ({ ...store, lossAcceptable: true }));
  service = edited(await renamed({ ...sentraPortal, stores }, "prod", scratch), {
    memory: { maxmemory: "64 MiB" },
  });
  stack = new TestStack(scratch, { ...service, persistence: SNAPSHOTS });
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  await writeKeys(stack, KEYS);
}, 120_000);
afterAll(() => scratch.remove());

const problems = async (next = stack.resolved, text = template) =>
  (await findTransitions([next], text)).map(({ problem }) => formatProblem(problem));

const staying = (id: string) =>
  `To stay as it was: put the service's file back and run bin/redis-ops preflight ${id} --apply again.`;

async function apply(text = template): Promise<string> {
  const found = await findTransitions([stack.resolved], text);
  expect(found.map(({ canApply }) => canApply)).toEqual([true]);
  const { err } = await recorded(async (terminal) => {
    const { applied } = await applyTransitions(found, terminal);
    expect(applied).toEqual(found);
    steps = nextSteps(applied);
    return ExitCode.ok;
  });
  return err;
}

it("has nothing to say to a configuration that stays", async () => {
  expect(await problems()).toEqual([]);
});

it("refuses the append-only file over snapshots, switches it on, and then deploys it with every key", async () => {
  const { id } = stack.write({ ...service, persistence: LOG });
  expect(await problems()).toEqual([
    `${id} aof-on: got appendonly yes over ${KEYS} keys that are in no append-only file, expected an append-only file with ` +
      `all of them. Fix: run bin/redis-ops preflight ${id} --apply, which switches the append-only file on in the running ` +
      "server and waits until it is written.",
  ]);
  expect(await apply()).toContain(`${id} aof-on: switches the append-only file on`);
  expect(steps).toEqual([
    `Next: bin/up ${id}, now: until then this server starts again after docker stop, but maybe not after a kill or a ` +
      `crash. ${staying(id)}`,
  ]);
  expect(await problems()).toEqual([]);
  await stack.apply();
  expect(await intactKeys(stack, KEYS)).toBe(KEYS);
  expect(await stack.redis("INFO", "persistence")).toContain("aof_enabled:1");
}, 60_000);

it("refuses to take away a command that the append-only file holds, and has it written anew", async () => {
  const next = `${template}\nrename-command APPEND ""\n`;
  expect(await problems(stack.resolved, next)).toEqual([]);
  await asClient(stack, "printf 'APPEND other x\\n'");
  const { id } = stack.resolved;
  expect(await problems(stack.resolved, next)).toEqual([
    `${id} renames: got append in the append-only file, which the next configuration does not know, expected an ` +
      `append-only file without them. Fix: run bin/redis-ops preflight ${id} --apply, which has the running server write ` +
      "its append-only file anew.",
  ]);
  await apply(next);
  expect(steps).toEqual([`Next: bin/up ${id}`]);
  expect(await problems(stack.resolved, next)).toEqual([]);
});

it("refuses snapshots over the append-only file, switches it off, and then deploys them with every key", async () => {
  const { id } = stack.write({ ...service, persistence: SNAPSHOTS });
  expect(await problems()).toEqual([
    `${id} aof-off: got appendonly no over ${KEYS + 1} keys that are in the append-only file, expected a snapshot with all ` +
      `of them. Fix: run bin/redis-ops preflight ${id} --apply, which switches the append-only file off in the running ` +
      "server, writes a snapshot, and moves the append-only set aside.",
  ]);
  expect(await apply()).toMatch(
    /^the append-only set is kept as (\/data\/appendonlydir\.off-\d{8}T\d{6}Z) in the data volume; when it is not needed any more: docker exec \S+ rm -r \1$/m,
  );
  expect(steps).toEqual([
    `Next: bin/up ${id}, now: until then this server does not start again. ${staying(id)}`,
  ]);
  expect(await problems()).toEqual([]);
  await asClient(stack, "printf 'SET late yes\\n'");
  await stack.container.restart();
  const name = stack.props.server.containerName;
  expect(
    await eventually(
      () => problems(),
      (found) => found.length > 0,
    ),
  ).toEqual([
    `${id} restarting: got a container that restarts again and again, expected a server that runs. Fix: docker logs ` +
      `--tail 3 ${name} says why; a deploy that mends it is not held up.`,
  ]);
  await stack.apply();
  expect(await intactKeys(stack, KEYS)).toBe(KEYS);
  expect(await asClient(stack, "printf 'GET late\\n'")).toEqual(["yes"]);
  const { stdout } = await exec(stack.container, ["ls", "/data"]);
  expect(stdout).toMatch(/^appendonlydir\.off-\d{8}T\d{6}Z\ndump\.rdb\nredis-start\.mode\n$/);
}, 60_000);

it("does not take a paused server for one that is stopped", async () => {
  await stack.container.pause();
  const { id, props } = stack.resolved;
  expect(await problems()).toEqual([
    `${id} unanswered: got a server that runs and cannot be asked: it is paused, expected an answer to INFO and to CONFIG ` +
      `GET save. Fix: docker unpause ${props.server.containerName}; or take it as it is by --accept unanswered.`,
  ]);
  await stack.container.unpause();
});

it("asks the start script where no server runs, and has nothing to say to the configuration that fits", async () => {
  await stack.container.stop();
  const { id } = stack.write({ ...service, persistence: LOG });
  expect(await problems()).toEqual([
    `${id} start-refused: got dump.rdb with data, which appendonly yes ignores, and no append-only file that is as new, ` +
      "expected what is to be loaded. Fix: deploy with appendonly no, and before appendonly yes run bin/redis-ops " +
      `preflight ${id} --apply; or keep it aside and start empty by bin/redis-ops restore ${id} --empty.`,
  ]);
  stack.write({ ...service, persistence: SNAPSHOTS });
  expect(await problems()).toEqual([]);
  await stack.container.start();
  await stack.becomeHealthy();
  expect(await intactKeys(stack, KEYS)).toBe(KEYS);
}, 60_000);

it("refuses files that only a newer engine reads, and another volume", async () => {
  await exec(stack.container, [
    "sh",
    "-c",
    "cp /data/dump.rdb /data/kept && printf REDIS0099 | dd of=/data/dump.rdb conv=notrunc",
  ]);
  const { id } = stack.resolved;
  const elsewhere = edited(
    { ...service, persistence: SNAPSHOTS },
    { dataVolumeName: `${scratch.prefix}-elsewhere` },
  );
  expect(await problems(stack.write(elsewhere))).toEqual([
    `${id} engine-downgrade: got version 7.0.15, which reads RDB 10, expected version 7.0.15 or newer, RDB 99 or newer, as ` +
      "the data is. Fix: keep the engine; only the clients can copy data to an older one.",
    `${id} volume: got volume ${scratch.prefix}-elsewhere, expected volume ${scratch.prefix}-redis-data, where the data is. ` +
      "Fix: put the name of the volume back; data moves by bin/redis-ops backup create and restore.",
  ]);
});

it("does not take a folder that it cannot look into for an empty one", async () => {
  await exec(stack.container, ["mkdir", "-m", "000", "/data/appendonlydir"]);
  expect(await problems(stack.write({ ...service, persistence: SNAPSHOTS }))).toEqual([
    expect.stringMatching(
      /^\S+ unread: got data files that cannot be looked at: ls: .*appendonlydir.*: Permission denied, expected files in /,
    ),
  ]);
  await exec(stack.container, ["rmdir", "/data/appendonlydir"]);
});

it("tells that the volume would lose its protection", async () => {
  const { props, ...rest } = stack.write({ ...service, persistence: SNAPSHOTS });
  await exec(stack.container, ["mv", "/data/kept", "/data/dump.rdb"]);
  const dataVolume = { ...props.dataVolume, protected: false };
  expect(await problems({ ...rest, props: { ...props, dataVolume } })).toEqual([
    `${rest.id} unprotected: got a data volume that Terraform may destroy, expected the protection that it was deployed ` +
      `with. Fix: put dataVolume: "protected" back in the environment's file; or take it as it is by --accept unprotected.`,
  ]);
});
