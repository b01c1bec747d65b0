import { readdirSync, readFileSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import type { Problem } from "../../core/problem";
import { orProblem, readBytes } from "../read-text";
import { rdbVersionOf } from "./take-rdb";

/** Data of Redis on this machine. */
export type ImportSource = ImportedRdb | ImportedAof;

export interface ImportedRdb {
  readonly kind: "rdb";
  readonly path: string;
  readonly rdbVersion: number;
  readonly changedAt: Date;
  readonly bytes: number;
}

export interface ImportedAof {
  readonly kind: "aof";
  readonly path: string;
  readonly files: readonly AofFile[];
  /** Of the set, as Redis 7 reads it. */
  readonly manifest: string;
  /** The newest of all files. */
  readonly changedAt: Date;
  /** Of all files. */
  readonly bytes: number;
}

interface AofFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** Redis writes the fields that are looked for into the first hundred bytes. */
const HEAD_BYTES = 4096;
/** 1: what follows its end are commands. In files of Redis 4 to 6. */
const IS_PREAMBLE = "aof-preamble\xc0\x01";
/** In the base files of Redis 7 and later. */
const IS_BASE = "aof-base\xc0\x01";
const AOF_BEGINS = /^(\*\d+\r\n|#TS:\d+\r\n)/;
const ENTRY = /^file (?:"(.+?)"|(\S+)) seq \d+ type [bi]/gm;
const FOLDER = "appendonlydir";

/**
 * What lies at a path: a snapshot, an append-only set of Redis 7 (its folder, or the folder around that), or an append-only
 * file of Redis up to 6. Nothing but beginnings of files and sizes is looked at.
 * @throws InvalidInputError when it cannot be read
 */
export function readImportSource(path: string): ImportSource | Problem {
  return orProblem("--from", path, () => sourceAt(path));
}

function sourceAt(path: string): ImportSource | Problem {
  const problem = (got: string, expected: string, fix: string): Problem => ({
    field: `--from ${path}`,
    got,
    expected,
    fix,
  });
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    return problem("nothing there", "a file or a folder", "check the path");
  }
  if (found.isDirectory()) {
    const names = readdirSync(path);
    const manifests = names.filter((name) => name.endsWith(".manifest"));
    if (manifests.length === 1) {
      return aofSet(path, join(path, manifests[0] ?? ""));
    }
    if (names.includes(FOLDER) && !names.includes("dump.rdb")) {
      return sourceAt(join(path, FOLDER));
    }
    return names.includes(FOLDER)
      ? problem(
          `a folder with both ${FOLDER} and dump.rdb`,
          "what the server loaded",
          `with appendonly yes give ${join(path, FOLDER)}, with appendonly no ${join(path, "dump.rdb")}`,
        )
      : problem(
          "a folder with no append-only set",
          `${FOLDER}, or the folder that it is in`,
          "give dump.rdb or appendonly.aof itself",
        );
  }
  if (!found.isFile()) {
    return problem(
      "a pipe, a socket or a device",
      "a file or a folder",
      "write what comes out of it to a file, and give that",
    );
  }
  const head = readBytes("--from", path, HEAD_BYTES).toString("latin1");
  const rdbVersion = rdbVersionOf(head);
  if (head.includes(IS_BASE) || isNamedBeside(path)) {
    return problem(
      "one file of an append-only set, which has others",
      "the whole set",
      "give the folder that it is in",
    );
  }
  if (rdbVersion !== undefined && !head.includes(IS_PREAMBLE)) {
    return { kind: "rdb", path, rdbVersion, changedAt: found.mtime, bytes: found.size };
  }
  if (rdbVersion !== undefined || AOF_BEGINS.test(head)) {
    // As Redis 7 itself takes such a file over.
    const name = "appendonly.aof.1.base.aof";
    const files = [{ name, path, bytes: found.size }];
    return {
      kind: "aof",
      path,
      files,
      manifest: `file ${name} seq 1 type b\n`,
      changedAt: found.mtime,
      bytes: found.size,
    };
  }
  return problem(
    found.size === 0 ? "an empty file" : `a file that begins with ${JSON.stringify(head.slice(0, 9))}`,
    "dump.rdb, appendonly.aof, or the folder of an append-only set",
    "give what redis-server wrote, not compressed",
  );
}

/** Whether a manifest in the same folder names the file, or it is one. */
function isNamedBeside(path: string): boolean {
  const folder = dirname(path);
  const manifests = readdirSync(folder).filter((name) => name.endsWith(".manifest"));
  return manifests.some(
    (name) =>
      name === basename(path) || namesIn(readFileSync(join(folder, name), "utf8")).includes(basename(path)),
  );
}

function namesIn(manifest: string): readonly string[] {
  return [...manifest.matchAll(ENTRY)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

function aofSet(folder: string, manifest: string): ImportedAof | Problem {
  const text = readFileSync(manifest, "utf8");
  const files = namesIn(text)
    .map((name) => ({ name, path: join(folder, basename(name)) }))
    .map((file) => ({ ...file, stat: statSync(file.path, { throwIfNoEntry: false }) }));
  const missing = files.filter(({ stat }) => stat === undefined).map(({ name }) => name);
  if (files.length === 0 || missing.length > 0) {
    return {
      field: `--from ${manifest}`,
      got: files.length === 0 ? "no file in it" : `${missing.join(", ")}, which is not there`,
      expected: "all files of the set beside it",
      fix: "copy the whole folder while the server is stopped",
    };
  }
  const changes = files.map(({ stat }) => stat?.mtimeMs ?? 0);
  return {
    kind: "aof",
    path: folder,
    files: files.map(({ name, path, stat }) => ({ name: basename(name), path, bytes: stat?.size ?? 0 })),
    manifest: text,
    changedAt: new Date(Math.max(...changes)),
    bytes: files.reduce((sum, { stat }) => sum + (stat?.size ?? 0), 0),
  };
}

/** The set as a tar archive of its folder. */
export function packAof({ files, manifest }: ImportedAof): Readable {
  const pack = tar.pack();
  const owner = { uid: 999, gid: 1000, mtime: new Date(0) };
  const packed = (async () => {
    pack.entry({ ...owner, name: `${FOLDER}/`, type: "directory", mode: 0o700 });
    for (const { name, path, bytes } of files) {
      const entry = pack.entry({ ...owner, name: `${FOLDER}/${name}`, size: bytes, mode: 0o600 });
      await pipeline(Readable.from(piece(path, bytes), { objectMode: false }), entry);
    }
    pack.entry({ ...owner, name: `${FOLDER}/appendonly.aof.manifest`, mode: 0o600 }, manifest);
    pack.finalize();
  })();
  packed.catch((error: Error) => pack.destroy(error));
  return Readable.from(pack, { objectMode: false });
}

/** The first `bytes` of a file; a tar archive takes exactly so many. */
async function* piece(path: string, bytes: number): AsyncGenerator<Buffer> {
  const file: FileHandle = await open(path);
  try {
    if (bytes > 0) {
      yield* file.createReadStream({ end: bytes - 1, autoClose: false }) as AsyncIterable<Buffer>;
    }
  } finally {
    await file.close();
  }
}
