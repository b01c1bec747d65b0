import type { ResolvedStack } from "../../config/resolve-stack";
import { bytesText, keysText } from "../amounts";
import { tellingFailures } from "../backup/failures";
import { type ImportOptions, importBackup } from "../backup/import-backup";
import { restoreCommand } from "../backup/restore-command";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

/** `redis-ops backup import`: exit code 0 only when the backup was read back and found good. */
export function backupImport(
  stack: ResolvedStack,
  options: ImportOptions & { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  return tellingFailures(
    `${options.from} was not imported`,
    "take another copy of it",
    terminal,
    async () => {
      const { store, manifest, isThereAlready } = await importBackup(stack, options, terminal);
      if (options.json) {
        terminal.out(json({ where: store.where, manifest, ...(isThereAlready && { isThereAlready }) }));
      } else {
        const { id, file, keys, startedAt, engine } = manifest;
        const content = keys === undefined ? "keys not known" : keysText(keys.total);
        terminal.out(
          `${isThereAlready ? "there already: " : ""}${id} in ${store.where}: ${bytesText(file.bytes)}, ${content}, data of ${startedAt}, Redis ${engine.version}, ${isThereAlready ? "its stored bytes are whole" : "verified"}`,
        );
        terminal.err(`Next: ${restoreCommand(stack.id, manifest, options.at)}`);
      }
      return ExitCode.ok;
    },
  );
}
