import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { bytesText } from "../amounts";
import { StoreFailure } from "../backup/backup-store";
import { decode, readIdentities } from "../backup/decode";
import { isExpectedFailure, UnknownRdb } from "../backup/failures";
import { chooseBackup, type FoundBackup, findBackups, passedOver } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { finishPutBack } from "../restore/exchange";
import { ageOf, discard, undo } from "../restore/kept-data";
import { NotAnAof } from "../restore/repack-aof";
import { repairAof } from "../restore/repair-aof";
import { type RestoreRun, replaceData } from "../restore/replace-data";
import { RestoreFailed } from "../restore/restore-failed";
import { withRestoreLock } from "../restore/restore-lock";
import { backupProblems, optionProblems, type RestoreOptions } from "../restore/restore-problems";
import { type PresentData, type RestoreTarget, readPresentData, readTarget } from "../restore/restore-target";
import { cutAt, NotStaged, type Staged, stageBackup } from "../restore/stage-backup";
import { startProblems } from "../restore/start-problems";
import type { Terminal } from "../terminal";

/** Failures before the first change that are told in one line, besides those of every command about backups. */
const NOTHING_CHANGED = [NotStaged, NotAnAof, UnknownRdb];

/**
 * `redis-ops restore`: makes a backup, what an earlier restore kept, the present files without what is torn, or nothing the
 * data of a stack's server. What was there is kept in the volume. An exchange that was interrupted is put back first. Exit
 * code 0 only when the server runs with exactly that; 1 when it could not be done and the data is the one of before; 2 when
 * nothing was begun.
 * @param of the stack whose backups are meant
 * @throws InvalidInputError with everything that keeps it from being done
 */
export async function restore(
  stack: ResolvedStack,
  of: ResolvedStack,
  options: RestoreOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuse(optionProblems(stack.id, options));
  const identities = options.identity === undefined ? [] : readIdentities(options.identity);
  const docker = await connectEngine(stack.props.docker);
  const target = await readTarget(docker, stack);
  if ("field" in target) {
    throw new InvalidInputError([target]);
  }
  try {
    const backup = options.from === undefined ? undefined : await find(of, options.from, options, terminal);
    return await withRestoreLock(docker, target, async (lock) => {
      const present = await readWhole(target, lock, terminal);
      const run: RestoreRun = { docker, target, lock, present, options, terminal };
      if (options.discard) {
        return discard(run);
      }
      refuse([
        ...(await startProblems(docker, stack, target, present)),
        ...(backup === undefined
          ? []
          : backupProblems(backup.manifest, target, present, options, stack.props.server.maxmemory)),
      ]);
      if (options.undo) {
        return undo(run);
      }
      if (options.repair) {
        return repairAof(run, stack);
      }
      if (backup === undefined) {
        return replaceData(run, { action: "empty", what: "no data", usedMemory: 0 });
      }
      return fromBackup(run, backup, identities, options);
    });
  } catch (error) {
    if (error instanceof RestoreFailed) {
      terminal.err(`${stack.id}: ${error.message}`);
      terminal.err(`Next: ${error.next}`);
      return ExitCode.unhealthy;
    }
    if (isExpectedFailure(error) || NOTHING_CHANGED.some((kind) => error instanceof kind)) {
      terminal.err(`${stack.id}: nothing was changed: ${(error as Error).message}`);
      if (!(error instanceof StoreFailure)) {
        terminal.err(`Next: bin/redis-ops backup verify ${of.id} --id all tells which backups are whole`);
      }
      return ExitCode.unhealthy;
    }
    throw error;
  }
}

/** What is there once an exchange that was interrupted is put back: what its journal names is the data, and not kept. */
async function readWhole(
  target: RestoreTarget,
  lock: Docker.Container,
  terminal: Terminal,
): Promise<PresentData> {
  const present = await readPresentData(target, lock);
  if (!present.isHalfExchanged) {
    return present;
  }
  if (present.isRunning) {
    throw new InvalidInputError([
      {
        field: `volume ${target.volume}`,
        got: "a restore that was interrupted, under a server that runs",
        expected: "one that was put back before Redis started",
        fix: `run docker restart ${target.containerName}, and then restore again`,
      },
    ]);
  }
  terminal.err("an earlier restore was interrupted: putting the data of before it back");
  await finishPutBack(target, lock);
  return readPresentData(target, lock);
}

/** The stack that the backup is of may be on another engine. */
async function find(
  of: ResolvedStack,
  id: string,
  { at }: RestoreOptions,
  terminal: Terminal,
): Promise<FoundBackup> {
  const found = await findBackups(readingStores(of, at, await connectEngine(of.props.docker)), of.id);
  for (const { message } of found.failures) {
    terminal.err(`not looked at: ${message}`);
  }
  const chosen = chooseBackup(found, id, "--from");
  passedOver(found, id).forEach(terminal.err);
  for (const newer of found.broken.filter((one) => one.id > chosen.manifest.id)) {
    terminal.err(`passed over: ${newer.id} in ${newer.store.where}: ${newer.problem}`);
  }
  return chosen;
}

function fromBackup(
  run: RestoreRun,
  { manifest, store }: FoundBackup,
  identities: readonly string[],
  { match, time }: RestoreOptions,
): Promise<ExitCode> {
  const { target, lock, terminal } = run;
  const parts = [
    `backup ${manifest.id} of ${manifest.stack}`,
    `${ageOf(new Date(manifest.finishedAt))} old`,
    `Redis ${manifest.engine.version}`,
    `made by ${manifest.madeBy}`,
    ...(match.length === 0 ? [] : [`only ${match.join(" and ")}`]),
    ...(time === undefined ? [] : [`as it was at ${time}`]),
  ];
  const stage = async (): Promise<Staged> => {
    terminal.err(`reading ${manifest.id} from ${store.where}, ${bytesText(manifest.content.bytes)}`);
    const content = decode(manifest, await store.read(manifest.stack, manifest.file.name), identities);
    const staged = await stageBackup(target, lock, manifest, content, match);
    if (time !== undefined) {
      await cut(run, time);
    }
    return staged;
  };
  return replaceData(run, {
    action: "restore",
    what: parts.join(", "),
    backup: manifest.id,
    stage,
    usedMemory: manifest.usedMemory,
  });
}

async function cut({ lock, terminal }: RestoreRun, time: string): Promise<void> {
  const { isCut, window } = await cutAt(lock, Math.floor(Date.parse(time) / 1000));
  if (!isCut) {
    throw new InvalidInputError([
      {
        field: "--time",
        got: time,
        expected:
          window === undefined
            ? "a backup with times in its newest file: this one has none since the last rewrite"
            : `${instant(window[0])} to ${instant(window[1])}: only what was written since the last rewrite can be cut`,
        fix: "take a moment in it, or an older backup",
      },
    ]);
  }
  if (window !== undefined) {
    terminal.err(`this backup can be cut from ${instant(window[0])} to ${instant(window[1])}`);
  }
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}

/** @throws InvalidInputError */
function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
}
