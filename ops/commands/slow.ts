import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { ageText } from "../amounts";
import { ExitCode } from "../exit-code";
import { disabledText, onServer } from "../look/on-server";
import { readSlowLog, type SlowEntry, type SlowLog, type SlowShape, sumSlowLog } from "../look/slow-log";
import { microsecondsText, percentText } from "../look/small-bar";
import { json, type Terminal, table, visible } from "../terminal";

export interface SlowOptions {
  /** Newest entries looked at: 1 to 100000. */
  readonly limit: number;
  /** Show the words of the commands, too: they may hold tokens. */
  readonly reveal: boolean;
  readonly json: boolean;
}

/**
 * `redis-ops slow`: what was slow, by shape and one by one. Exit code 0 also where something is listed: a full slow log is no
 * fault by itself.
 */
export async function slow(
  stack: ResolvedStack,
  options: SlowOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const log = await onServer(stack, terminal, (live) => readSlowLog(live, stack.props, options.limit));
  if (log === undefined) {
    throw new InvalidInputError([
      {
        field: stack.id,
        got: disabledText("SLOWLOG"),
        expected: "a slow log",
        fix: "enable it in the stack",
      },
    ]);
  }
  const shapes = sumSlowLog(log.entries);
  if (options.json) {
    terminal.out(json(asData(stack.id, log, shapes, options.reveal)));
    return ExitCode.ok;
  }
  if (log.entries.length > 0) {
    terminal.out(`${shapeTable(shapes)}\n\n${entryTable(log, options.reveal)}\n`);
  }
  terminal.out(explanation(log));
  for (const advice of new Set(shapes.flatMap((one) => one.advice ?? []))) {
    const about = shapes.filter((one) => one.advice === advice).map(({ shape }) => visible(shape));
    terminal.out(`Next: ${about.join(", ")}: ${advice}`);
  }
  return ExitCode.ok;
}

function asData(stack: string, log: SlowLog, shapes: readonly SlowShape[], reveal: boolean) {
  const { entries, held, maxLen, slowerThan } = log;
  return {
    stack,
    held,
    slowlogMaxLen: maxLen,
    slowlogLogSlowerThanMicroseconds: slowerThan,
    shapes,
    entries: entries.map(({ words, at, ...entry }) => ({
      ...entry,
      at: moment(at),
      ...(reveal ? { words } : {}),
    })),
  };
}

function shapeTable(shapes: readonly SlowShape[]): string {
  return table(
    ["SHAPE", "COUNT", "TOTAL", "WORST", "SHARE"],
    shapes.map(({ shape, count, totalMicroseconds, worstMicroseconds, share }) => [
      visible(shape),
      `${count}`,
      microsecondsText(totalMicroseconds),
      microsecondsText(worstMicroseconds),
      percentText(share),
    ]),
  );
}

function entryTable({ entries, now }: SlowLog, reveal: boolean): string {
  return table(
    ["WHEN", "AGO", "TOOK", reveal ? "COMMAND" : "SHAPE", "CLIENT"],
    entries.map((entry) => [
      moment(entry.at),
      ageText(Math.max(0, now - entry.at)),
      microsecondsText(entry.microseconds),
      visible(reveal ? entry.words.map((word) => JSON.stringify(word)).join(" ") : entry.shape),
      visible([entry.name, entry.client].filter((word) => word !== "").join(" ")),
    ]),
  );
}

const moment = (seconds: SlowEntry["at"]) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

function explanation({ entries, held, maxLen, slowerThan }: SlowLog): string {
  const kept =
    slowerThan < 0
      ? "The slow log is off (slowlogLogSlowerThan)."
      : `Kept: commands that take ${slowerThan / 1000} ms or more (slowlogLogSlowerThan).`;
  const full = held >= maxLen ? "; older ones have been dropped" : "";
  return [
    `${entries.length} of ${held} entries; there is room for ${maxLen} (slowlogMaxLen)${full}. ${kept}`,
    "The slow log is in the server's memory and empty after a restart; the container's log has none of it.",
  ].join("\n");
}
