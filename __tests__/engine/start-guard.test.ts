import { dockerEngine } from "../../ops/docker-engine";
import { DataLab } from "../support/data-lab";
import { Scratch } from "../support/scratch";

/** What the start script says to the data that it finds, in a container with real Redis. */

const OLD = "2026-01-01 10:00:00";
const NEW = "2026-01-01 10:00:01";

const FIRST_ON =
  "deploy with appendonly no, and before appendonly yes run bin/redis-ops preflight STACK --apply";
const EMPTY = "or keep it aside and start empty by bin/redis-ops restore STACK --empty";

const NOTHING_TO_LOAD =
  "redis-start: /data: got dump.rdb with data, which appendonly yes ignores, and no append-only file that is as new, " +
  `expected what is to be loaded. Fix: ${FIRST_ON}; ${EMPTY}.`;
const NO_MANIFEST = (file: string) =>
  `redis-start: /data: got appendonlydir/${file} and no appendonly.aof.manifest, so that Redis starts empty and ` +
  "overwrites it, expected the whole append-only set. Fix: put the manifest back, or run bin/redis-ops restore STACK " +
  `--from latest; ${EMPTY}.`;
const NEWER_LOG = (file: string, rdb = "dump.rdb") =>
  `redis-start: /data: got ${file}, which appendonly no ignores, newer than ${rdb}, expected a snapshot that is not ` +
  "older. Fix: deploy with appendonly yes, and before appendonly no run bin/redis-ops preflight STACK --apply; " +
  `${EMPTY}.`;
const STALE =
  "redis-start: /data: got appendonlydir as it was before the last start, which was with appendonly no, and a newer " +
  "dump.rdb, which appendonly yes ignores, expected an append-only file that was written since. " +
  `Fix: ${FIRST_ON}; ${EMPTY}.`;

const DUMP = "cp /tmp/keys.rdb /data/dump.rdb";
const AOF = `mkdir /data/appendonlydir; cd /data/appendonlydir
  cp /tmp/keys.rdb appendonly.aof.1.base.rdb; printf '*1\\r\\n$4\\r\\nPING\\r\\n' > appendonly.aof.1.incr.aof
  printf 'file appendonly.aof.1.base.rdb seq 1 type b\\nfile appendonly.aof.1.incr.aof seq 1 type i\\n' > appendonly.aof.manifest`;
const at = (time: string, ...files: readonly string[]) =>
  `touch -d '${time}' ${files.map((file) => `/data/${file}`).join(" ")}`;

type Case = readonly [what: string, files: string, conf: string, refusal?: string];

