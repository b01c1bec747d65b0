import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prospectflow } from "../../config/services/prospectflow";
import { DirectoryStore } from "../../ops/backup/directory-store";
import { type FoundBackup, findBackups } from "../../ops/backup/find-backups";
import type { ImportOptions } from "../../ops/backup/import-backup";
import { backupImport } from "../../ops/commands/backup-import";
import { backupVerify } from "../../ops/commands/backup-verify";
import { DataLab } from "../support/data-lab";
import { AGE_KEYS } from "../support/manifests";
import { recorded } from "../support/recorded";
import { restored } from "../support/restored";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** The folder of a host whose server had an append-only file and save points, and files of older servers. */
const OLD_HOST = `
fresh; plain --appendonly yes --save "900 1"
seq 1 100 | sed 's/.*/SETEX session:& 86400 user-&/' | cli >/dev/null
cli BGREWRITEAOF; while cli INFO persistence | grep -q 'aof_rewrite_in_progress:1'; do usleep 10000; done
cli SAVE; cli SET session:late user-late; cli SELECT 2; usleep 20000; crash
tar -c -C /data . | base64
`;

const PLAIN = "*3\r\n$3\r\nSET\r\n$5\r\nafter\r\n$1\r\n1\r\n";

let scratch: Scratch;
let stack: TestStack;
let data: string;
let imports = 0;

beforeAll(async () => {
  scratch = await Scratch.create();
  data = join(scratch.folder, "data");
  mkdirSync(data);
  await DataLab.use(scratch.docker, async (lab) => {
    const { stdout, stderr } = await lab.run(OLD_HOST);
    expect(stderr).toBe("");
    const archive = stdout.slice(stdout.lastIndexOf("OK\n") + 3);
    execFileSync("tar", ["-x", "-C", data], { input: Buffer.from(archive, "base64") });
  });
  stack = await TestStack.deploySmall(scratch, prospectflow, "dev");
}, 120_000);

afterAll(() => scratch.remove());

const set = () => join(data, "appendonlydir");
const snapshot = () => join(data, "dump.rdb");
const fileOf = (end: string) => join(set(), readdirSync(set()).find((name) => name.endsWith(end)) ?? "");

/** A file beside the set, so that nothing names it. */
function beside(name: string, content: Buffer | string): string {
  const path = join(scratch.folder, name);
  writeFileSync(path, content);
  return path;
}

/** What an import into a store of its own says, and what is then there. */
async function imported(from: string, options: Partial<ImportOptions> = {}) {
  imports += 1;
  const at = join(scratch.folder, `store-${imports}`);
  const all = { from, at, compression: "zstd", recipients: [], json: false, ...options } as const;
  const said = await recorded((terminal) => backupImport(stack.resolved, all, terminal)).catch(
    (error: Error) => ({
      exitCode: undefined,
      out: "",
      err: error.message,
    }),
  );
  const store = new DirectoryStore(at, "/");
  const { good } = await findBackups([store], stack.resolved.id);
  return { ...said, at, good, names: await store.list(stack.resolved.id) };
}

function only(good: readonly FoundBackup[]) {
  expect(good).toHaveLength(1);
  return (good[0] as FoundBackup).manifest;
}

test("the very same file is not stored twice, and what was imported can be told from the stack's own", async () => {
  const { at, good } = await imported(snapshot());
  const { id, madeBy } = only(good);
  expect(madeBy).toBe("import");
  const again = await imported(snapshot(), { at });
  expect(again.exitCode).toBe(0);
  expect(again.out).toMatch(new RegExp(`^there already: ${id} in ${at}: .*, its stored bytes are whole$`));
  const store = new DirectoryStore(at, "/");
  expect(await store.list(stack.resolved.id)).toHaveLength(2);
  writeFileSync(join(at, stack.resolved.id, `${id}.rdb.zst`), Buffer.alloc(only(good).file.bytes));
  expect((await imported(snapshot(), { at })).out).toMatch(/, verified$/);
  expect(await store.list(stack.resolved.id)).toHaveLength(4);
});

test("a snapshot becomes a backup of the moment that it says, and is left as it is", async () => {
  const before = readFileSync(snapshot());
  const { exitCode, out, err, at, good } = await imported(snapshot());
  const { id, startedAt, keys, engine, content, configuration } = only(good);
  expect(exitCode).toBe(0);
  expect(out).toMatch(
    new RegExp(`^${id} in ${at}: \\d+ B, 100 keys, data of ${startedAt}, Redis 7\\.0\\.15, verified$`),
  );
  expect(err).toBe(`Next: bin/redis-ops restore ${stack.resolved.id} --from ${id} --at ${at}`);
  expect(before.indexOf("ctime\xc2", 0, "latin1")).toBeGreaterThan(0);
  const created = before.readUInt32LE(before.indexOf("ctime\xc2", 0, "latin1") + 6);
  expect(startedAt).toBe(new Date(created * 1000).toISOString());
  expect({ total: keys?.total, expiring: keys?.expiring }).toEqual({ total: 100, expiring: 100 });
  expect({ version: engine.version, bytes: content.bytes, configuration }).toEqual({
    version: "7.0.15",
    bytes: before.length,
    configuration: undefined,
  });
  expect(readFileSync(snapshot())).toEqual(before);
});

