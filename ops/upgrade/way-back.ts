import type { ResolvedStack } from "../../config/resolve-stack";
import type { CreatedBackup } from "../backup/keep-backup";
import { restoreCommand } from "../backup/restore-command";

/**
 * How a stack goes back to the engine that made a backup, as tried with 7.0.15 and 8.0.2: the new server puts the backup in
 * place of its data, byte for byte as the old one wrote it, and is then killed, since one that is stopped may write a
 * snapshot that the old one cannot read.
 */
export function wayBack(
  { id, service, props }: ResolvedStack,
  engine: string | undefined,
  { store, manifest }: CreatedBackup,
  at: string | undefined,
): string {
  return [
    `The way back, on which everything that is written from ${manifest.startedAt} on is lost (backup in ${store.where}):`,
    `  ${restoreCommand(id, manifest, at)}`,
    `  docker rm --force ${props.server.containerName}`,
    `  write engine: "${engine ?? "the old one"}" in config/services/${service.name}.ts`,
    `  bin/up ${id}`,
  ].join("\n");
}
