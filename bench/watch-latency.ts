import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";

/** What a client saw that sends PING once each millisecond, in ms. */
export interface Latency {
  readonly pings: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
  /** Answers that took longer than 5 ms. */
  readonly late: number;
  /** The worst of the answers without the time in which Redis waited for a processor that something else had. */
  readonly worstUnwaited: number;
}

/** In ms. `waited`: of `taken`, Redis waited for a processor. */
type Ping = readonly [taken: number, waited: number];

const LATE_MS = 5;

/** Without a thread beside the one that pings, which would have its priority, and without anything that is compiled meanwhile. */
const ALONE = ["--jitless", "--no-expose-wasm", "--single-threaded", "--v8-pool-size=0"];

/**
 * Watches from now on, above every other program where that is allowed.
 * @returns what ends it and tells what was seen
 */
export async function watchLatency(path: string, serverPid: number): Promise<() => Promise<Latency>> {
  const first = spawnSync("chrt", ["-f", "10", "true"]).status === 0 ? ["chrt", "-f", "10"] : [];
  const connection = connect(path);
  await once(connection, "connect");
  const probe = [process.execPath, ...ALONE, join(__dirname, "probe.js"), `${serverPid}`];
  const stop = await listen([...first, ...probe], connection);
  connection.destroy();
  return async () => {
    const pings = (await stop()) as readonly Ping[];
    const taken = pings.map(([ms]) => ms).sort((one, other) => one - other);
    const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? 0;
    return {
      pings: taken.length,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      worst: at(1),
      late: taken.filter((ms) => ms > LATE_MS).length,
      worstUnwaited: pings.reduce((worst, [ms, waited]) => Math.max(worst, ms - waited), 0),
    };
  };
}

/** Starts a program that prints a line when it has begun, and JSON when it is told to end; returns what tells it. */
async function listen(
  [command = "", ...argv]: readonly string[],
  input: Socket,
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
