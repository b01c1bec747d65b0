import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { json } from "../terminal";
import { BackupFileMissing, type BackupStore } from "./backup-store";

/** What the last drill of a stack found. Written beside the backups that it is about. */
const drillShape = z.object({
  format: z.literal(1),
  stack: z.string(),
  /** When the drill began. */
  at: z.iso.datetime(),
  backup: z.string(),
  where: z.string(),
  /** Age of the data in the backup when the drill began, in seconds. */
  ageSeconds: z.number(),
  image: z.string(),
  ok: z.boolean(),
  problems: z.array(z.string()),
  /** Left out where no server came up with it. */
  loaded: z.object({ seconds: z.number(), keys: z.number(), expiring: z.number() }).optional(),
  /** Keys of the stack's own server meanwhile. Left out where it does not run. */
  live: z.object({ keys: z.number(), expiring: z.number() }).optional(),
  /** When the last good drill began. Left out: there was none. */
  lastSuccess: z.iso.datetime().optional(),
});

export type DrillResult = z.infer<typeof drillShape>;

/** The result's name in a store, for people and programs. */
export const DRILL_JSON = "drill.json";
/** The same as metrics. */
const DRILL_PROM = "redis_backup_drill.prom";

/** When the last good drill began, as the store's own result says it. Undefined: there was none, or nothing readable. */
export async function lastSuccessIn(store: BackupStore, stack: string): Promise<string | undefined> {
  try {
    return drillShape.parse(JSON.parse(await text(await store.read(stack, DRILL_JSON)))).lastSuccess;
  } catch (error) {
    if (error instanceof BackupFileMissing || error instanceof SyntaxError || error instanceof z.ZodError) {
      return undefined;
    }
    throw error;
  }
}

/** @throws StoreFailure when the store cannot be written */
export async function writeDrillResult(store: BackupStore, result: DrillResult): Promise<void> {
  const files = { [DRILL_JSON]: `${json(result)}\n`, [DRILL_PROM]: metricsOf(result) };
  for (const [name, content] of Object.entries(files)) {
    await store.write(result.stack, name, Readable.from([Buffer.from(content)], { objectMode: false }));
  }
}

/** In Prometheus' text format, for the textfile collector of node_exporter. */
export function metricsOf({ stack, ok, loaded, lastSuccess }: DrillResult): string {
  const gauges: readonly (readonly [name: string, help: string, value: number | undefined])[] = [
    [
      "ok",
      "Whether the last drill loaded the newest backup and found in it what its manifest says.",
      ok ? 1 : 0,
    ],
    [
      "last_success_timestamp_seconds",
      "When the last good drill began.",
      lastSuccess === undefined ? undefined : Math.floor(Date.parse(lastSuccess) / 1000),
    ],
    ["duration_seconds", "How long loading took in the last drill.", loaded?.seconds],
    ["keys", "Keys that were there after loading in the last drill.", loaded?.keys],
  ];
  return gauges
    .filter(([, , value]) => value !== undefined)
    .map(
      ([name, help, value]) =>
        `# HELP redis_backup_drill_${name} ${help}\n# TYPE redis_backup_drill_${name} gauge\n` +
        `redis_backup_drill_${name}{stack="${stack}"} ${value}\n`,
    )
    .join("");
}