const CASES: readonly Case[] = [
  ["an empty volume", "", "appendonly yes"],
  ["an empty volume", "", "appendonly no"],
  ["a snapshot of keys", DUMP, "appendonly yes", NOTHING_TO_LOAD],
  ["a snapshot of a function", "cp /tmp/function.rdb /data/dump.rdb", "appendonly yes", NOTHING_TO_LOAD],
  ["a snapshot that cannot be read", "echo REDIS0099 > /data/dump.rdb", "appendonly yes", NOTHING_TO_LOAD],
  ["a snapshot of nothing", "cp /tmp/empty.rdb /data/dump.rdb", "appendonly yes"],
  ["a snapshot of keys", DUMP, "appendonly no"],
  ["a snapshot of keys, in a cache", DUMP, 'appendonly no\nsave ""'],
  ["the directive in capitals and quotes", DUMP, 'APPENDONLY "yes"', NOTHING_TO_LOAD],
  ["an append-only set", AOF, "appendonly yes"],
  ["an append-only set and a newer snapshot, as every stop leaves them", `${AOF}; ${DUMP}`, "appendonly yes"],
  [
    "an append-only set without its manifest",
    `${AOF}; rm /data/appendonlydir/*.manifest`,
    "appendonly yes",
    NO_MANIFEST("appendonly.aof.1.base.rdb"),
  ],
  [
    "one with an empty manifest",
    `${AOF}; : > /data/appendonlydir/appendonly.aof.manifest`,
    "appendonly yes",
    NO_MANIFEST("appendonly.aof.1.base.rdb"),
  ],
  [
    "a first start that was killed before its manifest",
    "mkdir /data/appendonlydir; cp /tmp/empty.rdb /data/appendonlydir/appendonly.aof.1.base.rdb; : > /data/appendonlydir/appendonly.aof.1.incr.aof",
    "appendonly yes",
  ],
  ["an append-only file of Redis 6", "echo x > /data/appendonly.aof", "appendonly yes"],
  [
    "one of Redis 6 as new as its snapshot",
    `echo x > /data/appendonly.aof; ${DUMP}; ${at(OLD, "dump.rdb", "appendonly.aof")}`,
    "appendonly yes",
  ],
  [
    "one of Redis 6 and a newer snapshot",
    `echo x > /data/appendonly.aof; ${DUMP}; ${at(OLD, "appendonly.aof")}; ${at(NEW, "dump.rdb")}`,
    "appendonly yes",
    NOTHING_TO_LOAD,
  ],
  [
    "an append-only set alone",
    `${AOF}; ${at(OLD, "appendonlydir/*")}; ${at(NEW, "appendonlydir/*.incr.aof")}`,
    "appendonly no",
    NEWER_LOG("appendonlydir/appendonly.aof.1.incr.aof"),
  ],
  [
    "an append-only set and an older snapshot",
    `${AOF}; ${DUMP}; ${at(OLD, "dump.rdb", "appendonlydir/*.base.rdb")}; ${at(NEW, "appendonlydir/*.incr.aof")}`,
    "appendonly no",
    NEWER_LOG("appendonlydir/appendonly.aof.1.incr.aof"),
  ],
  ["both of the same second", `${AOF}; ${DUMP}; ${at(NEW, "dump.rdb", "appendonlydir/*")}`, "appendonly no"],
  [
    "an append-only set and a newer snapshot",
    `${AOF}; ${DUMP}; ${at(OLD, "appendonlydir/*")}; ${at(NEW, "dump.rdb")}`,
    "appendonly no",
  ],
  [
    "an append-only set of nothing",
    `${AOF}; cd /data/appendonlydir; cp /tmp/empty.rdb appendonly.aof.1.base.rdb; : > appendonly.aof.1.incr.aof`,
    "appendonly no",
  ],
  [
    "what BGREWRITEAOF by hand writes where appendonly is off",
    `${AOF}; sed -i /incr/d /data/appendonlydir/*.manifest; echo appendonly no > /data/redis-start.mode`,
    "appendonly no",
  ],
  [
    "the same, where appendonly was on",
    `${AOF}; sed -i /incr/d /data/appendonlydir/*.manifest; rm /data/appendonlydir/*.incr.aof; echo appendonly yes > /data/redis-start.mode`,
    "appendonly no",
    NEWER_LOG("appendonlydir/appendonly.aof.1.base.rdb"),
  ],
  [
    "other names",
    `${AOF}; mv /data/appendonlydir /data/log`,
    "appendonly no\nappenddirname log\ndbfilename shop.rdb",
    NEWER_LOG("log/appendonly.aof.1.base.rdb", "shop.rdb"),
  ],
  [
    "a set from before a time without",
    `${AOF}; ${DUMP}; printf 'appendonly no %s\\n' "$(sha256sum < /data/appendonlydir/appendonly.aof.manifest)" > /data/redis-start.mode`,
    "appendonly yes",
    STALE,
  ],
  [
    "a set written anew since",
    `${AOF}; ${DUMP}; printf 'appendonly no %s\\n' "$(echo older | sha256sum)" > /data/redis-start.mode`,
    "appendonly yes",
  ],
  [
    "a set put aside, after appendonly yes",
    `${AOF}; ${DUMP}; mv /data/appendonlydir /data/appendonlydir.off-20260101T100000Z`,
    "appendonly no",
  ],
];

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.create();
});
afterAll(() => scratch.remove());

it("refuses what would be ignored or overwritten, starts with everything else, and touches nothing", async () => {
  await DataLab.use(dockerEngine({}), async (lab) => {
    for (const [what, files, conf, refusal] of CASES) {
      const { stdout, stderr } = await lab.run(`
        fresh; ( ${files === "" ? ":" : files} ); hashes > /tmp/before
        check '${conf}'; echo $?
        hashes | cmp - /tmp/before && echo untouched`);
      expect([what, conf, stdout, stderr]).toEqual([
        what,
        conf,
        `${refusal === undefined ? 0 : 78}\nuntouched\n`,
        refusal === undefined ? "" : `${refusal}\n`,
      ]);
    }
  });
}, 60_000);

