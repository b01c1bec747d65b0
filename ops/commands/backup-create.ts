import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText, bytesText } from "../amounts";
import { type CreateOptions, createBackup } from "../backup/create-backup";
import { tellingFailures } from "../backup/failures";
import type { CreatedBackup } from "../backup/keep-backup";
import { restoreCommand } from "../backup/restore-command";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

/** `redis-ops backup create`: exit code 0 only when the backup was read back and found good. */
export function backupCreate(
  stack: ResolvedStack,
  options: CreateOptions & { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  return tellingFailures(
    `no backup of ${stack.id} was made`,
    `bin/redis-ops verify ${stack.id}, and try again`,
    terminal,
    async () => {
      const created = await createBackup(stack, options, terminal);
      if (options.json) {
        terminal.out(json({ where: created.store.where, manifest: created.manifest }));
      } else {
        terminal.out(lineOf(created));
        terminal.err(`Next: ${restoreCommand(stack.id, created.manifest, options.at)}`);
      }
      return ExitCode.ok;
    },
  );
}

function lineOf({ store, manifest }: CreatedBackup): string {
  const { id, keys, file, content, startedAt, finishedAt, encryption } = manifest;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const ratio = content.bytes / Math.max(1, file.bytes);
  return [
    `${id} in ${store.where}: ${bytesText(file.bytes)}`,
    ratio > 1.05 ? ` (${ratio.toFixed(1)} times smaller than ${bytesText(content.bytes)})` : "",
    keys === undefined ? "" : `, ${keys.total} ${keys.total === 1 ? "key" : "keys"}`,
    `, taken in ${seconds < 60 ? `${seconds.toFixed(1)} s` : ageText(seconds)}, verified`,
    encryption === "age" ? ", encrypted" : "",
  ].join("");
}
