import { execFileSync } from "node:child_process";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import { formatProblem } from "../../../core/problem";
import { type ImportedAof, packAof, readImportSource } from "../../../ops/backup/import-source";
import { temporaryFolder } from "../../support/temporary-folder";

const path = temporaryFolder();
const MANIFEST =
  "file a.1.base.rdb seq 1 type b\nfile a.0.incr.aof seq 0 type h\nfile a.1.incr.aof seq 1 type i\n";
const BASE = "REDIS0010\xfa\x08aof-base\xc0\x01";
const PREAMBLE = "REDIS0009\xfa\x0caof-preamble\xc0\x01";
const SNAPSHOT = "REDIS0009\xfa\x0caof-preamble\xc0\x00";

function write(name: string, content: string): string {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content, "latin1");
  return path(name);
}

function writeSet(folder: string, missing = ""): string {
  for (const [name, content] of [
    ["a.1.base.rdb", BASE],
    ["a.1.incr.aof", "*1\r\n$4\r\nPING\r\n"],
    ["a.manifest", MANIFEST],
  ] as const) {
    if (name !== missing) {
      utimesSync(write(`${folder}/${name}`, content), 1000, name === "a.1.incr.aof" ? 2000 : 1000);
    }
  }
  return path(folder);
}

/** What is wrong with a file or folder, without its path. */
function refusal(from: string): string {
  const source = readImportSource(from);
  if (!("field" in source)) {
    throw new Error(`${from} was taken as ${source.kind}`);
  }
  return formatProblem(source)
    .replaceAll(path(""), "")
    .replace(/^--from \S+: /, "");
}

test("a snapshot, also one that says that it is no preamble", () => {
  const from = write("dump.rdb", SNAPSHOT);
  utimesSync(from, 1000, 3000);
  expect(readImportSource(from)).toEqual({
    kind: "rdb",
    path: from,
    rdbVersion: 9,
    changedAt: new Date(3_000_000),
    bytes: SNAPSHOT.length,
  });
});

test("an append-only set, by its folder and by the folder around it", () => {
  const folder = writeSet("data/appendonlydir");
  const set = {
    kind: "aof",
    path: folder,
    files: [
      { name: "a.1.base.rdb", path: `${folder}/a.1.base.rdb`, bytes: BASE.length },
      { name: "a.1.incr.aof", path: `${folder}/a.1.incr.aof`, bytes: 14 },
    ],
    manifest: MANIFEST,
    changedAt: new Date(2_000_000),
    bytes: BASE.length + 14,
  };
  expect(readImportSource(folder)).toEqual(set);
  expect(readImportSource(path("data"))).toEqual(set);
});

test.each([
  ["commands", "*1\r\n$4\r\nPING\r\n"],
  ["commands with times", "#TS:1795273451\r\n*1\r\n$4\r\nPING\r\n"],
  ["a snapshot before commands", PREAMBLE],
])("an append-only file of one piece, of %s, becomes the base of a set", (name, content) => {
  const from = write(`${name.replaceAll(" ", "-")}/appendonly.aof`, content);
  expect(readImportSource(from)).toMatchObject({
    kind: "aof",
    files: [{ name: "appendonly.aof.1.base.aof", path: from, bytes: content.length }],
    manifest: "file appendonly.aof.1.base.aof seq 1 type b\n",
  });
});

test("a set is packed as the folder that a server reads", async () => {
  const archive = packAof(readImportSource(writeSet("packed")) as ImportedAof);
  const seen: Record<string, string> = {};
  for await (const entry of archive.pipe(tar.extract())) {
    seen[entry.header.name] = (await buffer(entry)).toString("latin1");
  }
  expect(seen).toEqual({
    "appendonlydir/": "",
    "appendonlydir/a.1.base.rdb": BASE,
    "appendonlydir/a.1.incr.aof": "*1\r\n$4\r\nPING\r\n",
    "appendonlydir/appendonly.aof.manifest": MANIFEST,
  });
});

test("a pipe and a device are refused before anything is read of them", () => {
  execFileSync("mkfifo", [path("pipe")]);
  const expected =
    "got a pipe, a socket or a device, expected a file or a folder. Fix: write what comes out of it to a file, and give that.";
  expect([path("pipe"), "/dev/zero"].map(refusal)).toEqual([expected, expected]);
});

test("nothing that would lose data, or is none, is taken", () => {
  writeSet("both/appendonlydir");
  write("both/dump.rdb", SNAPSHOT);
  mkdirSync(path("empty"));
  const set = writeSet("set");
  const whole =
    "one file of an append-only set, which has others, expected the whole set. Fix: give the folder that it is in.";
  const other =
    "expected dump.rdb, appendonly.aof, or the folder of an append-only set. Fix: give what redis-server wrote, not compressed.";
  expect({
    nothing: refusal(path("nothing")),
    both: refusal(path("both")),
    "an empty folder": refusal(path("empty")),
    "a base": refusal(write("alone/base.rdb", BASE)),
    "a part": refusal(`${set}/a.1.incr.aof`),
    "a manifest": refusal(`${set}/a.manifest`),
    "a set with a hole": refusal(writeSet("hole", "a.1.incr.aof")),
    "an empty file": refusal(write("file", "")),
    "another file": refusal(write("dump.rdb.gz", "\x1f\x8b\x08something")),
  }).toEqual({
    nothing: "got nothing there, expected a file or a folder. Fix: check the path.",
    both:
      "got a folder with both appendonlydir and dump.rdb, expected what the server loaded. Fix: with appendonly yes give " +
      "/both/appendonlydir, with appendonly no /both/dump.rdb.",
    "an empty folder":
      "got a folder with no append-only set, expected appendonlydir, or the folder that it is in. " +
      "Fix: give dump.rdb or appendonly.aof itself.",
    "a base": `got ${whole}`,
    "a part": `got ${whole}`,
    "a manifest": `got ${whole}`,
    "a set with a hole":
      "got a.1.incr.aof, which is not there, expected all files of the set beside it. " +
      "Fix: copy the whole folder while the server is stopped.",
    "an empty file": `got an empty file, ${other}`,
    "another file": `got a file that begins with "\\u001f\\u008b\\bsometh", ${other}`,
  });
});
