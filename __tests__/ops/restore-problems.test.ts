import { formatProblem } from "../../core/problem";
import { Size } from "../../core/size";
import type { Manifest } from "../../ops/backup/manifest";
import {
  backupProblems,
  optionProblems,
  type RestoreOptions,
  roomFor,
} from "../../ops/restore/restore-problems";

const usual: RestoreOptions = {
  match: [],
  undo: false,
  empty: false,
  repair: false,
  discard: false,
  yes: true,
  json: false,
};

const optionsSay = (options: Partial<RestoreOptions>) =>
  optionProblems("shop-dev", { ...usual, ...options }).map(formatProblem);

const manifest: Manifest = {
  format: 1,
  id: "20261121T120000Z-0001",
  stack: "shop-dev",
  kind: "rdb",
  startedAt: "2026-11-21T12:00:00Z",
  finishedAt: "2026-11-21T12:00:01Z",
  engine: { version: "7.2.16", rdbVersion: 11 },
  file: { name: "20261121T120000Z-0001.rdb", bytes: 10, sha256: "0".repeat(64) },
  content: { bytes: 1000, sha256: "0".repeat(64) },
  compression: "none",
  encryption: "none",
  usedMemory: 2 ** 20,
  configuration: "0".repeat(64),
  madeBy: "redis-ops",
};

const target = { id: "shop-dev", rdbVersion: 11, volume: "shop-dev-data" };
const room = { free: roomFor(1000) };
const fits = Size.mebibytes(1);

const backupSays = (
  change: Partial<Manifest>,
  options: Partial<RestoreOptions> = {},
  on: Partial<typeof target> = {},
  free = room.free,
) =>
  backupProblems(
    { ...manifest, ...change },
    { ...target, ...on },
    { free },
    { ...usual, ...options },
    fits,
  ).map(formatProblem);

describe("the options of restore", () => {
  it.each<Partial<RestoreOptions>>([
    {
      from: "latest",
      of: "shop-prod",
      match: ["a:[0-9]*", "\\[x", "b\\\\"],
      time: "2026-11-21T15:04:11+01:00",
    },
    { undo: true },
    { empty: true },
    { repair: true },
    { discard: true },
  ])("takes %j", (options) => {
    expect(optionsSay(options)).toEqual([]);
  });

  it("says everything at once", () => {
    expect(
      optionsSay({
        undo: true,
        empty: true,
        at: "backups",
        match: ["a[", "b\\", ""],
        time: "yesterday",
      }),
    ).toEqual([
      "restore: got --undo and --empty, expected one of --from, --undo, --empty, --repair, --discard. " +
        "Fix: write bin/redis-ops restore shop-dev --from latest, for example.",
      "--at: got no --from, expected a backup that it is about. Fix: write --from latest as well, or leave it out.",
      "--time: got no --from, expected a backup that it is about. Fix: write --from latest as well, or leave it out.",
      "--match: got no --from, expected a backup that it is about. Fix: write --from latest as well, or leave it out.",
      '--match: got "a[", in which a [ has no ], expected a pattern as KEYS takes it. ' +
        "Fix: write it like 'session:*'; a backslash before [ takes it as it is.",
      '--match: got "b\\\\", which ends in a backslash, expected a pattern as KEYS takes it. ' +
        "Fix: write it like 'session:*'; a backslash before [ takes it as it is.",
      "--match: got nothing, expected a pattern as KEYS takes it. " +
        "Fix: write it like 'session:*'; a backslash before [ takes it as it is.",
      '--time: got "yesterday", expected a moment with its zone. Fix: write it like 2026-11-21T15:04:11Z.',
    ]);
  });

  it("refuses to do nothing, and a moment that no calendar has", () => {
    expect(optionsSay({})).toEqual([
      "restore: got nothing to do, expected one of --from, --undo, --empty, --repair, --discard. " +
        "Fix: write bin/redis-ops restore shop-dev --from latest, for example.",
    ]);
    expect(optionsSay({ from: "latest", time: "2026-13-21T15:04:11Z" })).toHaveLength(1);
  });
});

describe("a backup that does not fit", () => {
  it("fits at both edges", () => {
    expect(backupSays({ usedMemory: 2 ** 20, engine: { version: "7.2.16", rdbVersion: 11 } })).toEqual([]);
  });

  it("has a byte too much for maxmemory, unless a part is taken", () => {
    expect(backupSays({ usedMemory: 2 ** 20 + 1 })).toEqual([
      "shop-dev: maxmemory: got 1 MiB, expected 1.0 MiB or more, which the data of 20261121T120000Z-0001 takes. " +
        "Fix: raise it in the service's file and run bin/up shop-dev, or take a part with --match.",
    ]);
    expect(backupSays({ usedMemory: 2 ** 20 + 1 }, { match: ["*"] })).toEqual([]);
  });

  it("is too new by one version", () => {
    expect(backupSays({}, {}, { rdbVersion: 10 })).toEqual([
      "backup 20261121T120000Z-0001: got RDB version 11, written by Redis 7.2.16, expected version 10 or lower, which " +
        "the engine of shop-dev reads. Fix: restore it into a stack with a newer engine, or take an older backup.",
    ]);
  });

  it("has a byte too little room", () => {
    expect(backupSays({}, {}, {}, room.free - 1)).toEqual([
      "volume shop-dev-data: got 64.0 MiB free, expected 64.0 MiB, for both the data of now and the restored. " +
        "Fix: make room on the engine's disk, for example with --discard.",
    ]);
  });

  it("cannot be cut, filtered or opened", () => {
    expect(backupSays({}, { time: "2026-11-21T12:00:00Z" })).toEqual([
      "--time: got 20261121T120000Z-0001, a snapshot of one moment, expected an append-only set, which can be cut. " +
        "Fix: take a backup of kind aof, or leave --time out.",
    ]);
    expect(
      backupSays({ kind: "aof", encryption: "age" }, { time: "2026-11-21T12:00:02Z", match: ["a"] }),
    ).toEqual([
      "--match: got 20261121T120000Z-0001, an append-only set, expected a snapshot, which can be filtered. " +
        "Fix: take a backup of kind rdb, or leave --match out.",
      "--time: got 2026-11-21T12:00:02Z, expected 2026-11-21T12:00:01Z or before, when 20261121T120000Z-0001 ends. " +
        "Fix: take an earlier moment, or a newer backup.",
      "--identity: got nothing, expected a file with the secret key that opens 20261121T120000Z-0001, which is encrypted. " +
        "Fix: give --identity FILE, as age-keygen wrote it.",
    ]);
    expect(backupSays({ kind: "aof" }, { time: "2026-11-21T12:00:01Z" })).toEqual([]);
  });
});
