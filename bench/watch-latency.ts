import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { cpus } from "node:os";
import { join } from "node:path";

/** What a client saw that sends PING once each millisecond, in ms. */
export interface Latency {
  readonly pings: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
  /** The worst of the answers during which no processor stood still. Undefined: this machine cannot tell. */
  readonly worstUnstalled?: number;
  /** The worst of these, without the time in which Redis waited for a processor. */
  readonly worstUnwaited?: number;
  /** What a clock of its own on each processor, above all programs and without Redis, saw of processors that stood still. */
  readonly stalls?: { readonly count: number; readonly worst: number };
}

/** In ms of the monotonic clock. */
type Interval = readonly [from: number, to: number];

/** In ms of the monotonic clock. `waited`: of `taken`, Redis waited for a processor. */
export type Ping = readonly [sentAt: number, taken: number, waited: number];

/** Above every program, and the clocks above the client that pings. */
const PRIORITY = { pings: 10, clocks: 20 };

/**
 * Watches from now on. A virtual processor that its host lets wait makes every program on it late, whatever Redis does: a
 * clock on each tells these moments apart.
 * @returns what ends it and tells what was seen
 */
export async function watchLatency(path: string, serverPid: number): Promise<() => Promise<Latency>> {
  const canRank = spawnSync("chrt", ["-f", "10", "true"]).status === 0;
  const canPin = canRank && spawnSync("taskset", ["-c", "0", "true"]).status === 0;
  const rank = (priority: number) => (canRank ? ["chrt", "-f", `${priority}`] : []);
  const node = (script: string) => [process.execPath, join(__dirname, script)];
  const connection = connect(path);
  await once(connection, "connect");
  const pinned = (cpu: number) => ["taskset", "-c", `${cpu}`, ...rank(PRIORITY.clocks), ...node("stalls.js")];
  const clocks = await Promise.all(canPin ? cpus().map((_, cpu) => listen(pinned(cpu))) : []);
  const probe = await listen([...rank(PRIORITY.pings), ...node("probe.js"), `${serverPid}`], connection);
  connection.destroy();
  return async () => {
    const pings = (await probe()) as readonly Ping[];
    const stalls = (await Promise.all(clocks.map((stop) => stop()))).flat() as readonly Interval[];
    const unstalled = outside(pings, stalls);
    const taken = pings.map(([, ms]) => ms).sort((one, other) => one - other);
    const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? 0;
    return {
      pings: taken.length,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      worst: at(1),
      ...(canPin
        ? {
            worstUnstalled: most(unstalled.map(([, ms]) => ms)),
            worstUnwaited: most(unstalled.map(([, ms, waited]) => ms - waited)),
            stalls: { count: stalls.length, worst: most(stalls.map(([from, to]) => to - from)) },
          }
        : {}),
    };
  };
}

const most = (numbers: readonly number[]) => numbers.reduce((one, other) => Math.max(one, other), 0);

/** The pings that no stall overlaps. */
export function outside(pings: readonly Ping[], stalls: readonly Interval[]): readonly Ping[] {
  return pings.filter(
    ([sentAt, taken]) => !stalls.some(([from, to]) => from < sentAt + taken && sentAt < to),
  );
}

/** Starts a program that prints a line when it has begun, and JSON when it is told to end; returns what tells it. */
async function listen(
  [command = "", ...argv]: readonly string[],
  input: Socket | "ignore" = "ignore",
): Promise<() => Promise<unknown>> {
  const child: ChildProcess = spawn(command, argv, { stdio: [input, "pipe", "inherit"] });
  const { stdout } = child;
  if (stdout === null) {
    throw new Error("a pipe was asked for");
  }
  let told = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    told += text;
  });
  const ended = once(child, "close");
  await Promise.race([once(stdout, "data"), ended]);
  return async () => {
    child.kill("SIGTERM");
    await ended;
    return JSON.parse(told.slice(told.indexOf("\n")));
  };
}