it("rolls an interrupted restore back at every step of it, and starts with the data of before", async () => {
  const steps = [
    "mv appendonlydir before-restore-20260101T100000Z/",
    "mv dump.rdb before-restore-20260101T100000Z/",
    "mv restore-incoming/appendonlydir .",
  ];
  await DataLab.use(dockerEngine({}), async (lab) => {
    for (let done = 0; done <= steps.length; done += 1) {
      const { stdout, stderr } = await lab.run(`
        fresh; product 'appendonly yes' 'save 900 1'; fill 7; stop; hashes > /tmp/before
        cd /data; mkdir before-restore-20260101T100000Z restore-incoming restore-incoming/appendonlydir
        echo other > restore-incoming/appendonlydir/appendonly.aof.1.base.rdb
        printf 'before-restore-20260101T100000Z\\nold appendonlydir\\nold dump.rdb\\nend\\n' > restore-in-progress
        ${steps.slice(0, done).join("\n")}
        product 'appendonly yes' 'save 900 1'; keys; grep -h restore /tmp/log; crash
        hashes | cmp - /tmp/before && ls -A`);
      expect([done, stdout, stderr]).toEqual([
        done,
        "7\nredis-start: /data: a restore was interrupted; the data is that of before it.\n" +
          "appendonlydir\ndump.rdb\nredis-start.mode\n",
        "",
      ]);
    }
    const { stdout } = await lab.run(`
      fresh; cd /data; cp /tmp/keys.rdb dump.rdb; mkdir before-restore-20260101T100000Z
      printf 'before-restore-20260101T100000Z\\nend\\n' > restore-in-progress; product 'appendonly yes'; keys; crash; ls -A`);
    expect(stdout).toBe("0\nappendonlydir\nredis-start.mode\n");
    const broken = await lab.run(`
      fresh; cd /data; cp /tmp/keys.rdb dump.rdb; : > restore-in-progress; product 'appendonly no'; echo $?; ls -A`);
    expect(broken.stdout).toBe("78\ndump.rdb\nrestore-in-progress\n");
    const alone = await lab.run(`
      fresh; cd /data; printf 'before-restore-20260101T100000Z\\nold dump.rdb\\nend\\n' > restore-in-progress
      check 'appendonly no'; echo $?; ls -A; rm restore-in-progress; mkdir restore-in-progress; check 'appendonly no'; echo $?`);
    const fix = "move it out of the volume, and then run bin/redis-ops restore STACK --from latest";
    expect(alone).toEqual({
      exitCode: 0,
      stdout: "78\nrestore-in-progress\n78\n",
      stderr:
        "redis-start: /data: got restore-in-progress with dump.rdb of before, which is not there, expected " +
        `before-restore-20260101T100000Z/dump.rdb. Fix: put before-restore-20260101T100000Z back into the volume, or ${fix}.\n` +
        `redis-start: /data: got restore-in-progress that is no file, expected the journal of a restore. Fix: ${fix}.\n`,
    });
  });
}, 60_000);

const ROUNDS = process.env.SOAK === "1" ? 100 : 6;

it.each([
  ["the append-only file", ["appendonly yes", 'save ""']],
  ["snapshots", ["appendonly no", "save 1 1"]],
  ["both", ["appendonly yes", "save 1 1"]],
  ["no files", ["appendonly no", 'save ""']],
])(
  `starts again after each of ${ROUNDS} stops and kills with %s`,
  async (_, conf) => {
    const lines = conf.map((line) => `'${line}'`).join(" ");
    await DataLab.use(dockerEngine({}), async (lab) => {
      const { stdout, stderr } = await lab.run(`
      fresh; round=0; started=0
      while [ $round -lt ${ROUNDS} ]; do
        round=$((round + 1))
        sh -c "$START_SCRIPT" redis-start "$(printf '%s\\n' 'port 0' 'dir /data' ${lines})" >/dev/null 2>&1 & first=$!
        usleep $((round * 7919 % 60000)); kill -9 $first 2>/dev/null; wait $first 2>/dev/null
        product ${lines} && started=$((started + 1)) || break
        fill $((round % 50)); cli BGREWRITEAOF >/dev/null; [ $((round % 3)) -ne 0 ] || usleep 30000
        case $((round % 2)) in 0) stop ;; *) crash ;; esac
      done
      echo $started`);
      expect({ stdout, stderr }).toEqual({ stdout: `${ROUNDS}\n`, stderr: "" });
    });
  },
  process.env.SOAK === "1" ? 300_000 : 60_000,
);
