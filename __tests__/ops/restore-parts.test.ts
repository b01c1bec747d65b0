import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import tar from "tar-stream";
import { parseConf } from "../../ops/backup/deployed";
import { checkConf, loadedKeys } from "../../ops/restore/check-by-loading";
import { beforeName } from "../../ops/restore/exchange";
import { repackAof } from "../../ops/restore/repack-aof";

describe("the redis.conf of the server that checks", () => {
  const conf = parseConf(
    [
      "port 6379",
      "databases 32",
      "maxmemory 64mb",
      "maxmemory-samples 5",
      "save 900 1",
      "appendonly yes",
      'requirepass "@secret:redis_password@"',
      "user health on nopass",
      'rename-command FLUSHALL ""',
    ].join("\n"),
  );
  const own = (appendonly: string) => [
    "port 0",
    "unixsocket /tmp/redis.sock",
    "dir /data/restore-incoming",
    'save ""',
    `appendonly ${appendonly}`,
    "auto-aof-rewrite-percentage 0",
    "logfile /data/restore-incoming/check.log",
  ];

  it("leaves out who may do what and where", () => {
    expect(checkConf(conf, false).split("\n")).toEqual(["databases 32", "maxmemory-samples 5", ...own("no")]);
  });

  it("keeps renamed commands for an append-only set, which may call them", () => {
    expect(checkConf(conf, true).split("\n")).toEqual([
      "databases 32",
      "maxmemory-samples 5",
      'rename-command FLUSHALL ""',
      ...own("yes"),
    ]);
  });
});

it("counts what a start has found, expired or not", () => {
  expect(loadedKeys("rdb_last_load_keys_expired:2\r\nrdb_last_load_keys_loaded:40\r\n")).toBe(42);
  expect(loadedKeys("loading:0\r\n")).toBe(0);
});

it("names what is kept by the second", () => {
  const now = new Date("2026-11-21T15:04:11.987Z");
  expect(beforeName(now, [])).toBe("before-restore-20261121T150411Z");
  const kept = ["before-restore-20261121T150412Z", "before-restore-20261121T150411Z"].map((name) => ({
    name,
  }));
  expect(beforeName(now, kept)).toBe("before-restore-20261121T150413Z");
});

describe("the archive of an append-only set", () => {
  interface Entry {
    readonly name: string;
    readonly type?: "file" | "directory" | "symlink";
    readonly content?: string;
  }

  const archive = (...entries: readonly Entry[]): Readable => {
    const pack = tar.pack();
    for (const { name, type = "file", content = "" } of entries) {
      pack.entry({ name, type, ...(type === "symlink" ? { linkname: "/etc/passwd" } : {}) }, content);
    }
    pack.finalize();
    return Readable.from(pack);
  };

  const namesOf = async (stream: Readable): Promise<readonly string[]> => {
    const names: string[] = [];
    const extract = tar.extract();
    stream.pipe(extract);
    stream.once("error", (error: Error) => extract.destroy(error));
    for await (const entry of extract) {
      names.push(`${entry.header.name} ${await text(Readable.from(entry))}`);
    }
    return names;
  };

  it("loses its folder, and its manifest gets the usual name", async () => {
    const folder: Entry = { name: "./aof/", type: "directory" };
    const files = [
      { name: "./aof/own.aof.1.base.rdb", content: "base" },
      { name: "aof/own.aof.manifest", content: "manifest" },
    ];
    expect(await namesOf(repackAof(archive(folder, ...files)))).toEqual([
      "own.aof.1.base.rdb base",
      "appendonly.aof.manifest manifest",
    ]);
  });

  it.each<Entry>([
    { name: "../appendonly.aof.manifest" },
    { name: "aof/../../x" },
    { name: "a/b/c" },
    { name: "aof/.hidden" },
    { name: "aof/link", type: "symlink" },
  ])("does not pass with $name", async (entry) => {
    const type = entry.type ?? "file";
    await expect(buffer(repackAof(archive(entry)))).rejects.toThrow(
      `got ${type} ${JSON.stringify(entry.name)}, expected files of one folder`,
    );
  });

  it("has one manifest", async () => {
    const names = ["aof/own.aof.manifest", "aof/other.aof.manifest"];
    await expect(buffer(repackAof(archive(...names.map((name) => ({ name })))))).rejects.toThrow(
      'got "aof/own.aof.manifest" and "aof/other.aof.manifest", expected one manifest',
    );
  });

  it("fails where it is cut off", async () => {
    const whole = await buffer(archive({ name: "aof/appendonly.aof.manifest", content: "x".repeat(1000) }));
    await expect(buffer(repackAof(Readable.from([whole.subarray(0, 700)])))).rejects.toThrow();
  });
});
