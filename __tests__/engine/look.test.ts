import { sentraPortal } from "../../config/services/sentra-portal";
import { Duration } from "../../core/duration";
import { clients } from "../../ops/commands/clients";
import { hot } from "../../ops/commands/hot";
import { latency } from "../../ops/commands/latency";
import { slow } from "../../ops/commands/slow";
import { status } from "../../ops/commands/status";
import { streamExec } from "../../ops/docker-run";
import type { ClientGroup } from "../../ops/look/clients";
import { eventually } from "../support/eventually";
import { recorded } from "../support/recorded";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** A stack with a password, no published port, and CONFIG under another name. Each test goes on where the one before stopped. */

let scratch: Scratch;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  await stack.becomeHealthy();
}, 120_000);

afterAll(() => scratch.remove());

const TOKEN = "eyJhbGciOiJIUzI1NiJ9";

/** What scripts get: data that is parsed, and the exit code. */
const look = async (options: { readonly isNamed?: boolean } = {}) => {
  const { exitCode, out } = await recorded((terminal) =>
    status(
      [stack.resolved],
      { isNamed: true, json: true, signal: new AbortController().signal, ...options },
      terminal,
    ),
  );
  return { exitCode, row: JSON.parse(out).stacks[0] };
};

it("shows what was slow by the commands' shapes, and none of their values", async () => {
  await stack.redis("OPS_CONFIG", "SET", "slowlog-log-slower-than", "0");
  await stack.redis("SET", `session:${TOKEN}`, TOKEN, "EX", "600");
  await stack.redis("LRANGE", `undeclared:${TOKEN}`, "0", "-1");
  await stack.redis("HGETALL", "cache:project:7");
  await stack.redis("OPS_CONFIG", "SET", "slowlog-log-slower-than", "10000");
  const options = { limit: 128, reveal: false, json: false };
  const { exitCode, out, err } = await recorded((terminal) => slow(stack.resolved, options, terminal));
  expect([exitCode, err]).toEqual([0, ""]);
  expect(out).toMatch(/^SHAPE +COUNT +TOTAL +WORST +SHARE$/m);
  for (const shape of [
    "SET session:\\*",
    "LRANGE undeclared:\\* 0 -1",
    "HGETALL cache:project:\\*",
    "CONFIG SET",
  ]) {
    expect(out).toMatch(new RegExp(`^${shape} +\\d`, "m"));
  }
  expect(out).toContain(
    "Next: LRANGE undeclared:* 0 -1: LRANGE 0 -1 sends a whole list; ask for slices, and keep the list short by LTRIM",
  );
  expect(out).toContain("Kept: commands that take 10 ms or more (slowlogLogSlowerThan).");
  expect(out).not.toContain(TOKEN);
  const asData = await recorded((terminal) => slow(stack.resolved, { ...options, json: true }, terminal));
  expect(asData.out).not.toContain(TOKEN);
  const revealed = await recorded((terminal) => slow(stack.resolved, { ...options, reveal: true }, terminal));
  expect(revealed.out).toContain(`"SET" "session:${TOKEN}" "${TOKEN}" "EX" "600"`);
});

it("tells the clients apart, says who is blocked by what, and leaves itself out", async () => {
  const waiting = await streamExec(stack.container, [
    "sh",
    "-c",
    "REDISCLI_AUTH=$(cat /run/secrets/redis_password) exec redis-cli BLPOP import:job:1 60",
  ]);
  const options = { sort: "count" as const, json: true };
  const asked = async () => {
    const { out } = await recorded((terminal) => clients(stack.resolved, options, terminal));
    const { groups, ...rest } = JSON.parse(out);
    return { ...rest, groups: groups.filter((group: ClientGroup) => !group.isInternal) };
  };
  const { groups, warnings, maxclients } = await eventually(asked, ({ groups: found }) => found.length > 0);
  expect(groups).toEqual([
    expect.objectContaining({
      host: "127.0.0.1",
      user: "default",
      count: 1,
      isInternal: false,
      blocked: { blpop: 1 },
    }),
  ]);
  expect([warnings, maxclients]).toEqual([[], stack.props.server.maxclients]);
  const none = await recorded((terminal) =>
    clients(stack.resolved, { sort: "idle", json: false, idleFor: Duration.parse("1 h") }, terminal),
  );
  // A health check may be connected just now.
  expect(none.out).toMatch(
    /^0 of \d connections; at most \d+, of which (<1|0) % are taken\.\n(1 of them is|[^1] of them are) of users health, exporter, backup and ops;/,
  );
  await stack.redis("RPUSH", "import:job:1", "go");
  waiting.stdout.resume();
  expect((await waiting.finished).exitCode).toBe(0);
});

