import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { devCache } from "../../config/services/dev-cache";
import { InvalidInputError } from "../../core/problem";
import { type CreateOptions, createBackup } from "../../ops/backup/create-backup";
import { decode } from "../../ops/backup/decode";
import { isExpectedFailure } from "../../ops/backup/failures";
import { formatManifest, type Manifest } from "../../ops/backup/manifest";
import { withRestoreLock } from "../../ops/restore/restore-lock";
import { readTarget } from "../../ops/restore/restore-target";
import { clearStaging, NotStaged, stageBackup } from "../../ops/restore/stage-backup";
import { digestOf, writeAllTypes } from "../support/all-types";
import { AGE_KEYS } from "../support/manifests";
import { crc64 } from "../support/rdb-bytes";
import { restored } from "../support/restored";
import { Scratch } from "../support/scratch";
import { sha256 } from "../support/stored-backup";
import { randomNumbers, Tally } from "../support/tally";
import { TestStack } from "../support/test-stack";

/**
 * Backups that somebody or a disk has damaged: nothing of the running data may change. One file, though a long one: all trials
 * share one deployed stack, its three backups and one count, and a second file would deploy them again in every run.
 */
const { SOAK, DAMAGE_SEED = "20261121", DAMAGE_PLACES = SOAK === "1" ? "1000" : "6" } = process.env;
/** Of each kind of backup. */
const FLIPS = Math.ceil(Number(DAMAGE_PLACES) / 3);
const CUTS = Math.ceil(Number(DAMAGE_PLACES) / 20 / 3);
const MANIFESTS = Math.ceil(Number(DAMAGE_PLACES) / 5);
const WHOLE_RESTORES = SOAK === "1" ? 10 : 1;
const TIMEOUT = SOAK === "1" ? 3_600_000 : 120_000;
const random = randomNumbers(Number(DAMAGE_SEED));
const tally = new Tally();
const SILENT = { out: () => undefined, err: () => undefined };
const [{ identity, recipient }] = AGE_KEYS;

const VARIANTS = {
  plain: { kind: "rdb", compression: "none", recipients: [] },
  zstd: { kind: "rdb", compression: "zstd", recipients: [] },
  "zstd and age": { kind: "rdb", compression: "zstd", recipients: [recipient] },
} as const satisfies Readonly<Record<string, CreateOptions>>;
type Variant = keyof typeof VARIANTS;
const names = Object.keys(VARIANTS) as Variant[];

interface Stored {
  /** The store that holds this one backup. */
  readonly at: string;
  readonly manifest: Manifest;
  readonly data: Buffer;
}

let scratch: Scratch;
let stack: TestStack;
let keys: string;
let ofBackup: string;
const stored = new Map<Variant, Stored>();
let copies = 0;

const backup = (name: Variant) => stored.get(name) as Stored;
const manifestPath = (at: string, id: string) => join(at, stack.resolved.id, `${id}.json`);
const dataPath = (at: string, { file }: Manifest) => join(at, stack.resolved.id, file.name);

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, devCache, "dev");
  await writeAllTypes(stack);
  keys = join(scratch.folder, "identity");
  writeFileSync(keys, `${identity}\n`);
  ofBackup = await digestOf(stack);
  for (const name of names) {
    const at = join(scratch.folder, name.replaceAll(" ", "-"));
    const { manifest } = await createBackup(stack.resolved, { ...VARIANTS[name], at }, SILENT);
    stored.set(name, { at, manifest, data: readFileSync(dataPath(at, manifest)) });
  }
}, 120_000);

afterAll(async () => {
  console.info(`seed ${DAMAGE_SEED}\n${tally.text}`);
  await scratch.remove();
});

/** A store with a copy of the backup, to be damaged. */
function copyOf(name: Variant): string {
  const at = join(scratch.folder, `copy-${copies++}`);
  cpSync(backup(name).at, at, { recursive: true });
  return at;
}

function flipped(bytes: Buffer): Buffer {
  const place = Math.floor(random() * bytes.length);
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(place) ^ (1 << Math.floor(random() * 8)), place);
  return copy;
}

const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(random() * bytes.length));