test("what redis-cli leaves after a snapshot is not part of the backup", async () => {
  const content = readFileSync(snapshot());
  const { good } = await imported(
    beside("marked.rdb", Buffer.concat([content, Buffer.from("0a".repeat(20))])),
  );
  expect(only(good).content.bytes).toBe(content.length);
});

test("an append-only set becomes a snapshot of all of it, and runs in the stack", async () => {
  const { exitCode, at, good } = await imported(set());
  expect({ exitCode, keys: only(good).keys?.total }).toEqual({ exitCode: 0, keys: 101 });
  await stack.redis("SET", "session:new", "x");
  expect((await restored(stack, { from: "latest", at })).exitCode).toBe(0);
  expect(await stack.redis("MGET", "session:1", "session:late")).toBe("user-1\nuser-late");
  expect(Number(await stack.redis("TTL", "session:1"))).toBeGreaterThan(86_000);
  expect(await stack.redis("DBSIZE")).toBe("101");
}, 30_000);

test("an append-only file of one piece is taken with the commands after its snapshot", async () => {
  const base = readFileSync(fileOf(".base.rdb")).toString("latin1");
  // As Redis 5 and 6 wrote it; a checksum of zeros is none.
  const preamble = `${base.replace("\x08aof-base\xc0\x01", "\x0caof-preamble\xc0\x01").slice(0, -8)}${"\0".repeat(8)}`;
  const { good } = await imported(beside("preamble.aof", Buffer.from(`${preamble}${PLAIN}`, "latin1")));
  expect(only(good).keys?.total).toBe(101);
  const plain = await imported(beside("plain.aof", PLAIN));
  expect(only(plain.good).keys?.total).toBe(1);
});

test("it is encrypted for who is told, and checked with the secret key", async () => {
  const [{ identity, recipient }] = AGE_KEYS;
  const { exitCode, at, good } = await imported(snapshot(), { recipients: [recipient], compression: "none" });
  expect(exitCode).toBe(0);
  expect(only(good)).toMatchObject({ encryption: "age", compression: "none", keys: { total: 100 } });
  const options = { id: "latest", at, identity: beside("identity.txt", identity), json: false };
  const verified = await recorded((terminal) => backupVerify(stack.resolved, options, terminal));
  expect(verified.out).toContain("100 keys, checksums, redis-check-rdb of the engine");
});

test("what is damaged, torn, too new, or under other names is refused, and leaves nothing", async () => {
  const rdb = readFileSync(snapshot());
  const damaged = Buffer.from(rdb);
  damaged.write("XX", 100);
  const newer = Buffer.from(rdb);
  newer.write("REDIS0011", 0);
  const torn = join(scratch.folder, "torn");
  execFileSync("cp", ["-r", set(), torn]);
  writeFileSync(join(torn, fileOf(".incr.aof").split("/").at(-1) ?? ""), "torn", { flag: "a" });
  const refusals = {
    cut: await imported(beside("cut.rdb", rdb.subarray(0, -20))),
    damaged: await imported(beside("damaged.rdb", damaged)),
    newer: await imported(beside("newer.rdb", newer)),
    torn: await imported(torn),
    renamed: await imported(beside("renamed.aof", PLAIN.replace("SET", "PUT"))),
  };
  const said = Object.fromEntries(
    Object.entries(refusals).map(([name, { err, names }]) => [
      name,
      { names, said: err.split(": got ").at(-1)?.split(" Fix: ")[0] },
    ]),
  );
  expect(said).toEqual({
    cut: {
      names: [],
      said: `a damaged file: it ends after ${rdb.length - 20} bytes, before its end mark, expected an RDB file that is whole.`,
    },
    damaged: {
      names: [],
      said: expect.stringMatching(/^a damaged file: .+, expected an RDB file that is whole\.$/),
    },
    newer: {
      names: [],
      said: `RDB version 11, expected version 10 or lower, which the engine of ${stack.resolved.id} reads.`,
    },
    torn: {
      names: [],
      said: expect.stringMatching(
        /^a damaged set: redis-check-aof: .+ \(exit code 1\), expected one that redis-check-aof finds good\.$/,
      ),
    },
    renamed: {
      names: [],
      said: expect.stringMatching(
        /^a set that cannot be loaded: Unknown command 'PUT' reading the append only file appendonly\.aof\.1\.base\.aof, expected one that a server with the .+ loads\.$/,
      ),
    },
  });
});
