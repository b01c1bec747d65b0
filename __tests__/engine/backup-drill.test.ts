import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { Size } from "../../core/size";
import type { Manifest } from "../../ops/backup/manifest";
import { NotLoaded, withScratchServer } from "../../ops/backup/scratch-server";
import { backupDrill } from "../../ops/commands/backup-drill";
import { dockerEngine } from "../../ops/docker-engine";
import { streamExec, withThrowAway } from "../../ops/docker-run";
import { recorded } from "../support/recorded";
import { LAB_ENGINE, LAB_IMAGE } from "../support/scratch";
import { repository, shopStack } from "../support/stack-fixtures";
import { storeBackup } from "../support/stored-backup";

const docker = dockerEngine({});
const stack = shopStack("dev", {
  engine: LAB_ENGINE,
  deployment: { containerName: "no-such-container-of-a-drill" },
});
const ID = "20261121T120000Z-0001";

let folder: string;
let rdb: Buffer;
let aof: Buffer;

/** A server with keys of all kinds, and what it would have written to its disk. */
const MAKE = `
redis-server --dir /tmp --port 0 --unixsocket /tmp/s --appendonly yes --save "" --daemonize yes >/dev/null
until redis-cli -s /tmp/s PING >/dev/null 2>&1; do sleep 0.05; done
redis() { redis-cli -s /tmp/s "$@" >/dev/null; }
redis MSET a 1 b two
redis SET expires soon EX 100000
redis SET over "" PX 1
redis RPUSH list 1 2 3
redis HSET hash field value
redis -n 3 SADD set x y
redis -n 15 XADD stream '*' field value
redis SAVE
`;

beforeAll(async () => {
  await promisify(execFile)(join(repository, "lab", "image", "build-redis.sh"));
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-drill-"));
  const made = { image: LAB_IMAGE, argv: ["sleep", "60"], tmpfs: { "/tmp": "rw,mode=1777" } };
  [rdb, aof] = await withThrowAway(docker, made, async (container) => {
    const output = async (script: string) =>
      buffer((await streamExec(container, ["sh", "-c", script])).stdout);
    await output(MAKE);
    return [await output("cat /tmp/dump.rdb"), await output("tar -c -C /tmp appendonlydir")];
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A drill of one backup in a store of its own. */
async function drill(
  content: Buffer,
  change: Partial<Manifest> = {},
  harm: (file: string) => void = () => undefined,
) {
  const at = mkdtempSync(join(folder, "store-"));
  const again = (more: Partial<Manifest> = {}) => {
    storeBackup(at, stack.id, content, { ...change, ...more });
    harm(join(at, stack.id, `${ID}.${change.kind === "aof" ? "aof.tar" : "rdb"}`));
    return recorded((terminal) => backupDrill(stack, { from: "latest", at, json: false }, terminal));
  };
  const read = (name: string) => readFileSync(join(at, stack.id, name), "utf8");
  return {
    again,
    ...(await again()),
    result: () => JSON.parse(read("drill.json")),
    metrics: () => read("redis_backup_drill.prom"),
  };
}

it("a good backup is loaded, compared and reported", async () => {
  const { exitCode, out, err, result, metrics } = await drill(rdb);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toContain("content: 7 keys, 1 of them with a time to live, as the manifest says");
  expect(out).toContain("now: the stack's own server does not answer");
  const { at, ageSeconds, loaded, ...rest } = result();
  expect(ageSeconds).toBeGreaterThan(0);
  expect(loaded).toEqual({ keys: 7, expiring: 1, seconds: expect.any(Number) });
  expect(rest).toMatchObject({ ok: true, problems: [], backup: ID, image: LAB_IMAGE, lastSuccess: at });
  expect(metrics()).toContain('redis_backup_drill_ok{stack="shop-dev"} 1');
});

it("an append-only set is loaded as well", async () => {
  const { exitCode, out } = await drill(aof, { kind: "aof" });
  expect(out).toContain("content: 7 keys, 1 of them with a time to live, as the manifest says");
  expect(exitCode).toBe(0);
});

it("one that was damaged after it was made is told, and the last good drill is remembered", async () => {
  let isHarmed = false;
  const harm = (file: string) => {
    if (isHarmed) {
      writeFileSync(file, Buffer.concat([rdb.subarray(0, -1), Buffer.from([(rdb.at(-1) ?? 0) ^ 1])]));
    }
  };
  const first = await drill(rdb, {}, harm);
  const { lastSuccess } = first.result();
  isHarmed = true;
  const { exitCode, out, err } = await first.again();
  expect(out).toContain("FAIL  loading: the file has the SHA-256");
  expect(err).toContain("Next: bin/redis-ops backup verify shop-dev --id all");
  expect(exitCode).toBe(1);
  expect(first.result()).toMatchObject({ ok: false, lastSuccess });
  expect(first.result().loaded).toBeUndefined();
  expect(first.metrics()).toContain('redis_backup_drill_ok{stack="shop-dev"} 0');
});

it("one that the engine does not load is told with the engine's own words", async () => {
  const later = Buffer.from(rdb);
  later.write("0012", 5, "latin1");
  later.fill(0, later.length - 8); // no checksum
  const { exitCode, out } = await drill(later, { keys: { total: 7, expiring: 1 }, sample: [] });
  expect(out).toContain("Can't handle RDB format version 12");
  expect(exitCode).toBe(1);
});

it("one that has other keys than its manifest says is told, key by key", async () => {
  const list = { database: 0, key: Buffer.from("list").toString("base64"), type: "list", length: 4 };
  const { exitCode, out, result } = await drill(rdb, { keys: { total: 9, expiring: 1 }, sample: [list] });
  const problems = [
    "all databases: 6 keys without a time to live, the backup has 8",
    'database 0, key "list": has the length 3, the backup 4',
  ];
  expect(result()).toMatchObject({ ok: false, problems });
  expect(out).toContain("FAIL  content: 7 keys");
  expect(exitCode).toBe(1);
});

it("one for which memory is short is not begun", async () => {
  await expect(drill(rdb, { usedMemory: 2 ** 49 })).rejects.toThrow(
    /memory of the Docker engine's host: got .* available, .* too little, expected 665\.6 TiB, which a server needs/,
  );
});

it("the server and its volume are gone afterwards, also when it does not come up", async () => {
  const load = (content: Buffer) => ({ kind: "rdb" as const, content: Readable.from([content]) });
  const options = { image: LAB_IMAGE, memory: Size.mebibytes(64) };
  const [id, volume] = await withScratchServer(
    docker,
    { ...options, load: load(rdb) },
    async ({ container }) => {
      const { Id, Mounts } = await container.inspect();
      return [Id, Mounts.map(({ Name }) => Name).join()];
    },
  );
  await expect(docker.getContainer(id ?? "").inspect()).rejects.toMatchObject({ statusCode: 404 });
  await expect(docker.getVolume(volume ?? "").inspect()).rejects.toMatchObject({ statusCode: 404 });
  const cut = withScratchServer(
    docker,
    { ...options, load: load(rdb.subarray(0, 60)) },
    async () => undefined,
  );
  await expect(cut).rejects.toBeInstanceOf(NotLoaded);
  await expect(cut).rejects.toThrow(
    /^redis-server ended with exit code 1: .*Unexpected EOF reading RDB file/,
  );
});
