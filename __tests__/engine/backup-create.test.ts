import { join } from "node:path";
import { devCache } from "../../config/services/dev-cache";
import { Size } from "../../core/size";
import { createBackup } from "../../ops/backup/create-backup";
import { decode } from "../../ops/backup/decode";
import { findBackups } from "../../ops/backup/find-backups";
import { openStore } from "../../ops/backup/open-store";
import { withScratchServer } from "../../ops/backup/scratch-server";
import { backupCreate } from "../../ops/commands/backup-create";
import { backupList } from "../../ops/commands/backup-list";
import { backupVerify } from "../../ops/commands/backup-verify";
import { BackupProcess } from "../support/backup-process";
import { eventually } from "../support/eventually";
import { asClient } from "../support/keys";
import { writeNoise } from "../support/noise";
import { recorded } from "../support/recorded";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Backups of a server without a password, under load, with interruptions, and with a store that fails. */

const isSoak = process.env.SOAK === "1";
const NOISE = isSoak ? 1_000_000 : 300_000;
const PLAIN = { kind: "rdb", compression: "zstd", recipients: [] } as const;
const SILENT = { out: () => undefined, err: () => undefined };

let scratch: Scratch;
let stack: TestStack;
let at: string;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, devCache, "dev", isSoak ? "2 GiB" : "512 MiB");
  at = join(scratch.folder, "backups");
});

afterAll(() => scratch.remove());

/** What is in the store: complete backups, what is broken, and all names. */
async function stored(where: string) {
  const store = openStore(where, stack.resolved, scratch.docker);
  const { good, broken } = await findBackups([store], stack.resolved.id);
  return {
    good: good.map(({ manifest }) => manifest.id),
    broken,
    files: await store.list(stack.resolved.id),
  };
}

/** In the container, in memory: when it is there, the writing ends. */
const ENOUGH = "/dev/shm/enough";

/** Numbers in order, each with a mark in the same transaction. */
const numbers = (first: number, last: number) =>
  `awk 'BEGIN { for (n = ${first}; n <= ${last}; n++) {
    print "MULTI\\nSET n:" n " x\\nSET last " n "\\nEXEC"
    if (n % 100 == 0 && (getline line < "${ENOUGH}") >= 0) exit
  } }'`;

/** What the server had when the writing ended. */
let keys = 0;

test("a backup under write load is one moment, and nothing is missing that was acknowledged before", async () => {
  const before = 5000;
  const replies = await asClient(stack, numbers(1, before));
  expect(replies.filter((reply) => reply === "QUEUED")).toHaveLength(2 * before);
  let isWriting = true;
  const writing = asClient(stack, numbers(before + 1, 1_000_000)).finally(() => {
    isWriting = false;
  });

  const { manifest, store } = await createBackup(stack.resolved, { ...PLAIN, at }, SILENT);

  expect(isWriting).toBe(true);
  await stack.exec("touch", ENOUGH);
  const content = await store.read(stack.resolved.id, manifest.file.name);
  const load = { kind: "rdb", content: decode(manifest, content, []) } as const;
  const memory = Size.mebibytes(256);
  const seen = await withScratchServer(scratch.docker, { image: LAB_IMAGE, memory, load }, async (server) => {
    const say = async (...argv: readonly string[]) => (await server.command(...argv)).stdout.trim();
    const last = Number(await say("GET", "last"));
    return {
      last,
      keys: Number(await say("DBSIZE")),
      hasLast: await say("EXISTS", `n:${last}`),
      hasNext: await say("EXISTS", `n:${last + 1}`),
    };
  });
  await writing;
  const last = Number(await stack.redis("GET", "last"));
  keys = Number(await stack.redis("DBSIZE"));
  expect({ keys, isLater: last > seen.last }).toEqual({ keys: last + 1, isLater: true });
  expect(seen.last).toBeGreaterThanOrEqual(before);
  expect(seen).toEqual({ last: seen.last, keys: seen.last + 1, hasLast: "1", hasNext: "0" });
  expect(manifest.keys).toEqual({
    total: seen.keys,
    expiring: 0,
    databases: [{ database: 0, keys: seen.keys, expiring: 0 }],
  });
});

