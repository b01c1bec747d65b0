import { z } from "zod";

/** `20261121T150411Z-3fa9`: when it was begun, and four random hexadecimal digits. Sorted as text, the newest is last. */
export const BACKUP_ID = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();
/** The highest number of a database. The engine takes more; nobody has them, and a service has 1024 at most. */
export const MAX_DATABASE = 65_535;
const database = count.max(MAX_DATABASE);
/** The last moment that a date can be, in unix milliseconds (ECMA-262, 21.4.1.1). */
export const MAX_DATE = 8.64e15;

const keysShape = z
  .strictObject({
    total: count,
    /** Of `total`, those that have a time to live. */
    expiring: count,
    /** Left out where whoever made the backup cannot look into it: the scheduled one. */
    databases: z.array(z.strictObject({ database, keys: count, expiring: count })).optional(),
  })
  .refine(
    ({ total, databases }) =>
      isSum(
        total,
        databases?.map(({ keys }) => keys),
      ),
    {
      path: ["total"],
      message: "not the sum of databases[].keys",
    },
  )
  .refine(
    ({ expiring, databases }) =>
      isSum(
        expiring,
        databases?.map((one) => one.expiring),
      ),
    {
      path: ["expiring"],
      message: "not the sum of databases[].expiring",
    },
  );

const isSum = (total: number, parts: readonly number[] | undefined) =>
  parts === undefined || parts.reduce((sum, part) => sum + part, 0) === total;

const sampleShape = z.strictObject({
  database,
  /** Base64, since a key is any bytes. */
  key: z.string(),
  /** As Redis' TYPE says it. */
  type: z.string(),
  /** Elements of a collection, bytes of a string. Left out for types whose length the file does not say. */
  length: count.optional(),
  /** Unix time in milliseconds. Left out: it stays. */
  expiresAt: count.max(MAX_DATE).optional(),
});

/**
 * What a backup is. Written beside it as `<id>.json`, last of all: a backup without one is not there.
 * Made by `redis-ops backup create` and `import`, and by the schedule (`constructs/redis-backup.sh`).
 */
export const manifestShape = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(BACKUP_ID),
  stack: z.string().min(1),
  /** `rdb`: a snapshot. `aof`: the whole append-only set as a tar archive, from which points in time can be restored. */
  kind: z.enum(["rdb", "aof"]),
  /** The data is of a moment between these two. */
  startedAt: instant,
  finishedAt: instant,
  engine: z.strictObject({ version: z.string(), rdbVersion: z.int().min(1) }),
  /** As it lies in the store. */
  file: z.strictObject({ name: z.string().regex(/^[^/]+$/), bytes: count, sha256 }),
  /** Before it was compressed and encrypted. */
  content: z.strictObject({ bytes: count, sha256 }),
  compression: z.enum(["zstd", "none"]),
  encryption: z.enum(["age", "none"]),
  /** Left out for `aof`, whose keys are known only when a server has loaded it. */
  keys: keysShape.optional(),
  sample: z.array(sampleShape).optional(),
  /** `used_memory_dataset` of the server when the backup was begun, in bytes: about what it takes when it is loaded. */
  usedMemory: count,
  /** SHA-256 of the redis.conf that the server ran with, with references in place of secrets. Left out: imported. */
  configuration: sha256.optional(),
  /** `import`: of a file that somebody brought, and not of the stack's own server. */
  madeBy: z.enum(["redis-ops", "schedule", "import"]),
});

export type Manifest = z.infer<typeof manifestShape>;
export type KeyCounts = NonNullable<Manifest["keys"]>;
export type SampledKey = NonNullable<Manifest["sample"]>[number];

/** The manifest in a text, or what is wrong with it in words for people. */
export function parseManifest(text: string): Manifest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  const result = manifestShape.safeParse(value);
  return result.success
    ? result.data
    : `is not a manifest: ${result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`;
}

/** The same bytes for the same manifest. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
