import type { ResolvedStack } from "../../config/resolve-stack";
import { levelAbove } from "../../core/levels";
import { ageText } from "../amounts";
import { ExitCode } from "../exit-code";
import {
  type CommandLatency,
  type LatencyEvent,
  type Probe,
  probe,
  readLatency,
  type ServerLatency,
} from "../look/latency";
import { disabledText, onServer } from "../look/on-server";
import { countText, microsecondsText } from "../look/small-bar";
import { json, type Terminal, table, visible } from "../terminal";

export interface LatencyOptions {
  /** How long to send PING: 1 to 60. */
  readonly seconds: number;
  readonly json: boolean;
}

/** Slowest commands that are shown; `--json` has all. */
const SHOWN_COMMANDS = 12;

/**
 * `redis-ops latency`: what Redis has measured itself, and round trips of PING. Exit code 1 where half of the round trips take
 * longer than the service's threshold.
 */
export async function latency(
  stack: ResolvedStack,
  { seconds, json: asJson }: LatencyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const [server, trips] = await onServer(stack, terminal, async (live) => {
    const read = await readLatency(live);
    if (seconds > 2) {
      terminal.err(`sending PING to ${stack.id} for ${seconds} s, at most 1000 a second`);
    }
    return [read, await probe(live, seconds)] as const;
  });
  const { warning, critical } = stack.props.thresholds.latency;
  const level =
    levelAbove(trips.p50, { warning: warning.toMilliseconds(), critical: critical.toMilliseconds() }) ?? "ok";
  if (asJson) {
    const { now: _, ...measured } = server;
    terminal.out(
      json({
        stack: stack.id,
        ...measured,
        probe: { unit: "ms", ...trips, level, thresholds: { warning, critical } },
      }),
    );
  } else {
    terminal.out(eventText(server));
    terminal.out(`\n${commandText(server.commands)}\n`);
    terminal.out(costText(server));
    terminal.out(probeText(trips));
    terminal.out(
      `Half of the round trips (the median), ${milliseconds(trips.p50)}, compared with thresholds.latency, ` +
        `warning ${warning}, critical ${critical}: ${level}.`,
    );
  }
  if (level !== "ok") {
    terminal.err(
      `half of the round trips take ${milliseconds(trips.p50)} or longer: ${level}. Next: bin/redis-ops slow ${stack.id}, then bin/redis-ops diagnose ${stack.id}`,
    );
  }
  return level === "ok" ? ExitCode.ok : ExitCode.unhealthy;
}

function eventText({ events, thresholdMs, now }: ServerLatency): string {
  if (events === undefined) {
    return disabledText("LATENCY");
  }
  const threshold =
    thresholdMs === undefined
      ? "latency-monitor-threshold (milliseconds) cannot be read here."
      : thresholdMs === 0
        ? "The latency monitor is off: latency-monitor-threshold is 0. It is in milliseconds (latencyMonitorThreshold)."
        : `The latency monitor keeps what takes ${thresholdMs} ms or longer: latency-monitor-threshold, in milliseconds.`;
  return events.length === 0
    ? `${threshold} It has kept nothing.`
    : `${eventTable(events, now)}\n${threshold}`;
}

function eventTable(events: readonly LatencyEvent[], now: number): string {
  return table(
    ["EVENT", "LAST", "AGO", "WORST", "MEAN", "SECONDS WITH IT"],
    events.map(({ event, lastAt, lastMs, maxMs, samples, meanMs }) => [
      visible(event),
      milliseconds(lastMs),
      ageText(Math.max(0, now - lastAt)),
      milliseconds(maxMs),
      milliseconds(meanMs),
      `${samples}${samples >= 160 ? " or more" : ""}`,
    ]),
  );
}

function commandText(commands: readonly CommandLatency[]): string {
  if (commands.length === 0) {
    return "No percentiles of commands: they need Redis 7.0 and latency-tracking.";
  }
  const rows = commands
    .slice(0, SHOWN_COMMANDS)
    .map(({ command, calls, p50, p99, p999 }) => [
      visible(command),
      countText(calls),
      ...[p50, p99, p999].map(microsecondsText),
    ]);
  const more = commands.length - rows.length;
  return [
    table(["COMMAND", "CALLS", "P50", "P99", "P99.9"], rows),
    `Since the start, inside Redis, without the network.${more > 0 ? ` ${more} faster ones are left out; --json has all.` : ""}`,
  ].join("\n");
}

function costText({ latestForkMicroseconds, aofDelayedFsync }: ServerLatency): string {
  const fork =
    latestForkMicroseconds === 0
      ? "There was no fork yet."
      : `The last fork, for a snapshot or a rewrite, stopped the server for ${microsecondsText(latestForkMicroseconds)}.`;
  return `${fork}\nWrites that waited for the disk since the start (aof_delayed_fsync): ${aofDelayedFsync}.`;
}

function probeText({ count, p50, p99, max }: Probe): string {
  return [
    `PING, ${count} round trips: half in ${milliseconds(p50)}, 99 % in ${milliseconds(p99)}, worst ${milliseconds(max)}.`,
    "That is with the way through docker exec, which a client does not have.",
  ].join("\n");
}

const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