it("measures what took how long, in the units that it says", async () => {
  await stack.redis("OPS_CONFIG", "SET", "latency-monitor-threshold", "1");
  await stack.redis("EVAL", "local n = 0 for i = 1, 3e6 do n = n + i end return n", "0");
  const { out } = await recorded((terminal) => latency(stack.resolved, { seconds: 1, json: true }, terminal));
  const { events, thresholdMs, commands, probe } = JSON.parse(out);
  expect(thresholdMs).toBe(1);
  expect(events.find(({ event }: { event: string }) => event === "command").maxMs).toBeGreaterThanOrEqual(1);
  expect(commands[0]).toMatchObject({ command: "EVAL", calls: 1 });
  expect(commands[0].p999).toBeGreaterThan(1000);
  expect(probe.count).toBeGreaterThan(10);
  expect(probe.p50).toBeLessThanOrEqual(probe.p99);
});

it("counts commands, samples keys, and sees with MONITOR which keys are used, without their names", async () => {
  const load = await streamExec(stack.container, [
    "sh",
    "-c",
    `export REDISCLI_AUTH=$(cat /run/secrets/redis_password); for i in $(seq 1 400); do echo 'GET session:${TOKEN}'; done | redis-cli -i 0.01 >/dev/null`,
  ]);
  const asked = { seconds: 1, sample: 100, monitorMs: 1000, keys: false, json: false };
  const { exitCode, out, err } = await recorded((terminal) => hot(stack.resolved, asked, terminal));
  load.stdout.destroy();
  expect(exitCode).toBe(0);
  expect(err).toContain("MONITOR for 1 s: costs about 17 % of the throughput while it runs");
  expect(out).toMatch(/^GET +[\d.k]+ +[\d.]+ us /m);
  expect(out).toMatch(/^session:\* +1 /m);
  expect(out).toMatch(/^GET session:\* +\d+ /m);
  expect(out).not.toContain(TOKEN);
  expect(await stack.redis("CLIENT", "LIST")).not.toContain("cmd=monitor");
});

it("shows a stack that is well, one that is stopped by force, one that hangs, and one that is gone", async () => {
  const well = await look();
  expect(well).toMatchObject({
    exitCode: 0,
    row: {
      state: "healthy",
      maxmemory: 64 * 1024 ** 2,
      maxclients: stack.props.server.maxclients,
      aof: "ok",
      snapshot: "ok",
      problems: [],
    },
  });
  const ended = new AbortController();
  const lines: string[] = [];
  const watched = await status(
    [stack.resolved],
    { isNamed: true, json: true, watchSeconds: 1, signal: ended.signal },
    { out: (line) => lines.push(line) === 2 && ended.abort(), err: () => undefined },
  );
  const states = lines.map((line) => JSON.parse(line).stacks[0].state);
  expect([watched, states]).toEqual([0, ["healthy", "healthy"]]);
  await stack.container.kill({ signal: "SIGSTOP" });
  const hung = await look();
  await stack.container.kill({ signal: "SIGCONT" });
  expect(hung).toMatchObject({ exitCode: 1, row: { state: "no answer", problems: ["no answer"] } });
  await stack.container.pause();
  expect(await look()).toMatchObject({ exitCode: 1, row: { state: "paused" } });
  await stack.container.unpause();
  await stack.container.stop({ t: 0 });
  expect(await look()).toMatchObject({ exitCode: 1, row: { state: "stopped (exit 137)" } });
  const { out } = await recorded((terminal) =>
    status([stack.resolved], { isNamed: true, json: false, signal: new AbortController().signal }, terminal),
  );
  expect(out).toContain(`: stopped (exit 137). Next: bin/redis-ops diagnose ${stack.resolved.id}`);
  await stack.container.remove({ force: true });
  expect(await look()).toMatchObject({
    exitCode: 1,
    row: { state: "not deployed", problems: ["not deployed"] },
  });
  expect(await look({ isNamed: false })).toMatchObject({ exitCode: 0, row: { problems: [] } });
}, 60_000);
