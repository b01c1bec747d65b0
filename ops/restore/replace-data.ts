import type Docker from "dockerode";
import { type DatabaseKeys, totalOf } from "../backup/compare-with-manifest";
import { exec } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";
import { agreed } from "./ask";
import { checkByLoading, type Loaded } from "./check-by-loading";
import { beforeName, exchange } from "./exchange";
import type { RestoreOptions } from "./restore-problems";
import { keyspaceOf, type PresentData, type RestoreTarget } from "./restore-target";
import { clearStaging, STAGING, type Staged } from "./stage-backup";

/** What every step of one restore needs. */
export interface RestoreRun {
  readonly docker: Docker;
  readonly target: RestoreTarget;
  readonly lock: Docker.Container;
  readonly present: PresentData;
  readonly options: Pick<RestoreOptions, "yes" | "json">;
  readonly terminal: Terminal;
}

/** What becomes the data. */
export interface Replacement {
  readonly action: "restore" | "undo" | "empty" | "repair";
  /** What it is, with its age, for people. */
  readonly what: string;
  /** Id of the backup, where it is one. */
  readonly backup?: string;
  /** Makes it ready in the volume. Left out: nothing, so that the server starts empty. */
  readonly stage?: () => Promise<Staged>;
  /** Memory that loading it takes, in bytes. */
  readonly usedMemory: number;
  /** After the server runs with it. */
  readonly finish?: () => Promise<void>;
}

/** Loading takes more than the data: buffers, and what the allocator rounds up. */
const LOADING_FACTOR = 1.3;
const NOTHING: Loaded = { databases: [], loadedKeys: 0, seconds: 0 };

/**
 * Stages, checks, shows, asks, exchanges and reports. Exit code 2 after a no: nothing was changed.
 * @throws InvalidInputError after it was shown, where nobody can be asked
 */
export async function replaceData(run: RestoreRun, replacement: Replacement): Promise<ExitCode> {
  const { target, lock, present, options, terminal } = run;
  try {
    await clearStaging(lock);
    const staged = await replacement.stage?.();
    let loaded: Loaded | undefined;
    const check = async () => {
      loaded = staged === undefined ? NOTHING : await checked(run, staged);
      return loaded.loadedKeys;
    };
    const fitsBeside = present.available >= replacement.usedMemory * LOADING_FACTOR;
    if (present.databases === undefined || fitsBeside) {
      await check();
    } else {
      terminal.err("too little memory for a second server: the backup is loaded while the first is stopped");
    }
    const before = beforeName(new Date(), present.kept);
    terminal.err(preview(run, replacement, loaded, before));
    if (!(await agreed(`Replace the data of ${target.id}?`, options))) {
      terminal.err("nothing was changed");
      return ExitCode.invalidInput;
    }
    const { downtimeSeconds } = await exchange(
      run,
      before,
      async () => loaded?.loadedKeys ?? (await check()),
    );
    await replacement.finish?.();
    await report(run, replacement, before, downtimeSeconds, loaded ?? NOTHING);
    return ExitCode.ok;
  } finally {
    // hold-lock.sh does the same at its end; what was thrown first is what counts.
    await exec(lock, ["sh", "-c", `[ -e /data/restore-in-progress ] || rm -rf ${STAGING}`]).catch(
      () => undefined,
    );
  }
}

async function checked(run: RestoreRun, staged: Staged): Promise<Loaded> {
  const { docker, target, lock, terminal } = run;
  const toSnapshot = staged.isAof && !target.appendonly;
  const first = await checkByLoading(
    docker,
    target,
    lock,
    staged,
    { isAof: staged.isAof, toSnapshot },
    terminal,
  );
  return toSnapshot
    ? checkByLoading(docker, target, lock, {}, { isAof: false, toSnapshot: false }, terminal)
    : first;
}

function preview(
  { target, present }: RestoreRun,
  { what }: Replacement,
  loaded: Loaded | undefined,
  before: string,
): string {
  const { databases, filesChanged } = present;
  const lines = [
    ["keys now", databases === undefined ? "unknown: the server does not answer" : keyCounts(databases)],
    [
      "files changed",
      filesChanged === undefined ? "no data files" : new Date(filesChanged * 1000).toISOString(),
    ],
    ["becomes", what],
    ["keys then", loaded === undefined ? "told while the server is stopped" : keyCounts(loaded.databases)],
    ["kept as", `${before}, in the volume ${target.volume}`],
    [
      "downtime",
      loaded === undefined
        ? "until it is loaded and checked, and then loaded again"
        : `to stop, to exchange, and about ${loaded.seconds.toFixed(1)} s to load`,
    ],
    ...(databases === undefined && present.isRunning
      ? [["attention", "the server runs and does not answer: what it has not written to its files is lost"]]
      : []),
  ];
  return [`${target.id}:`, ...lines.map(([name = "", text]) => `  ${name.padEnd(13)}  ${text}`)].join("\n");
}

async function report(
  { target, options, terminal }: RestoreRun,
  { action, what, backup }: Replacement,
  before: string,
  downtimeSeconds: number,
  { databases }: Loaded,
): Promise<void> {
  const now = (await keyspaceOf(target)) ?? databases;
  if (options.json) {
    terminal.out(
      json({
        stack: target.id,
        action,
        ...(backup === undefined ? {} : { backup }),
        keys: now,
        downtimeSeconds,
        kept: { volume: target.volume, folder: before },
      }),
    );
  } else {
    terminal.out(`${target.id} runs with ${what}: ${keyCounts(now)}`);
    terminal.out(
      `${downtimeSeconds === 0 ? "it did not answer before" : `${downtimeSeconds.toFixed(1)} s without an answer`}; ` +
        `the data of before is kept in ${before} of the volume ${target.volume}`,
    );
  }
  terminal.err(
    `Next: bin/redis-ops restore ${target.id} --undo takes it back, the newest only; bin/redis-ops restore ${target.id} --discard removes what is kept`,
  );
}

/** `3 keys (db0 2, db9 1)`. */
export function keyCounts(databases: readonly DatabaseKeys[]): string {
  const { keys } = totalOf(databases);
  const each = databases.map(({ database, keys: count }) => `db${database} ${count}`).join(", ");
  return `${keys} ${keys === 1 ? "key" : "keys"}${each === "" ? "" : ` (${each})`}`;
}
