import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText, bytesText } from "../amounts";
import { ExitCode } from "../exit-code";
import { countText, percentText, smallBar } from "../look/small-bar";
import { StackReader } from "../look/stack-reader";
import { NO_ENGINE, NOT_DEPLOYED, type StackStatus } from "../look/stack-status";
import { json, type Terminal, tableWithin, visible } from "../terminal";

export interface StatusOptions {
  /** Whether somebody named the stacks: then one that is not deployed is not as it should be. */
  readonly isNamed: boolean;
  /** Seconds between two looks: 1 to 3600. Left out: one look. */
  readonly watchSeconds?: number;
  readonly json: boolean;
  /** Ends `--watch`. */
  readonly signal: AbortSignal;
  /** Makes room for the next look. Left out: no terminal, and looks are written one below the other. */
  readonly clear?: () => void;
}

/**
 * `redis-ops status`: stacks on one screen, asked at the same time. Exit code 1 when one is not well; one that is not deployed
 * is well unless it was named; 2 when no engine could be asked. With `--watch`, 0 when it is ended.
 */
export async function status(
  stacks: readonly ResolvedStack[],
  options: StatusOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const readers = [...new Set(stacks)].map((stack) => new StackReader(stack));
  try {
    for (;;) {
      const looks = (await Promise.all(readers.map((reader) => reader.read()))).map((look) =>
        options.isNamed && look.state === NOT_DEPLOYED ? { ...look, problems: [NOT_DEPLOYED] } : look,
      );
      if (options.signal.aborted) {
        return ExitCode.ok;
      }
      tell(looks, options, terminal);
      if (options.watchSeconds === undefined) {
        return codeOf(looks);
      }
      await sleep(options.watchSeconds * 1000, undefined, { signal: options.signal }).catch(() => undefined);
      if (options.signal.aborted) {
        return ExitCode.ok;
      }
    }
  } finally {
    for (const reader of readers) {
      reader.close();
    }
  }
}

function codeOf(looks: readonly StackStatus[]): ExitCode {
  if (looks.length > 0 && looks.every(({ state }) => state === NO_ENGINE)) {
    return ExitCode.invalidInput;
  }
  return looks.every(({ problems }) => problems.length === 0) ? ExitCode.ok : ExitCode.unhealthy;
}

function tell(looks: readonly StackStatus[], options: StatusOptions, terminal: Terminal): void {
  const isWatched = options.watchSeconds !== undefined;
  if (options.json) {
    const data = { at: new Date().toISOString(), stacks: looks };
    terminal.out(isWatched ? JSON.stringify(data) : json(data));
    return;
  }
  options.clear?.();
  const advice = looks
    .filter(({ problems }) => problems.length > 0)
    .map(
      ({ stack, problems }) => `${stack}: ${visible(problems.join("; "))}. Next: ${nextOf(stack, problems)}`,
    );
  terminal.out(
    [statusTable(looks, isWatched, terminal.columns), ...(advice.length > 0 ? ["", ...advice] : [])].join(
      "\n",
    ),
  );
  if (isWatched && options.clear !== undefined) {
    terminal.out(
      `\n${new Date().toISOString().slice(11, 19)} UTC, every ${options.watchSeconds} s; Ctrl-C ends it`,
    );
  }
}

const nextOf = (stack: string, problems: readonly string[]) =>
  problems.includes(NOT_DEPLOYED) ? `bin/up ${stack}` : `bin/redis-ops diagnose ${stack}`;

const HEAD = [
  "STACK",
  "STATE",
  "UP",
  "MEMORY",
  "CLIENTS",
  "OPS/S",
  "HITS",
  "EVICTED",
  "REJECTED",
  "SAVED",
  "BACKUP",
  "REDIS",
] as const;

/** Left out first where a terminal has no room: what the line of a stack that is not well tells again, or --json. */
const LEAST: readonly (typeof HEAD)[number][] = [
  "REDIS",
  "REJECTED",
  "EVICTED",
  "OPS/S",
  "SAVED",
  "UP",
  "BACKUP",
];

function statusTable(looks: readonly StackStatus[], isWatched: boolean, columns?: number): string {
  return tableWithin(
    columns,
    LEAST,
    HEAD.map((name) => (isWatched && name === "HITS" ? "HITS, NOW" : name)),
    looks.map((look) => [
      look.stack,
      visible(look.refusesWrites ? `${look.state}, full` : look.state),
      shownOr(look.uptimeSeconds, ageText),
      memoryText(look),
      shownOr(look.clients, (clients) => `${clients}/${look.maxclients}`),
      shownOr(look.opsPerSecond, countText),
      look.version === undefined ? "-" : hitsText(look, isWatched),
      shownOr(look.evicted, countText),
      shownOr(look.rejected, countText),
      savedText(look),
      look.backupAge === null ? "none" : shownOr(look.backupAge, ageText),
      visible(look.version ?? "-"),
    ]),
  );
}

function shownOr<T>(value: T | undefined, text: (value: T) => string): string {
  return value === undefined ? "-" : text(value);
}

function memoryText({ usedMemory, maxmemory }: StackStatus): string {
  if (usedMemory === undefined || maxmemory === undefined) {
    return "-";
  }
  if (maxmemory === 0) {
    return `${bytesText(usedMemory)}, no limit`;
  }
  const share = usedMemory / maxmemory;
  return `${smallBar(share, 5)} ${percentText(share)} of ${bytesText(maxmemory)}`;
}

function hitsText({ hitRatio, hitRatioSince }: StackStatus, isWatched: boolean): string {
  return isWatched ? `${percentText(hitRatio)}, ${percentText(hitRatioSince)}` : percentText(hitRatio);
}

/** The append-only file where there is one, since it is what is loaded; else the last snapshot. */
function savedText({ aof, snapshot, lastSaveSeconds }: StackStatus): string {
  if (aof === undefined) {
    return "-";
  }
  const snapshotText = snapshot === "failed" ? "RDB failed" : `RDB ${shownOr(lastSaveSeconds, ageText)}`;
  return aof === "off" ? snapshotText : snapshot === "failed" ? `AOF ${aof}, ${snapshotText}` : `AOF ${aof}`;
}