/** `redis-ops restore`, with the exit code that ops/main.ts makes of an InvalidInputError. */
async function tried(
  at: string,
  from: string,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  try {
    return await restored(stack, { from, at, identity: keys });
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return { exitCode: 2, output: error.message };
    }
    throw error;
  }
}

/** Tries to restore what is damaged: refused with nothing touched, or the data is exactly what was backed up. */
async function judge(kind: string, at: string, from: string): Promise<string> {
  const marker = `${Math.floor(random() * 1e9)}`;
  await stack.redis("SET", "marker", marker);
  const started = (await stack.container.inspect()).State.StartedAt;
  const { exitCode, output } = await tried(at, from);
  const isSame =
    (await stack.redis("GET", "marker")) === marker &&
    (await stack.container.inspect()).State.StartedAt === started &&
    !(await stack.exec("ls", "/data")).stdout.includes("restore-in");
  const isRestored = !isSame && (await digestOf(stack)) === ofBackup;
  const isTrue = exitCode === 0 ? isRestored : isSame;
  const verdict = isTrue
    ? isSame
      ? "as before"
      : "completed"
    : isSame || isRestored
      ? "false success"
      : "mixed";
  tally.add(kind, verdict, `exit code ${exitCode}: ${output}`);
  return output;
}

describe("data that is damaged", () => {
  it.each(names)(
    "%s: is refused while it is read into the volume, wherever the damage is",
    async (name) => {
      const { manifest, data } = backup(name);
      const target = await readTarget(scratch.docker, stack.resolved);
      if ("field" in target) {
        throw new InvalidInputError([target]);
      }
      const before = await digestOf(stack);
      const trials = [
        ...Array.from({ length: CUTS }, () => ["cut", cut(data)] as const),
        ...Array.from({ length: FLIPS }, () => ["a bit flipped", flipped(data)] as const),
      ];
      await withRestoreLock(scratch.docker, target, async (lock) => {
        for (const [what, damaged] of trials) {
          await clearStaging(lock);
          const content = decode(manifest, Readable.from([damaged]), [identity]);
          const end = await stageBackup(target, lock, manifest, content).catch((error: unknown) => error);
          const isRefused =
            isExpectedFailure(end) || end instanceof NotStaged || end instanceof InvalidInputError;
          tally.add(`${name}, ${what}, staged`, isRefused ? "as before" : "false success", `${end}`);
        }
      });
      expect(tally.bad).toEqual([]);
      expect(await digestOf(stack)).toBe(before);
    },
    TIMEOUT,
  );

  it.each(names)(
    "%s: is refused by the whole command",
    async (name) => {
      const { manifest, data } = backup(name);
      for (let trial = 0; trial < WHOLE_RESTORES; trial += 1) {
        const at = copyOf(name);
        writeFileSync(dataPath(at, manifest), flipped(data));
        expect(await judge(`${name}, a bit flipped, restore`, at, "latest")).toMatch(
          /nothing was changed|--identity/,
        );
        writeFileSync(dataPath(at, manifest), cut(data));
        expect(await judge(`${name}, cut, restore`, at, manifest.id)).toMatch(/and \d+ in the manifest/);
      }
      expect(tally.bad).toEqual([]);
    },
    TIMEOUT,
  );
});

it(
  "a manifest that is damaged anywhere leads to a refusal, or to exactly the data that was backed up",
  async () => {
    for (let trial = 0; trial < MANIFESTS; trial += 1) {
      const name = names[trial % names.length] ?? "plain";
      const { manifest } = backup(name);
      const at = copyOf(name);
      const path = manifestPath(at, manifest.id);
      const text = readFileSync(path);
      writeFileSync(path, trial % 10 === 9 ? cut(text) : flipped(text));
      await judge("manifest damaged, restore", at, manifest.id);
      rmSync(at, { recursive: true });
    }
    expect(tally.bad).toEqual([]);
  },
  TIMEOUT,
);

/** Writes data and manifest that fit each other. */
function replace(at: string, manifest: Manifest, data: Buffer, change: Partial<Manifest> = {}): void {
  const sum = { bytes: data.length, sha256: sha256(data) };
  writeFileSync(dataPath(at, manifest), data);
  const file = { ...manifest.file, ...sum };
  writeFileSync(
    manifestPath(at, manifest.id),
    formatManifest({ ...manifest, file, content: sum, ...change }),
  );
}

