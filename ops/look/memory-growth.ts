import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { InvalidInputError } from "../../core/problem";
import type { Estimate, KeysReport, Share } from "./memory-tally";

/** A look at the keys of a stack, to be compared with a later one. */
export interface MemorySnapshot {
  readonly stack: string;
  readonly database: number;
  /** ISO 8601. */
  readonly at: string;
  readonly keys: number;
  readonly prefixes: readonly (Share & { readonly prefix: string })[];
}

export interface Growth extends Share {
  readonly prefix: string;
}

/** What has become more, or less, from one look to the next. Most bytes first. */
export interface GrowthReport {
  readonly seconds: number;
  /** Exact, from DBSIZE. */
  readonly keys: number;
  /** Changes that are greater than their error. */
  readonly prefixes: readonly Growth[];
  /** Prefixes of which no change can be told: none, or one that is less than the error. */
  readonly unchanged: number;
}

export function memorySnapshot(
  stack: string,
  database: number,
  at: Date,
  report: KeysReport,
): MemorySnapshot {
  return {
    stack,
    database,
    at: at.toISOString(),
    keys: report.keys,
    prefixes: report.prefixes.map(({ prefix, keys, bytes }) => ({ prefix, keys, bytes })),
  };
}

const NOTHING: Share = { keys: { value: 0, error: 0 }, bytes: { value: 0, error: 0 } };

export function growthOf(before: MemorySnapshot, after: MemorySnapshot): GrowthReport {
  const shares = ({ prefixes }: MemorySnapshot) =>
    new Map(prefixes.map(({ prefix, keys, bytes }) => [prefix, { keys, bytes }]));
  const [was, is] = [shares(before), shares(after)];
  const changes = [...new Set([...was.keys(), ...is.keys()])].map((prefix) => {
    const [one, other] = [was.get(prefix) ?? NOTHING, is.get(prefix) ?? NOTHING];
    return { prefix, keys: difference(one.keys, other.keys), bytes: difference(one.bytes, other.bytes) };
  });
  const isSeen = ({ value, error }: Estimate) => Math.abs(value) > error;
  const seen = changes.filter(({ keys, bytes }) => isSeen(keys) || isSeen(bytes));
  return {
    seconds: Math.round((Date.parse(after.at) - Date.parse(before.at)) / 1000),
    keys: after.keys - before.keys,
    prefixes: seen.sort((one, other) => other.bytes.value - one.bytes.value),
    unchanged: changes.length - seen.length,
  };
}

/** The errors of two samples that know nothing of each other. */
const difference = (one: Estimate, other: Estimate): Estimate => ({
  value: other.value - one.value,
  error: Math.ceil(Math.hypot(one.error, other.error)),
});

const ESTIMATE = z.strictObject({ value: z.number().min(0), error: z.number().min(0) });

const SNAPSHOT = z.strictObject({
  stack: z.string(),
  database: z.int().min(0),
  at: z.iso.datetime(),
  keys: z.int().min(0),
  prefixes: z.array(z.strictObject({ prefix: z.string(), keys: ESTIMATE, bytes: ESTIMATE })),
});

/**
 * What `--save-to` has written.
 * @throws InvalidInputError when it is something else, of another stack or database, or from the future
 */
export function readSnapshot(file: string, stack: string, database: number, now: Date): MemorySnapshot {
  const refuse = (got: string, expected = "a file that --save-to has written") =>
    new InvalidInputError([
      {
        field: `--since ${file}`,
        got,
        expected,
        fix: `write one with bin/redis-ops memory ${stack} --save-to FILE`,
      },
    ]);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw refuse((error as NodeJS.ErrnoException).code ?? String(error));
  }
  const { data } = SNAPSHOT.safeParse(parsed(text));
  if (data === undefined) {
    throw refuse("something else");
  }
  if (data.stack !== stack || data.database !== database) {
    throw refuse(`database ${data.database} of ${data.stack}`, `database ${database} of ${stack}`);
  }
  if (Date.parse(data.at) > now.getTime()) {
    throw refuse(`a look at ${data.at}`, `one before ${now.toISOString()}`);
  }
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Looks whether a new file can be made, before a look begins that may take long. Leaves nothing.
 * @throws InvalidInputError when it cannot
 */
export function checkNewFile(file: string): void {
  make(file, "");
  rmSync(file);
}

/**
 * Writes it for its owner alone, and over nothing.
 * @throws InvalidInputError when it cannot be written; nothing is left of it then
 */
export function writeSnapshot(file: string, snapshot: MemorySnapshot): void {
  make(file, `${JSON.stringify(snapshot, null, 2)}\n`);
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "a file that is there",
  ENOENT: "no such folder",
  ENOSPC: "a disk that is full",
};

function make(file: string, text: string): void {
  const refuse = (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    return code === undefined
      ? error
      : new InvalidInputError([
          {
            field: `--save-to ${file}`,
            got: REASONS[code] ?? code,
            expected: "a new file, in a folder that is there and has room",
            fix: "write another name",
          },
        ]);
  };
  let opened: number;
  try {
    opened = openSync(file, "wx", 0o600);
  } catch (error) {
    throw refuse(error);
  }
  try {
    writeFileSync(opened, text);
  } catch (error) {
    rmSync(file);
    throw refuse(error);
  } finally {
    closeSync(opened);
  }
}
