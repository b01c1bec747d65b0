import type { LiveRedis } from "../live-redis";
import { MAX_SAVED_BYTES, type SavedKeysWriter } from "./saved-keys";
import { unlessError } from "./scan-keys";

/** A larger key is not written to a file, and so is not deleted where a file was asked for. */
export const MAX_KEPT_BYTES = 8 * 1_048_576;

/**
 * Writes keys that are watched to the file, with their TTL, about 8 MiB at a time. Returns those that are in it: not what is
 * gone, and not what takes more than 8 MiB (MEMORY USAGE), whose DUMP would keep the server busy.
 * @throws NotSaved when the file cannot be written
 */
export async function keepKeys<T extends { readonly key: Buffer }>(
  live: Pick<LiveRedis, "batch">,
  keys: readonly T[],
  writer: SavedKeysWriter,
): Promise<{ readonly kept: readonly T[]; readonly tooLarge: readonly T[] }> {
  const sizes = await live.batch(keys.map(({ key }) => ["MEMORY", "USAGE", key]));
  const kept: T[] = [];
  const tooLarge: T[] = [];
  let group: T[] = [];
  let groupBytes = 0;
  const writeGroup = async () => {
    const replies = await live.batch(
      group.flatMap(({ key }) => [["DUMP", key] as const, ["PEXPIRETIME", key] as const]),
    );
    const saved = group.flatMap((one, at) => {
      const dump = unlessError(replies[2 * at]);
      const expiresAt = Number(unlessError(replies[2 * at + 1]));
      // MEMORY USAGE looks at some of the elements: a few large ones among small ones can be more than it says.
      if (Buffer.isBuffer(dump) && one.key.length + dump.length > MAX_SAVED_BYTES) {
        tooLarge.push(one);
        return [];
      }
      return Buffer.isBuffer(dump)
        ? [{ one, saved: { key: one.key, dump, expiresAt: expiresAt < 0 ? null : expiresAt } }]
        : [];
    });
    await writer.add(saved.map((row) => row.saved));
    kept.push(...saved.map(({ one }) => one));
    group = [];
    groupBytes = 0;
  };
  for (const [at, one] of keys.entries()) {
    const size = Number(unlessError(sizes[at]) ?? 0);
    if (size > MAX_KEPT_BYTES) {
      tooLarge.push(one);
      continue;
    }
    if (groupBytes + size > MAX_KEPT_BYTES) {
      await writeGroup();
    }
    group.push(one);
    groupBytes += size;
  }
  await writeGroup();
  await writer.sync();
  return { kept, tooLarge };
}
