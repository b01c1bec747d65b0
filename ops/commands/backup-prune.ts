import { backupDefaults } from "../../config/defaults";
import type { ResolvedStack } from "../../config/resolve-stack";
import { Duration } from "../../core/duration";
import { Problems } from "../../core/problem";
import { bytesText } from "../amounts";
import { isExpectedFailure, tellingFailures } from "../backup/failures";
import { readingStores } from "../backup/open-store";
import { type PrunePlan, planPrune } from "../backup/plan-prune";
import type { RetentionPolicy } from "../backup/retention";
import { watching } from "../backup/watch";
import { dockerEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";
import { backupTable } from "./backup-list";

export interface BackupPruneOptions {
  readonly at?: string;
  /** As a person wrote it: 1 to 1000. @default - as the stack's schedule, else `backupDefaults` */
  readonly keepLast?: string;
  /** As a person wrote it, e.g. `72 h`. @default - as the stack's schedule, else `backupDefaults` */
  readonly keepFor?: string;
  /** Remove without asking. */
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * `redis-ops backup prune`: shows what would be removed, each store by itself, and removes it with `--yes`, or when a
 * person says so on a terminal. Without both nothing is removed, and the exit code is 0. Exit code 1 when a store failed.
 */
export function backupPrune(
  stack: ResolvedStack,
  options: BackupPruneOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { told, ...policy } = readPolicy(stack, options);
  return tellingFailures(`the backups of ${stack.id} are not pruned`, "try again", terminal, async () => {
    const stores = readingStores(stack, options.at, dockerEngine(stack.props.docker));
    const plans: PrunePlan[] = [];
    for (const store of stores) {
      plans.push(await planPrune(store, stack.id, policy, watching(`reading ${store.where}`, terminal)));
    }
    const isEmpty = plans.every(({ removed }) => removed.length === 0);
    if (!options.json) {
      terminal.out([told, ...plans.map((plan) => planText(plan, policy.now))].join("\n"));
    }
    const isWanted = !isEmpty && (options.yes || (!options.json && (await isToldTo())));
    if (isWanted && !(await removeAll(stack.id, plans, terminal))) {
      return ExitCode.unhealthy;
    }
    if (options.json) {
      terminal.out(json({ stack: stack.id, stores: plans.map(asData), removed: isWanted }));
    } else {
      terminal.err(
        isEmpty ? "nothing to remove" : isWanted ? "removed" : "nothing was removed. Next: add --yes",
      );
    }
    return ExitCode.ok;
  });
}

/** False when a store failed, which is told with how many were removed until then. */
async function removeAll(stack: string, plans: readonly PrunePlan[], terminal: Terminal): Promise<boolean> {
  const all = plans.flatMap(({ store, removed }) => removed.map(({ names }) => ({ store, names })));
  for (const [done, { store, names }] of all.entries()) {
    try {
      await store.remove(stack, names);
    } catch (error) {
      if (!isExpectedFailure(error)) {
        throw error;
      }
      terminal.err(`${done} of ${all.length} were removed: ${error.message}`);
      return false;
    }
  }
  return true;
}

/** On a terminal asks a person; elsewhere nobody can say yes. */
async function isToldTo(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return false;
  }
  const { confirm } = await import("@inquirer/prompts");
  try {
    return await confirm({ message: "Remove them?", default: false });
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") {
      return false;
    }
    throw error;
  }
}

/** The policy, and in words where it is from. */
function readPolicy(
  { props }: ResolvedStack,
  { keepLast, keepFor }: BackupPruneOptions,
): RetentionPolicy & { readonly told: string } {
  const { schedule } = props.backups;
  const problems = new Problems();
  const duration = problems.read("--keep-for", undefined, () =>
    keepFor === undefined
      ? (schedule?.keepFor ?? Duration.parse(backupDefaults.keepFor))
      : Duration.parse(keepFor),
  );
  const last = keepLast === undefined ? (schedule?.keepLast ?? backupDefaults.keepLast) : Number(keepLast);
  if (keepLast !== undefined && (!/^\d+$/.test(keepLast) || last < 1 || last > 1000)) {
    problems.add({
      field: "--keep-last",
      got: JSON.stringify(keepLast),
      expected: "a whole number of 1 to 1000",
      fix: "write how many of the newest to keep",
    });
  }
  problems.throwIfAny();
  const from = (option: string, value: string | undefined) =>
    `from ${value !== undefined ? option : schedule !== undefined ? "the stack's schedule" : "the default"}`;
  return {
    keepLast: last,
    keepForSeconds: duration?.toSeconds() ?? 0,
    now: new Date(),
    told: `keeps the newest ${last} (${from("--keep-last", keepLast)}), and what is younger than ${duration} (${from("--keep-for", keepFor)})`,
  };
}

function planText({ store, kept, removed, left, future }: PrunePlan, now: Date): string {
  const lines = (title: string, items: PrunePlan["removed"]) =>
    items.length === 0
      ? []
      : [title, ...items.map(({ id, bytes, why }) => `  ${id}  ${bytesText(bytes)}  ${why}`)];
  return [
    `${store.where}:`,
    ...(kept.length === 0 ? ["no good backup"] : ["stays:", indented(backupTable(kept, now.getTime()))]),
    ...(future.length === 0
      ? []
      : ["is in the future, so it stays and does not count:", indented(backupTable(future, now.getTime()))]),
    ...lines("is wrong and stays, until a newer good backup is there and nobody writes to it:", left),
    ...lines("goes:", removed),
  ].join("\n");
}

const indented = (text: string) => text.replace(/^/gm, "  ");

function asData({ store, kept, removed, left, future }: PrunePlan) {
  const ids = (backups: PrunePlan["kept"]) => backups.map(({ manifest }) => manifest.id);
  return { where: store.where, kept: ids(kept), removed, left, future: ids(future) };
}
