import type { ResolvedStack } from "../../config/resolve-stack";
import { formatProblem, Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { parseConf } from "../../ops/backup/deployed";
import { wordsIn } from "../../ops/transition/data-files";
import type { LiveServer, TransitionFacts } from "../../ops/transition/facts";
import { renamedWords } from "../../ops/transition/renamed-words";
import { TRANSITION_RULES } from "../../ops/transition/rules";
import { acceptProblems, brokenRules, nextSteps } from "../../ops/transition/transitions";
import { type StackOptions, shopStack, template } from "../support/stack-fixtures";

const MiB = 1024 ** 2;
const NAME = shopStack("dev").props.server.containerName;

const LIVE: LiveServer = {
  version: "7.4.11",
  isAofOn: true,
  isAofComplete: true,
  save: "",
  keys: 12,
  usedMemory: 100 * MiB,
  countedMemory: 100 * MiB,
  residentMemory: 120 * MiB,
  maxmemoryPolicy: "noeviction",
};

const confOf = ({ props }: ResolvedStack) =>
  parseConf(renderRedisConf(template, props.server, props.exporter !== undefined, new Problems()));

// One file, though a long one: a case for each rule of one table, so that a rule without a case is seen.

/** `shop-dev` as it is deployed and as it is about to be: the same, but for what a test says. */
function facts(
  next: StackOptions = {},
  now: Partial<Omit<TransitionFacts, "deployed" | "live">> & {
    readonly live?: Partial<LiveServer>;
    readonly image?: string;
    readonly isProtected?: boolean;
    readonly dataVolume?: string | undefined;
  } = {},
): TransitionFacts {
  const before = shopStack("dev");
  const after = shopStack("dev", next);
  const { live, image, isProtected, dataVolume = "shop-dev-data", ...rest } = now;
  return {
    next: after,
    nextConf: confOf(after),
    deployed: {
      conf: confOf(before),
      image: image ?? before.props.server.image,
      dataVolume,
      isProtected: isProtected ?? false,
    },
    live: { ...LIVE, ...live },
    files: { hasManifest: true, rdbVersions: [12] },
    lostWords: [],
    ...rest,
  };
}

const told = (given: TransitionFacts) => brokenRules(given).map(({ problem }) => formatProblem(problem));

const WITHOUT_AOF: StackOptions = {
  service: {
    persistence: { appendonly: false, save: [{ after: "15 min", changes: 1 }] },
    stores: [{ kind: "cache", keys: "basket:*", ttl: "1 h", lossAcceptable: true }],
  },
};

test("what stays as it is breaks no rule", () => {
  expect(told(facts())).toEqual([]);
});

test.each<readonly [what: string, given: TransitionFacts, problem: string]>([
  [
    "a server that does not answer",
    facts({}, { unanswered: { why: "it is paused", fix: "docker unpause NAME" } }),
    "shop-dev unanswered: got a server that runs and cannot be asked: it is paused, expected an answer to INFO and to " +
      "CONFIG GET save. Fix: docker unpause NAME; or take it as it is by --accept unanswered.",
  ],
  [
    "a container that loops",
    facts({}, { isRestarting: true }),
    "shop-dev restarting: got a container that restarts again and again, expected a server that runs. Fix: docker logs " +
      `--tail 3 ${NAME} says why; a deploy that mends it is not held up.`,
  ],
  [
    "a container of somebody else",
    facts({}, { isForeign: true }),
    `shop-dev foreign: got container ${NAME}, which this project did not deploy, expected none, or one that bin/up made. ` +
      "Fix: take it over by bin/up --adopt shop-dev, or rename or remove it.",
  ],
  [
    "a folder that cannot be looked at",
    facts({}, { unread: "ls: can't open 'appendonlydir':\nPermission denied" }),
    "shop-dev unread: got data files that cannot be looked at: ls: can't open 'appendonlydir': Permission denied, expected " +
      "files in /data that user 999 reads, as Redis does. Fix: give them back to 999:1000, or mend the disk.",
  ],
  [
    "a first rewrite that is under way",
    facts({}, { live: { isAofComplete: false } }),
    "shop-dev aof-on: got appendonly yes over 12 keys that are in no append-only file, expected an append-only file with " +
      "all of them. Fix: run bin/redis-ops preflight shop-dev --apply, which switches the append-only file on in the " +
      "running server and waits until it is written.",
  ],
  [
    "an append-only file of a server whose snapshots no stop writes",
    facts(WITHOUT_AOF, { live: { isAofOn: false } }),
    "shop-dev aof-off: got appendonly no over 12 keys that are in the append-only file, expected a snapshot with all of " +
      "them. Fix: run bin/redis-ops preflight shop-dev --apply, which switches the append-only file off in the running " +
      "server, writes a snapshot, and moves the append-only set aside.",
  ],
  [
    "other names of files",
    facts(
      { template: `${template}dbfilename "shop.rdb"\n` },
      { nextConf: parseConf('dbfilename "shop.rdb"') },
    ),
    "shop-dev file-names: got dbfilename shop.rdb, expected dbfilename dump.rdb. Fix: put the names back: the data is in " +
      "files of these names.",
  ],
  [
    "an older line",
    facts({ engine: "redis-7.2" }, { files: { hasManifest: true, rdbVersions: [11] } }),
    "shop-dev engine-downgrade: got version 7.2.16, which reads RDB 11, expected version 7.4.11 or newer, RDB 12 or newer, " +
      "as the data is. Fix: keep the engine; only the clients can copy data to an older one.",
  ],
  [
    "a newer line with another licence",
    facts(
      {},
      {
        image: "redis:7.2.16-alpine",
        live: { version: "7.2.16" },
        files: { hasManifest: true, rdbVersions: [11] },
      },
    ),
    "shop-dev engine-upgrade: got version 7.2.16 -> 7.4.11, RDB 11 -> 12, licence BSD-3-Clause -> RSALv2 or SSPLv1, " +
      "expected an upgrade that was rehearsed on a copy of the data. Fix: run bin/redis-ops upgrade shop-dev --to redis-7.4; " +
      "or take it as it is by --accept engine-upgrade.",
  ],
  [
    "a folder of the host in place of a volume",
    {
      ...facts(),
      deployed: { conf: parseConf("appendonly yes"), image: "x", dataVolume: undefined, isProtected: false },
    },
    "shop-dev volume: got volume shop-dev-data, expected the folder of the host at /data. Fix: put the name of the volume " +
      "back; data moves by bin/redis-ops backup create and restore.",
  ],
  [
    "a volume that loses its protection",
    facts({}, { isProtected: true }),
    "shop-dev unprotected: got a data volume that Terraform may destroy, expected the protection that it was deployed " +
      'with. Fix: put dataVolume: "protected" back in the environment\'s file; or take it as it is by --accept unprotected.',
  ],
  [
    "less memory than is used",
    facts({}, { live: { countedMemory: 256 * MiB + 1 } }),
    "shop-dev maxmemory-below-used: got maxmemory of 256 MiB, expected at least the 257 MiB that are used now. " +
      "Fix: delete data first, or leave maxmemory where it is; or take it as it is by --accept maxmemory-below-used.",
  ],
  [
    "a smaller container than is used",
    facts({}, { live: { residentMemory: 5000 * MiB } }),
    `shop-dev memory-limit-below-used: got a memory limit of ${shopStack("dev").props.server.memoryLimit}, expected at ` +
      "least the 5000 MiB that are used now. Fix: delete data first, or leave the limit where it is; or take it as it is by " +
      "--accept memory-limit-below-used.",
  ],
  [
    "what the start script says where nothing runs",
    { ...facts({}, { startRefusal: "redis-start: /data: got a, expected b. Fix: run c STACK." }) },
    "shop-dev start-refused: got a, expected b. Fix: run c shop-dev.",
  ],
])("%s is told with the safe way", (_, given, problem) => {
  expect(told(given)).toEqual([problem]);
});

test("persistence and eviction that go are both told, beside the append-only file", () => {
  const cache: StackOptions = {
    service: {
      persistence: { appendonly: false, save: [] },
      maxmemoryPolicy: "allkeys-lru",
      stores: [{ kind: "cache", keys: "basket:*", ttl: "1 h", lossAcceptable: true }],
    },
  };
  expect(brokenRules(facts(cache)).map(({ rule, canApply }) => [rule.id, canApply])).toEqual([
    ["aof-off", true],
    ["persistence-off", false],
    ["policy-evicting", false],
  ]);
});

test.each([
  ["an empty server", facts(WITHOUT_AOF, { live: { keys: 0 } })],
  [
    "a server that was switched already, and saves when it stops",
    facts(WITHOUT_AOF, { live: { isAofOn: false, save: "900 1" } }),
  ],
  ["maxmemory of just what is used", facts({}, { live: { countedMemory: 256 * MiB } })],
  ["a patch release", facts({}, { live: { version: "7.4.1" } })],
])("%s breaks no rule", (_, given) => {
  expect(told(given)).toEqual([]);
});

test("where CONFIG is disabled the way is a backup, and nothing can be applied", () => {
  const given = facts(WITHOUT_AOF);
  const deployed = { ...given.deployed, conf: parseConf('appendonly yes\nrename-command CONFIG ""') };
  const [broken] = brokenRules({ ...given, deployed: deployed as TransitionFacts["deployed"] });
  expect(broken?.canApply).toBe(false);
  expect(broken?.problem.fix).toBe(
    "write one in the running server first; where nobody can call CONFIG, take a copy by bin/redis-ops backup create, " +
      "deploy, and put it back by bin/redis-ops restore",
  );
});

const STAY =
  "To stay as it was: put the service's file back and run bin/redis-ops preflight shop-dev --apply again.";
const WITH_SNAPSHOTS = {
  conf: parseConf("appendonly no"),
  image: "x",
  dataVolume: "shop-dev-data",
  isProtected: false,
};

test.each([
  [
    "the append-only file off",
    facts(WITHOUT_AOF),
    `Next: bin/up shop-dev, now: until then this server does not start again. ${STAY}`,
  ],
  [
    "the append-only file off, of a server that was deployed without it",
    { ...facts(WITHOUT_AOF), deployed: WITH_SNAPSHOTS },
    "Next: bin/up shop-dev",
  ],
  [
    "the append-only file on, of a server that saves when it stops",
    { ...facts({}, { live: { isAofOn: false, save: "900 1" } }), deployed: WITH_SNAPSHOTS },
    "Next: bin/up shop-dev, now: until then this server starts again after docker stop, but maybe not after a kill or a " +
      `crash. ${STAY}`,
  ],
  [
    "the append-only file on, of a server that writes nothing when it stops",
    { ...facts({}, { live: { isAofOn: false } }), deployed: WITH_SNAPSHOTS },
    `Next: bin/up shop-dev, now: until then this server does not start again. ${STAY}`,
  ],
  [
    "the append-only file on, of a server that was deployed with it",
    facts({}, { live: { isAofOn: false } }),
    "Next: bin/up shop-dev",
  ],
  ["the append-only file written anew", facts({}, { lostWords: ["append"] }), "Next: bin/up shop-dev"],
])("after %s the next step says what a restart would do", (_, given, step) => {
  expect(nextSteps(brokenRules(given).filter(({ canApply }) => canApply))).toEqual([step]);
});

test("the next step accepts what was accepted", () => {
  expect(
    nextSteps(brokenRules(facts({}, { lostWords: ["append"] })), ["unanswered", "engine-upgrade"]),
  ).toEqual(["Next: bin/up --accept unanswered --accept engine-upgrade shop-dev"]);
});

test("what is only told keeps no deploy from going on, and is not there to be accepted", () => {
  expect(TRANSITION_RULES.filter(({ isOnlyTold }) => isOnlyTold).map(({ id }) => id)).toEqual([
    "restarting",
    "foreign",
  ]);
  const [problem] = acceptProblems(["foreign"]);
  expect(problem?.fix).not.toContain("never accepted");
});

test("only what a person can decide is accepted", () => {
  expect(acceptProblems(["policy-evicting", "engine-upgrade"])).toEqual([]);
  expect(acceptProblems(["aof-on", "policy-evicing"]).map(formatProblem)).toEqual([
    '--accept: got "aof-on", expected a rule that a person may decide: unanswered, engine-upgrade, unprotected, ' +
      "persistence-off, maxmemory-below-used, policy-evicting, memory-limit-below-used. Fix: do what aof-on says; it is " +
      "never accepted, since data would be lost without a word.",
    '--accept: got "policy-evicing", expected a rule that a person may decide: unanswered, engine-upgrade, unprotected, ' +
      "persistence-off, maxmemory-below-used, policy-evicting, memory-limit-below-used. Fix: did you mean " +
      '"policy-evicting"? Use that name.',
  ]);
});

test("each rule has a name of its own, and says what it protects from in a sentence", () => {
  const ids = TRANSITION_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { protectsFrom } of TRANSITION_RULES) {
    expect(protectsFrom).toMatch(/^[A-Z].*\.$/);
  }
});

test("a word is lost where the next server calls the command otherwise, or not at all", () => {
  const now = parseConf('rename-command FLUSHALL gone\nrename-command KEYS ""\nrename-command SORT order');
  const next = parseConf('rename-command sort ORDER\nrename-command APPEND ""');
  expect(renamedWords(now, next)).toEqual(["gone", "append"]);
  expect(renamedWords(now, now)).toEqual([]);
});

test("a word is found in a line of its own, in any case, and over the ends of pieces", async () => {
  async function* pieces(...texts: readonly string[]) {
    yield* texts.map((text) => Buffer.from(text));
  }
  const words = ["flushall", "append"];
  expect(await wordsIn(pieces("*1\r\n$8\r\nFLUSH", "ALL\r\n*2\r\n"), words)).toEqual(["flushall"]);
  expect(await wordsIn(pieces("*1\r\n$8\r\nflushall\r", "\n$6\r\n", "append", "\r\n"), words)).toEqual(words);
  expect(await wordsIn(pieces("$9\r\nflushall!\r\n", "x flushall y\r\n"), words)).toEqual([]);
});
