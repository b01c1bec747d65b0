import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { type Manifest, parseManifest } from "../../ops/backup/manifest";
import { BackupProcess } from "../support/backup-process";
import { type DataSet, dataOf, encodingsOf, send, wreck } from "../support/data-set";
import { eventually } from "../support/eventually";
import { ENCODINGS, EVERY_VALUE, SMALL_ENCODINGS } from "../support/every-value";
import { restoreProcess } from "../support/restore-process";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";
import { writeLimits } from "../support/write-limits";

/** Everything that Redis can hold: backup, disaster, restore, and the same again after one more restart. */

const SAVE = [{ after: "1 h", changes: 1 }] as const;
const MODES = {
  "no persistence": { appendonly: false, save: [] },
  snapshots: { appendonly: false, save: SAVE },
  "append-only file": { appendonly: true, appendfsync: "everysec", save: [] },
  both: { appendonly: true, appendfsync: "everysec", save: SAVE },
} as const satisfies Readonly<Record<string, Service["persistence"]>>;

const MIB = 1024 ** 2;
const SIZES = {
  small: { keys: 4000, elements: 4000, string: MIB, maxmemory: "64 MiB" },
  "at the limits": { keys: 1_000_000, elements: 1_000_000, string: 512 * MIB, maxmemory: "4 GiB" },
} as const;

/** What the tool may take, whatever the data. */
const MOST_MEMORY = 320 * MIB;

/** Prod: a password, CONFIG and SHUTDOWN renamed, dangerous commands switched off. Without SOAK=1 one of dev alone. */
const CASES = [
  ...(Object.keys(MODES) as (keyof typeof MODES)[]).flatMap((mode) =>
    (["dev", "prod"] as const).map((environment) => ({ mode, environment, size: "small" as const })),
  ),
  ...(["snapshots", "both"] as const).map((mode) => ({
    mode,
    environment: "prod" as const,
    size: "at the limits" as const,
  })),
].filter(({ mode, environment }) => process.env.SOAK === "1" || (mode === "both" && environment === "dev"));

describe.each(CASES)("$mode, $environment, $size", ({ mode, environment, size }) => {
  const minutes = size === "small" ? 2 : 10;
  let scratch: Scratch;
  let stack: TestStack;
  let source: DataSet;

  beforeAll(async () => {
    scratch = await Scratch.create();
    const original = environment === "dev" ? devCache : sentraPortal;
    const stores = original.stores.map((store) => ({ ...store, lossAcceptable: true }));
    const service = { ...original, ...SMALL_ENCODINGS, stores, persistence: MODES[mode] };
    stack = await TestStack.deploySmall(scratch, service, environment, SIZES[size].maxmemory);
    await send(stack, EVERY_VALUE);
    await writeLimits(stack, SIZES[size]);
    source = await dataOf(scratch, stack);
  }, minutes * 60_000);

  afterAll(() => scratch.remove());

  it(
    "is restored equal to its source, without what expired meanwhile",
    async () => {
      expect(await encodingsOf(stack)).toEqual(ENCODINGS);
      await send(stack, ["SET ttl:near 1 PX 10000", "SELECT 9", "RPUSH ttl:near 1", "EXPIRE ttl:near 10"]);
      const at = join(scratch.folder, "backups");
      const options = { at, kind: "rdb", compression: "zstd", recipients: [] } as const;
      const order = join(scratch.folder, "order.json");
      const backup = await new BackupProcess(stack, options, order).ended;
      expect(backup).toMatchObject({
        exitCode: 0,
        err: expect.stringContaining("Next: bin/redis-ops restore"),
      });
      const manifest = manifestIn(join(at, stack.resolved.id));
      const keys = source.databases.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
      expect(manifest).toMatchObject({ compression: "zstd", keys: { total: keys + 2 } });

      await wreck(stack);
      const ruin = await dataOf(scratch, stack);
      expect(ruin.digest).not.toBe(source.digest);
      expect(ruin.functions.map(({ library_name }) => library_name)).toEqual(["later", "three", "two"]);

      const restore = await restoreProcess(stack, at, order);
      expect(restore).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("kept in before-restore-"),
      });
      const near = async () =>
        (await send(stack, ["EXISTS ttl:near", "SELECT 9", "EXISTS ttl:near"])).join(" ");
      expect(await eventually(near, (found) => found === "0 OK 0")).toBe("0 OK 0");
      expect(await dataOf(scratch, stack)).toEqual(source);
      expect(await encodingsOf(stack)).toEqual(ENCODINGS);

      const peaks = { backup: Number(backup.out.trim().split("\n").at(-1)), restore: restore.peak };
      console.log(`${mode}, ${environment}, ${size}: ${measured(manifest, restore, peaks)}`);
      expect(peaks.backup).toBeLessThan(MOST_MEMORY);
      expect(peaks.restore).toBeLessThan(MOST_MEMORY);
    },
    minutes * 60_000,
  );

  it(
    "is still equal after a second restart",
    async () => {
      await stack.container.restart();
      await stack.becomeHealthy();
      expect(await dataOf(scratch, stack)).toEqual(source);
      expect(await encodingsOf(stack)).toEqual(ENCODINGS);
    },
    minutes * 60_000,
  );
});

function manifestIn(folder: string): Manifest {
  const [name = ""] = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const manifest = parseManifest(readFileSync(join(folder, name), "utf8"));
  if (typeof manifest === "string") {
    throw new Error(manifest);
  }
  return manifest;
}

function measured(
  { keys, usedMemory, content, file, startedAt, finishedAt }: Manifest,
  { seconds, stdout }: { readonly seconds: number; readonly stdout: string },
  peaks: { readonly backup: number; readonly restore: number },
): string {
  const mebibytes = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;
  const taken = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const [downtime = "unknown"] = /[\d.]+ s without an answer/.exec(stdout) ?? [];
  return [
    `${keys?.total} keys, ${mebibytes(usedMemory)} in memory, ${mebibytes(content.bytes)} of RDB, ${mebibytes(file.bytes)} stored`,
    `backup ${taken.toFixed(1)} s, peak ${mebibytes(peaks.backup)}`,
    `restore ${seconds.toFixed(1)} s (${downtime}), peak ${mebibytes(peaks.restore)}`,
  ].join("; ");
}