test("it says what it made, list shows it, and verify reads it whole", async () => {
  const made = await recorded((terminal) =>
    backupCreate(stack.resolved, { ...PLAIN, at, json: false }, terminal),
  );
  const [id = ""] = (await stored(at)).good;
  expect(made.out).toMatch(
    new RegExp(
      `^${id} in ${at}: [\\d.]+ [KM]iB \\([\\d.]+ times smaller than [\\d.]+ [KM]iB\\), ${keys} keys, taken in [\\d.]+ s, verified$`,
    ),
  );
  expect(made.err).toBe(`Next: bin/redis-ops restore ${stack.resolved.id} --from ${id} --at ${at}`);

  const list = await recorded((terminal) => backupList(stack.resolved, { at, json: false }, terminal));
  expect(list.exitCode).toBe(0);
  expect(list.out.split("\n")[1]).toMatch(
    new RegExp(`^${id}  rdb   ${at}  \\d+ s ago +[\\d.]+ [KM]iB +${keys}  7\\.0\\.15  redis-ops$`),
  );

  const verified = await recorded((terminal) =>
    backupVerify(stack.resolved, { id: "latest", at, json: false }, terminal),
  );
  expect(verified).toMatchObject({
    exitCode: 0,
    out: `ok    ${id} in ${at}: ${keys} keys, checksums, redis-check-rdb of the engine`,
  });
});

describe("with more data", () => {
  beforeAll(async () => {
    await stack.redis("FLUSHALL");
    await writeNoise(stack.container, NOISE, 1000);
  });

  const begin = (name: string, limit?: string) =>
    new BackupProcess(
      stack,
      { ...PLAIN, at: join(scratch.folder, name) },
      join(scratch.folder, `${name}.json`),
      limit,
    );

  test(`memory does not grow with ${NOISE / 1000} MB`, async () => {
    const process = begin("large");
    const { exitCode, out, err } = await process.ended;
    expect({ exitCode, err }).toMatchObject({ exitCode: 0, err: expect.stringContaining("Next: ") });
    const peak = Number(out.trim().split("\n").at(-1));
    console.log(`${out.split("\n")[0]}; peak memory ${(peak / 1e6).toFixed(0)} MB`);
    expect(peak).toBeLessThan(280e6);
  }, 600_000);

  test("kill -9 leaves no backup, and the next one is made beside what was left", async () => {
    const process = begin("killed");
    await process.untilWriting();
    process.kill("SIGKILL");
    await process.ended;
    const { good, broken, files } = await stored(join(scratch.folder, "killed"));
    expect({ good, broken }).toEqual({ good: [], broken: [] });
    expect(files.filter((file) => file.endsWith(".json"))).toEqual([]);
  });

  test("SIGTERM takes back what was written", async () => {
    const process = begin("ended");
    await process.untilWriting();
    process.kill("SIGTERM");
    const { exitCode, err } = await process.ended;
    expect({ exitCode, err: err.split("\n").slice(-3) }).toEqual({
      exitCode: 1,
      err: [
        `no backup of ${stack.resolved.id} was made: it was interrupted`,
        `Next: bin/redis-ops verify ${stack.resolved.id}, and try again`,
        "",
      ],
    });
    expect(process.files).toEqual([]);
  });

  test("a store that fails in the middle leaves nothing", async () => {
    const process = begin("limited", "ulimit -f 20480");
    const { exitCode, err } = await process.ended;
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringMatching(
        new RegExp(`^no backup of ${stack.resolved.id} was made: .*limited: .*\\. Next: .*\\.$`, "m"),
      ),
    });
    expect(process.files).toEqual([]);
  });

  test("a server that dies in the middle leaves nothing", async () => {
    const process = begin("orphaned");
    await process.untilWriting();
    await stack.container.kill();
    const { exitCode, err } = await process.ended;
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringContaining(`no backup of ${stack.resolved.id} was made: redis-cli --rdb: `),
    });
    expect(process.files).toEqual([]);
  });
});

test("too little room is told before anything is written", async () => {
  const volume = `${scratch.prefix}-small`;
  await scratch.docker.createVolume({
    Name: volume,
    DriverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m,uid=999,gid=1000" },
  });
  await stack.container.restart();
  await stack.becomeHealthy();
  const where = `volume:${volume}`;
  await expect(createBackup(stack.resolved, { ...PLAIN, at: where }, SILENT)).rejects.toThrow(
    /^1 problem, nothing was changed\n {2}volume:.*: got 1\.0 MiB free, expected \d+\.\d MiB, which is what the data takes in memory\. Fix: make room, remove old backups with bin\/redis-ops backup prune, or choose another place\.$/,
  );
  expect((await stored(where)).files).toEqual([]);
  const users = () => scratch.docker.listContainers({ all: true, filters: { volume: [volume] } });
  expect(await eventually(users, (list) => list.length === 0)).toEqual([]);
});
