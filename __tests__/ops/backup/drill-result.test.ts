import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { BackupFileMissing, type BackupStore, StoreFailure } from "../../../ops/backup/backup-store";
import {
  type DrillResult,
  lastSuccessIn,
  metricsOf,
  writeDrillResult,
} from "../../../ops/backup/drill-result";
import { memoryFor, memoryProblems } from "../../../ops/backup/rehearse";
import { unchecked } from "../../support/stack-fixtures";

const GOOD: DrillResult = {
  format: 1,
  stack: "shop-prod",
  at: "2026-11-21T15:00:00.000Z",
  backup: "20261121T120000Z-0000",
  where: "backups",
  ageSeconds: 10_800,
  image: "redis:7.4.11-alpine",
  ok: true,
  problems: [],
  loaded: { seconds: 1.5, keys: 12, expiring: 3 },
  lastSuccess: "2026-11-21T15:00:00.000Z",
};

/** A store in memory: what the drill needs of one. */
function storeWith(files: Record<string, string>): BackupStore {
  return unchecked({
    where: "memory",
    read: async (stack: string, name: string) => {
      const content = files[`${stack}/${name}`];
      if (content === undefined) {
        throw new BackupFileMissing("memory", name);
      }
      return Readable.from([Buffer.from(content)]);
    },
    write: async (stack: string, name: string, content: Readable) => {
      files[`${stack}/${name}`] = await text(content);
    },
  });
}

it("is written as JSON, and for Prometheus with the time of the last good one", async () => {
  const files: Record<string, string> = {};
  await writeDrillResult(storeWith(files), GOOD);
  expect(Object.keys(files)).toEqual(["shop-prod/drill.json", "shop-prod/redis_backup_drill.prom"]);
  expect(JSON.parse(files["shop-prod/drill.json"] ?? "")).toEqual(GOOD);
  expect(
    files["shop-prod/redis_backup_drill.prom"]?.split("\n").filter((line) => !line.startsWith("#")),
  ).toEqual([
    'redis_backup_drill_ok{stack="shop-prod"} 1',
    'redis_backup_drill_last_success_timestamp_seconds{stack="shop-prod"} 1795273200',
    'redis_backup_drill_duration_seconds{stack="shop-prod"} 1.5',
    'redis_backup_drill_keys{stack="shop-prod"} 12',
    "",
  ]);
});

it("of a failure keeps the time of the last good one, and says nothing that was not measured", () => {
  const { loaded: _, ...failed } = { ...GOOD, ok: false, problems: ["the file is cut"] };
  expect(
    metricsOf(failed)
      .split("\n")
      .filter((line) => !line.startsWith("#")),
  ).toEqual([
    'redis_backup_drill_ok{stack="shop-prod"} 0',
    'redis_backup_drill_last_success_timestamp_seconds{stack="shop-prod"} 1795273200',
    "",
  ]);
});

it("every metric has a help and a type, once", () => {
  const names = metricsOf(GOOD).match(/^redis_\w+/gm) ?? [];
  expect(names).toHaveLength(4);
  for (const name of names) {
    expect(
      metricsOf(GOOD).match(new RegExp(`^# HELP ${name} .+\n# TYPE ${name} gauge\n${name}\\{`, "gm")),
    ).toHaveLength(1);
  }
});

it.each([
  ["the last good one's", JSON.stringify(GOOD), "2026-11-21T15:00:00.000Z"],
  ["none where nothing was written", undefined, undefined],
  ["none where it is no JSON", "{", undefined],
  ["none where it is something else", '{"format":2}', undefined],
])("the time that is kept is %s", async (_, content, expected) => {
  const store = storeWith(content === undefined ? {} : { "shop-prod/drill.json": content });
  expect(await lastSuccessIn(store, "shop-prod")).toBe(expected);
});

it("a store that does not answer is no answer", async () => {
  const store = { ...storeWith({}), read: () => Promise.reject(new StoreFailure("s3://b", "gone", "look")) };
  await expect(lastSuccessIn(store, "shop-prod")).rejects.toThrow("s3://b: gone");
});

describe("memory for a drill", () => {
  const manifest = {
    id: "20261121T120000Z-0000",
    usedMemory: 1024 ** 3,
    keys: { total: 1_000_000, expiring: 0 },
  };
  const needed = memoryFor(manifest);

  it("is that of the data and of what Redis keeps for each key, with room to spare", () => {
    expect(needed).toBe(Math.ceil((1024 ** 3 + 100_000_000) * 1.3) + 32 * 1024 ** 2);
    expect(memoryFor({ usedMemory: 0 })).toBe(32 * 1024 ** 2);
  });

  it("is enough when it is just there, and too little with a byte less", () => {
    expect(memoryProblems(manifest, needed)).toEqual([]);
    expect(memoryProblems(manifest, needed - 512 * 1024 ** 2)).toEqual([
      {
        field: "memory of the Docker engine's host",
        got: "975.2 MiB available, 512.0 MiB too little",
        expected: "1.5 GiB, which a server needs that loads 20261121T120000Z-0000 beside what runs there",
        fix: "make memory free, or do it on another Docker engine with a copy of the backup: --at DIRECTORY",
      },
    ]);
    expect(memoryProblems(manifest, needed - 1)).toHaveLength(1);
  });
});
