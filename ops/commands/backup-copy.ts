import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { type BackupStore, StoreFailure } from "../backup/backup-store";
import { copyBackup } from "../backup/copy-backup";
import { isExpectedFailure, tellingFailures } from "../backup/failures";
import { chooseBackup, type FoundBackup, findBackups, passedOver } from "../backup/find-backups";
import { roomInStore, untilInterrupted } from "../backup/keep-backup";
import { readingStores, writingStore } from "../backup/open-store";
import { watching } from "../backup/watch";
import { dockerEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

export interface BackupCopyOptions {
  /** An id, its beginning, `latest` or `all`. */
  readonly from: string;
  readonly to: string;
  readonly at?: string;
  readonly json: boolean;
}

/** How it went with one backup. */
interface Copy {
  readonly id: string;
  readonly from: string;
  readonly result: "copied" | "there already" | "failed";
  /** Why it failed. */
  readonly problem?: string;
}

/**
 * `redis-ops backup copy`: the bytes as they are stored, so that no key is needed. Exit code 1 when one of them could not
 * be copied or is broken, when a store did not answer, or when there is none; what was copied until then stays.
 */
export function backupCopy(
  stack: ResolvedStack,
  options: BackupCopyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return tellingFailures(`the backups of ${stack.id} were not copied`, "try again", terminal, async () => {
    const docker = dockerEngine(stack.props.docker);
    const target = writingStore(options.to, stack, docker, "--to");
    const found = await findBackups(readingStores(stack, options.at, docker), stack.id);
    const chosen = options.from === "all" ? once(found.good) : [chooseBackup(found, options.from, "--from")];
    const there = await findBackups([target], stack.id);
    await refuseToReplace(chosen, there.good, target);
    const copies = await untilInterrupted(async (stop) => {
      const done: Copy[] = [];
      for (const backup of chosen) {
        const watch = watching(`copying ${backup.manifest.id}`, terminal, stop);
        const isThere = there.good.some(({ manifest }) => manifest.id === backup.manifest.id);
        const copy = isThere ? "there already" : await tried(() => copyBackup(backup, target, watch));
        stop.throwIfAborted();
        done.push({ id: backup.manifest.id, from: backup.store.where, ...asResult(copy) });
      }
      return done;
    });
    for (const line of [
      ...found.failures.map(({ message }) => message),
      ...passedOver(found, options.from),
    ]) {
      terminal.err(line);
    }
    const broken = options.from === "all" ? found.broken : [];
    for (const { id, problem } of broken) {
      terminal.err(`not copied: ${id}, ${problem}`);
    }
    const isGood = copies.length > 0 && copies.every(({ result }) => result !== "failed");
    report(stack.id, target.where, copies, options.json, terminal);
    return isGood && [...found.failures, ...broken].length === 0 ? ExitCode.ok : ExitCode.unhealthy;
  });
}

/** Of the same one in two stores, the first store's. */
function once(backups: readonly FoundBackup[]): readonly FoundBackup[] {
  return [
    ...new Map([...backups].reverse().map((backup) => [backup.manifest.id, backup])).values(),
  ].reverse();
}

/** @throws InvalidInputError when another backup has the same id there, or there is too little room */
async function refuseToReplace(
  chosen: readonly FoundBackup[],
  there: readonly FoundBackup[],
  target: BackupStore,
): Promise<void> {
  const problems: Problem[] = [];
  let needed = 0;
  for (const { manifest } of chosen) {
    const same = there.find((one) => one.manifest.id === manifest.id);
    if (same === undefined) {
      needed += manifest.file.bytes;
    } else if (same.manifest.file.sha256 !== manifest.file.sha256) {
      problems.push({
        field: `--to ${target.where}`,
        got: `another backup with the id ${manifest.id}`,
        expected: "the same one, or none",
        fix: "choose another place",
      });
    }
  }
  problems.push(...(await roomInStore(target, needed, "which is what is to be copied")));
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
}

/** A backup that is damaged does not keep others from being copied; a store that does not answer does. */
async function tried(copy: () => Promise<void>): Promise<"copied" | Error> {
  try {
    await copy();
    return "copied";
  } catch (error) {
    if (error instanceof StoreFailure || !isExpectedFailure(error)) {
      throw error;
    }
    return error;
  }
}

function asResult(copy: "copied" | "there already" | Error): Pick<Copy, "result" | "problem"> {
  return copy instanceof Error ? { result: "failed", problem: copy.message } : { result: copy };
}

function report(
  stack: string,
  to: string,
  copies: readonly Copy[],
  asJson: boolean,
  terminal: Terminal,
): void {
  if (asJson) {
    terminal.out(json({ stack, to, backups: copies }));
  } else {
    for (const { id, from, result, problem } of copies) {
      terminal.out(`${result}: ${id} from ${from} to ${to}${problem === undefined ? "" : `: ${problem}`}`);
    }
  }
  if (copies.length === 0) {
    terminal.err(`${stack} has no backup. Next: bin/redis-ops backup create ${stack}`);
  }
  if (copies.some(({ result }) => result === "failed")) {
    terminal.err(
      `Next: bin/redis-ops backup verify ${stack} --id all, and bin/redis-ops backup create ${stack}`,
    );
  }
}
