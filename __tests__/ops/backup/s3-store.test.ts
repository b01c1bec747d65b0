import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { StoreFailure } from "../../../ops/backup/backup-store";
import { findBackups } from "../../../ops/backup/find-backups";
import { S3Store } from "../../../ops/backup/s3-store";
import { storeBackup } from "../../support/manifests";
import { temporaryFolder } from "../../support/temporary-folder";

// The package has no types.
const S3rver = require("s3rver");

const MIB = 1024 * 1024;
const path = temporaryFolder();
const before = { ...process.env };
const of = (...pieces: readonly Buffer[]) => Readable.from(pieces);

function useStore(port: number, more: NodeJS.ProcessEnv = {}) {
  for (const name of Object.keys(process.env).filter((variable) => variable.startsWith("AWS_"))) {
    delete process.env[name];
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "S3RVER",
    AWS_SECRET_ACCESS_KEY: "S3RVER",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    ...more,
  });
}

let server: { close(): Promise<void> };
let port: number;

beforeAll(async () => {
  const running = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: path("s3"),
    configureBuckets: [{ name: "backups" }],
  });
  server = running;
  port = (await running.run()).port;
});
afterAll(async () => {
  process.env = before;
  await server.close();
});
beforeEach(() => useStore(port));

test("writes, lists, reads, replaces and removes", async () => {
  const store = new S3Store("backups", "a/prefix");
  expect(await store.list("shop-prod")).toEqual([]);
  await store.write("shop-prod", "a.rdb", of(Buffer.from("old")));
  await store.write("shop-prod", "a.rdb", of(Buffer.from("data")));
  await store.write("shop-prod", "a.json", of(Buffer.from("{}")));
  await store.write("shop-prod-2", "b.rdb", of(Buffer.from("another stack's")));
  await store.write("shop-prod", "empty", of());
  expect([...(await store.list("shop-prod"))].sort()).toEqual(["a.json", "a.rdb", "empty"]);
  const survey = await store.survey("shop-prod");
  expect(survey).toMatchObject([
    { name: "a.json", bytes: 2, text: "{}" },
    { name: "a.rdb", bytes: 4 },
    { name: "empty", bytes: 0 },
  ]);
  expect(survey.filter(({ changedAt }) => Math.abs(Date.now() - changedAt.getTime()) > 60_000)).toEqual([]);
  expect(await text(await store.read("shop-prod", "a.rdb"))).toBe("data");
  await store.remove("shop-prod", ["a.json", "none", "a.rdb", "empty"]);
  expect(await store.list("shop-prod")).toEqual([]);
  expect(await store.list("shop-prod-2")).toEqual(["b.rdb"]);
  await store.remove("shop-prod", []);
});

test("a file of many parts comes back as it was", async () => {
  const store = new S3Store("backups", "");
  const pieces = Array.from({ length: 20 }, (_, index) => Buffer.alloc(MIB, `piece ${index} `));
  await store.write("shop-prod", "large.rdb", of(...pieces));
  expect((await buffer(await store.read("shop-prod", "large.rdb"))).equals(Buffer.concat(pieces))).toBe(true);
});

test("of a write that fails nothing stays, and its error is the content's", async () => {
  const store = new S3Store("backups", "failing");
  const failure = Object.assign(new Error("the server went away"), { code: "ECONNRESET" });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(20 * MIB);
      throw failure;
    })(),
  );
  await expect(store.write("shop-prod", "a.rdb", broken)).rejects.toBe(failure);
  expect(await store.list("shop-prod")).toEqual([]);
});

test("more files than S3 removes at a time", async () => {
  const store = new S3Store("backups", "many");
  await store.write("shop-prod", "first.rdb", of());
  await store.write("shop-prod", "last.rdb", of());
  const none = Array.from({ length: 1000 }, (_, index) => `${index}.rdb`);
  await store.remove("shop-prod", ["first.rdb", ...none, "last.rdb"]);
  expect(await store.list("shop-prod")).toEqual([]);
});

test("the texts of more manifests than are read at a time", async () => {
  const store = new S3Store("backups", "twenty");
  const ids = Array.from({ length: 20 }, (_, index) => `20261121T010000Z-${String(index).padStart(4, "0")}`);
  for (const id of ids) {
    await storeBackup(store, id);
  }
  const { good } = await findBackups([store], "shop-prod");
  expect(good.map(({ manifest }) => manifest.id)).toEqual([...ids].reverse());
});

describe("what fails is told in one line with the next step", () => {
  const REACH = "Next: look whether AWS_ENDPOINT_URL_S3 is right and the network is there.";

  test("no such file", async () => {
    await expect(new S3Store("backups", "x").read("shop-prod", "a.rdb")).rejects.toThrow(
      "s3://backups/x has no shop-prod/a.rdb",
    );
  });

  test("no such bucket", async () => {
    const store = new S3Store("none-of-that-name", "");
    const expected = "s3://none-of-that-name: there is no such bucket. Next: make it, or correct its name.";
    await expect(store.list("shop-prod")).rejects.toThrow(expected);
    await expect(store.read("shop-prod", "a.rdb")).rejects.toThrow(expected);
    await expect(store.write("shop-prod", "a.rdb", of(Buffer.from("x")))).rejects.toThrow(expected);
    await expect(store.remove("shop-prod", ["a.rdb"])).rejects.toThrow(expected);
  });

  test("an unknown key", async () => {
    useStore(port, { AWS_ACCESS_KEY_ID: "wrong" });
    await expect(new S3Store("backups", "").list("shop-prod")).rejects.toThrow(
      "s3://backups: the access key is not known. Next: correct AWS_ACCESS_KEY_ID.",
    );
  });

  test("no credentials", async () => {
    useStore(port);
    delete process.env.AWS_ACCESS_KEY_ID;
    await expect(new S3Store("backups", "").list("shop-prod")).rejects.toThrow(
      "s3://backups: no credentials. Next: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    );
  });

  test("no region", async () => {
    useStore(port);
    delete process.env.AWS_REGION;
    await expect(new S3Store("backups", "").list("shop-prod")).rejects.toThrow(
      "s3://backups: no region. Next: set AWS_REGION.",
    );
  });

  test("nobody there", async () => {
    useStore(1);
    await expect(new S3Store("backups", "").list("shop-prod")).rejects.toThrow(
      `s3://backups: no answer (ECONNREFUSED). ${REACH}`,
    );
  });

  test("a connection that breaks while a file is read", async () => {
    const breaking: Server = createServer(({ url = "" }, response) => {
      if (url.includes("list-type")) {
        response.end(
          "<ListBucketResult><Contents><Key>shop-prod/a.json</Key><Size>100</Size></Contents></ListBucketResult>",
        );
        return;
      }
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    await new Promise<void>((resolve) => breaking.listen(0, "127.0.0.1", resolve));
    useStore((breaking.address() as AddressInfo).port);
    const store = new S3Store("backups", "");
    const expected = new StoreFailure("s3://backups", "no answer (ECONNRESET)", REACH.slice(6, -1));
    await expect(store.read("shop-prod", "a.rdb").then(buffer)).rejects.toEqual(expected);
    await expect(store.survey("shop-prod")).rejects.toEqual(expected);
    breaking.close();
  });

  test("somebody who does not answer, within 15 seconds", async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    useStore((silent.address() as AddressInfo).port);
    const started = Date.now();
    await expect(new S3Store("backups", "").list("shop-prod")).rejects.toThrow(
      `s3://backups: no answer in time. ${REACH}`,
    );
    expect(Date.now() - started).toBeLessThan(15_000);
    silent.closeAllConnections();
    silent.close();
  });
});
