import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText, bytesText } from "../amounts";
import type { BackupStore } from "../backup/backup-store";
import { tellingFailures } from "../backup/failures";
import { type FoundBackup, type FoundBackups, findBackups } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { isOfFuture } from "../backup/retention";
import { dockerEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, type Terminal, table } from "../terminal";

/**
 * `redis-ops backup list`: reads manifests and no data. Exit code 1 when there is no backup, when the newest is older than
 * twice the time from one scheduled backup to the next, or when a store does not answer.
 */
export function backupList(
  stack: ResolvedStack,
  options: { readonly at?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  return tellingFailures(`the backups of ${stack.id} are not known`, "try again", terminal, async () => {
    const stores = readingStores(stack, options.at, dockerEngine(stack.props.docker));
    const found = await findBackups(stores, stack.id);
    const wrong = warnings(stack, stores, found, Date.now());
    if (options.json) {
      terminal.out(
        json({
          stack: stack.id,
          backups: found.good.map(({ store, manifest }) => ({ where: store.where, manifest })),
          broken: found.broken.map(({ store, id, problem }) => ({ where: store.where, id, problem })),
          warnings: wrong,
        }),
      );
    } else {
      if (found.good.length > 0) {
        terminal.out(backupTable(found.good, Date.now()));
      }
      for (const { store, id, problem } of found.broken) {
        terminal.out(`broken: ${id} in ${store.where}: ${problem}`);
      }
    }
    for (const warning of wrong) {
      terminal.err(warning);
    }
    return wrong.length === 0 ? ExitCode.ok : ExitCode.unhealthy;
  });
}

/** Backups for people, a line for each. */
export function backupTable(backups: readonly FoundBackup[], now: number): string {
  return table(
    ["ID", "KIND", "WHERE", "MADE", "SIZE", "KEYS", "ENGINE", "BY"],
    backups.map(({ store, manifest }) => [
      manifest.id,
      `${manifest.kind}${manifest.encryption === "age" ? ", encrypted" : ""}`,
      store.where,
      isOfFuture(manifest, new Date(now))
        ? "in the future"
        : `${ageText((now - Date.parse(manifest.startedAt)) / 1000)} ago`,
      bytesText(manifest.file.bytes),
      manifest.keys === undefined ? "not known" : `${manifest.keys.total}`,
      manifest.engine.version,
      manifest.madeBy,
    ]),
  );
}

function warnings(
  { id, props }: ResolvedStack,
  asked: readonly BackupStore[],
  found: FoundBackups,
  now: number,
): readonly string[] {
  const { schedule } = props.backups;
  const future = found.good.filter(({ manifest }) => isOfFuture(manifest, new Date(now)));
  const newest = found.good.find((one) => !future.includes(one));
  const age = newest === undefined ? 0 : (now - Date.parse(newest.manifest.startedAt)) / 1000;
  return [
    ...found.failures.map(({ message }) => message),
    ...(future.length > 0
      ? [
          `${future.length} of the backups of ${id} ${future.length === 1 ? "is" : "are"} in the future, and not taken for fresh. Next: look at the clocks of this machine and of the Docker engine`,
        ]
      : []),
    ...(newest === undefined ? [noBackup(id, asked, found, future.length)] : []),
    ...(schedule !== undefined && age > 2 * schedule.every.toSeconds()
      ? [
          `the newest backup of ${id} is ${ageText(age)} old, and one should be made every ${schedule.every}. Next: docker logs --tail 20 ${schedule.containerName}`,
        ]
      : []),
  ];
}

/** What a store has that did not answer, nobody knows. */
function noBackup(
  id: string,
  asked: readonly BackupStore[],
  { failures }: FoundBackups,
  future: number,
): string {
  const next = `Next: bin/redis-ops backup create ${id}`;
  const silent = failures.map(({ where }) => where);
  if (silent.length > 0) {
    const answered = asked.map(({ where }) => where).filter((where) => !silent.includes(where));
    return `${id} has none in ${answered.join(" and ")}; ${silent.join(" and ")} did not answer. ${next}`;
  }
  return future > 0 ? `${id} has no other backup. ${next}` : `${id} has no backup. ${next}`;
}