const OTHER = "20200101T000000Z-0001";

type Named = readonly [
  what: string,
  damage: (at: string, plain: Stored) => void,
  says: RegExp,
  from?: string,
];

const NAMED: readonly Named[] = [
  [
    "the manifest is missing",
    (at, { manifest }) => rmSync(manifestPath(at, manifest.id)),
    /expected a backup, and there is none/,
  ],
  ["the data is missing", (at, { manifest }) => rmSync(dataPath(at, manifest)), /its file \S+ is missing/],
  [
    "the data is another backup's of the same size",
    (at, { manifest, data }) => {
      const place = data.lastIndexOf("vvvvvvvv");
      const changed = Buffer.from(data);
      changed.write("wwwwwwww", place);
      crc64(changed.subarray(0, -8)).copy(changed, changed.length - 8);
      writeFileSync(dataPath(at, manifest), changed);
    },
    /nothing was changed: the file has the SHA-256/,
  ],
  [
    "the checksum of the content is another",
    (at, { manifest }) =>
      writeFileSync(
        manifestPath(at, manifest.id),
        formatManifest({ ...manifest, content: { ...manifest.content, sha256: "0".repeat(64) } }),
      ),
    /nothing was changed: the content has the SHA-256/,
  ],
  [
    "the manifest says a newer RDB version",
    (at, { manifest, data }) => replace(at, manifest, data, { engine: { version: "8.0.0", rdbVersion: 12 } }),
    /got RDB version 12, written by Redis 8\.0\.0, expected version 10 or lower/,
  ],
  [
    "the file has a newer RDB version than its manifest says",
    (at, { manifest, data }) => {
      const newer = Buffer.from(data);
      newer.write("REDIS0099");
      crc64(newer.subarray(0, -8)).copy(newer, newer.length - 8);
      replace(at, manifest, newer);
    },
    /nothing was changed: .*Can't handle RDB format version 99$/m,
  ],
  [
    "other keys than the manifest says",
    (at, { manifest, data }) => replace(at, manifest, data, { keys: { total: 1, expiring: 0 }, sample: [] }),
    /nothing was changed: the backup is not what its manifest says/,
  ],
  [
    "the manifest is of another stack",
    (at, { manifest, data }) => replace(at, manifest, data, { stack: "other-prod" }),
    /its manifest is of the stack other-prod/,
  ],
  [
    "the backup lies under the name of another",
    (at, { manifest }) => {
      renameSync(manifestPath(at, manifest.id), manifestPath(at, OTHER));
      renameSync(
        dataPath(at, manifest),
        dataPath(at, { ...manifest, file: { ...manifest.file, name: `${OTHER}.rdb` } }),
      );
    },
    /its manifest is of \d{8}T/,
    OTHER,
  ],
  [
    "the backup lies in the folder of no stack",
    (at) => renameSync(join(at, stack.resolved.id), join(at, "elsewhere")),
    /expected a backup, and there is none/,
    "latest",
  ],
];

it.each(NAMED.map(([what, ...rest]) => ({ what, rest })))(
  "$what: refused, and nothing is touched",
  async ({ what, rest: [damage, says, from = backup("plain").manifest.id] }) => {
    const at = copyOf("plain");
    damage(at, backup("plain"));
    expect(await judge(what, at, from)).toMatch(says);
    expect(tally.bad).toEqual([]);
  },
);

it("the newest is damaged: latest is the one before it, and that is said", async () => {
  const { manifest } = backup("plain");
  const at = copyOf("plain");
  const newer = "20991231T235959Z-ffff";
  writeFileSync(manifestPath(at, newer), "{");
  const output = await judge("the newest is damaged, restore of latest", at, "latest");
  expect(output).toContain(`passed over: ${newer} in ${at}: its manifest is not JSON`);
  expect(output).toMatch(new RegExp(`becomes +backup ${manifest.id} of `));
  expect(tally.bad).toEqual([]);
});
