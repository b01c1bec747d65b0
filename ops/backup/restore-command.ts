import type { Manifest } from "./manifest";

/**
 * The command line that restores a backup, for people to copy: `--identity FILE` stands for the file of its secret key.
 * @param at - `--at` as it was given. Undefined: where the stack's backups lie anyway
 */
export function restoreCommand(
  stack: string,
  { id, encryption }: Pick<Manifest, "id" | "encryption">,
  at: string | undefined,
): string {
  return [
    `bin/redis-ops restore ${stack} --from ${id}`,
    ...(at === undefined ? [] : [`--at ${quoted(at)}`]),
    ...(encryption === "age" ? ["--identity FILE"] : []),
  ].join(" ");
}

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
