import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { prospectflow } from "../../config/services/prospectflow";
import { InvalidInputError } from "../../core/problem";
import { sessionsCount } from "../../ops/commands/sessions-count";
import { sessionsDelete } from "../../ops/commands/sessions-delete";
import { sessionsExpire } from "../../ops/commands/sessions-expire";
import { sessionsList } from "../../ops/commands/sessions-list";
import { sessionsRestore } from "../../ops/commands/sessions-restore";
import { sessionsShow } from "../../ops/commands/sessions-show";
import { sessionsTtl } from "../../ops/commands/sessions-ttl";
import { dockerEngine } from "../../ops/docker-engine";
import { changeFound, changeKeys, type KeyChange } from "../../ops/keys/change-keys";
import { emptyTally, serverTime } from "../../ops/keys/find-keys";
import { readFilters } from "../../ops/keys/key-filters";
import { Progress } from "../../ops/keys/progress";
import { readSavedKeys } from "../../ops/keys/saved-keys";
import { connectRedis, type LiveRedis } from "../../ops/live-redis";
import { sessionSample } from "../../ops/sessions/session-texts";
import { recorded } from "../support/recorded";
import { Scratch } from "../support/scratch";
import {
  flagsOf,
  isMeant,
  keyOf,
  type Meddling,
  type ModelSession,
  SESSION_STORES,
  trial,
  writing,
} from "../support/sessions-model";
import { TestStack } from "../support/test-stack";

/**
 * One stack with a password and renamed commands, and two clients: the one that works, and the one that meddles. One file,
 * since all of it is about that stack.
 */

const NONE = { key: [], where: [], withoutTtl: false, json: false };
const SURE = { ...NONE, all: false, yes: true, unreadable: false };

let scratch: Scratch;
let stack: TestStack;
let live: LiveRedis;
let other: LiveRedis;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, { ...prospectflow, stores: SESSION_STORES }, "prod");
  live = await connectRedis(dockerEngine({}), stack.resolved);
  other = await connectRedis(dockerEngine({}), stack.resolved);
}, 120_000);

afterAll(async () => {
  live?.close();
  other?.close();
  await scratch.remove();
});

const write = (key: string, value: object, seconds = 3600) =>
  other.batch([["SET", key, JSON.stringify(value), "EX", seconds]]);

it("counts, lists, shows and tells TTLs, with odd keys and without secrets", async () => {
  const now = Date.now();
  await write("session:ann", {
    org: { id: "7" },
    created: now - 7_200_000,
    accessToken: "tok",
    name: "A\u001b[31m",
  });
  await write("session:a b\n", { org: { id: "7" }, created: new Date(now).toISOString() });
  await other.batch([["SET", "session:broken", "{"]]);
  await write("session:lock:1", { org: { id: "7" } });
  const about = { ...NONE, organisation: "7" };
  expect(await recorded((terminal) => sessionsCount(stack.resolved, about, terminal))).toMatchObject({
    exitCode: 0,
    out: "2",
    err: "3 sessions looked at, of which 1 could not be read; 2 match",
  });
  const listed = await recorded((terminal) =>
    sessionsList(stack.resolved, { ...NONE, json: true }, terminal),
  );
  const rows = listed.out.split("\n").map((line) => JSON.parse(line));
  expect(rows.map(({ key, readable }) => [key, readable]).sort()).toEqual([
    ['"session:a b\\x0a"', true],
    ["session:ann", true],
    ["session:broken", false],
  ]);
  const pasted = { ...NONE, key: ['"session:a b\\x0a"', "session:none"] };
  const ttl = await recorded((terminal) => sessionsTtl(stack.resolved, pasted, terminal));
  expect(ttl).toMatchObject({ exitCode: 1 });
  expect(ttl.out).toMatch(/^"session:a b\\x0a" +59 min\nsession:none +not there: .* \(-2 of TTL\)$/m);
  const histogram = await recorded((terminal) => sessionsTtl(stack.resolved, NONE, terminal));
  expect(histogram.out).toMatch(/^less than 1 h +2$/m);
  expect(histogram.out).toMatch(/^no TTL: .* +1$/m);
  const shown = await recorded((terminal) =>
    sessionsShow(stack.resolved, { ...NONE, key: ["session:ann"], reveal: false }, terminal),
  );
  expect(shown.out).toMatch(/accessToken +\(hidden; --reveal shows it\)/);
  expect(shown.output).not.toContain("tok\n");
  expect(shown.out).toContain("A\\u001b[31m");
  const none = await recorded((terminal) =>
    sessionsShow(stack.resolved, { ...NONE, key: ["session:none"], reveal: false }, terminal),
  );
  expect(none).toMatchObject({ exitCode: 1, out: "" });
  expect(none.err).toContain(`none matches. Next: bin/redis-ops sessions list ${stack.resolved.id}`);
});

it("deletes nothing without --yes, keeps what it deletes, and puts it back with its TTL", async () => {
  const options = { ...SURE, organisation: "7" };
  const dry = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...options, yes: false }, terminal),
  );
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(dry.err).toContain(
    "nothing was deleted. Next: add --yes, and --save-to FILE to be able to put them back",
  );
  const saveTo = join(scratch.folder, "org-7.saved");
  const deleted = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...options, saveTo }, terminal),
  );
  expect(deleted).toMatchObject({
    exitCode: 0,
    out: `${stack.resolved.id}: deleted 2 sessions; ${saveTo} has 2 sessions`,
  });
  const audit = `sessions delete --organisation "7" --save-to ${JSON.stringify(saveTo)}: deleted 2 sessions`;
  expect(deleted.err.replace(/^audit: \S+Z \S+ /m, "audit: ")).toContain(`audit: ${audit}`);
  expect(statSync(saveTo).mode & 0o777).toBe(0o600);
  expect(readFileSync(saveTo, "utf8").split("\n")).toHaveLength(5);
  expect(await stack.redis("EXISTS", "session:ann", "session:broken", "session:lock:1")).toBe("2");
  await expect(
    sessionsDelete(stack.resolved, { ...options, saveTo }, { out: fail, err: fail }),
  ).rejects.toThrow(InvalidInputError);

  await write("session:ann", { org: { id: "new" } }, 60);
  const look = { from: saveTo, replace: false, yes: false, json: false };
  const looked = await recorded((terminal) => sessionsRestore(stack.resolved, look, terminal));
  expect(looked).toMatchObject({
    exitCode: 0,
    out: `${stack.resolved.id}: 1 session to restore; 1 would stay as they are there`,
    err: "nothing was restored. Next: add --yes",
  });
  const replacing = await recorded((terminal) =>
    sessionsRestore(stack.resolved, { ...look, replace: true, json: true }, terminal),
  );
  expect(JSON.parse(replacing.out)).toMatchObject({ dryRun: true, matched: 2, existing: 0, expired: 0 });
  expect(await stack.redis("EXISTS", "session:a b\n")).toBe("0");
  const back = { ...look, yes: true };
  const kept = await recorded((terminal) => sessionsRestore(stack.resolved, back, terminal));
  expect(kept.out).toBe(`${stack.resolved.id}: restored 1 session; 1 stayed as they are there`);
  expect(kept.err).toMatch(
    /^audit: \S+Z \S+ sessions restore --from "\S+": restored 1 session; 1 stayed as they are there$/,
  );
  expect(await stack.redis("GET", "session:ann")).toBe('{"org":{"id":"new"}}');
  const replaced = await recorded((terminal) =>
    sessionsRestore(stack.resolved, { ...back, replace: true }, terminal),
  );
  expect(replaced).toMatchObject({ exitCode: 0, out: `${stack.resolved.id}: restored 2 sessions` });
  expect(Number(await stack.redis("TTL", "session:ann"))).toBeGreaterThan(3000);
});

it("leaves what cannot be read alone, unless that is what was said", async () => {
  const options = { ...SURE, match: "session:b*" };
  const left = await recorded((terminal) => sessionsDelete(stack.resolved, options, terminal));
  expect(left).toMatchObject({ exitCode: 0, out: `${stack.resolved.id}: deleted 0 sessions` });
  expect(left.err).toContain(
    "1 session looked at, of which 1 could not be read; 0 match\nwhat cannot be read is left. Next: add --unreadable to mean it, too",
  );
  const organisation = { ...SURE, organisation: "7", unreadable: true };
  await expect(sessionsDelete(stack.resolved, organisation, { out: fail, err: fail })).rejects.toThrow(
    '--unreadable: got --organisation "7", expected no --key, and no filter of a field or an age, which nothing unreadable matches. Fix: leave out one of them',
  );
  const named = { ...SURE, key: ["session:broken"], unreadable: true };
  await expect(sessionsDelete(stack.resolved, named, { out: fail, err: fail })).rejects.toThrow(
    "Fix: leave it out: --key means what cannot be read, too",
  );
  const meant = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...options, unreadable: true }, terminal),
  );
  expect(meant.out).toBe(`${stack.resolved.id}: deleted 1 session`);
  expect(meant.err).toMatch(
    /^audit: .* sessions delete --match "session:b\*" --unreadable: deleted 1 session$/m,
  );
  await other.batch([["SET", "session:broken", "{"]]);
  const byName = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...SURE, key: ["session:broken"] }, terminal),
  );
  expect(byName.out).toBe(`${stack.resolved.id}: deleted 1 session`);
});

it("ends with exit code 1 where something that is meant is left", async () => {
  await other.batch([["SETRANGE", "session:large", 9 * 1_048_576, "x"]]);
  const options = { ...SURE, key: ["session:large"] };
  const saveTo = join(scratch.folder, "large.saved");
  const large = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...options, saveTo }, terminal),
  );
  expect(large).toMatchObject({
    exitCode: 1,
    out: `${stack.resolved.id}: deleted 0 sessions; 1 session left, too large to save; ${saveTo} has 0 sessions`,
  });
  const meddled: KeyChange = {
    ...DELETION,
    meant: async (_, keys) => {
      await other.batch([["APPEND", "session:large", "x"]]);
      return keys;
    },
  };
  const selection = readFilters(stack.resolved, options);
  const restless = await recorded((terminal) =>
    changeKeys(stack.resolved, selection, options, meddled, terminal),
  );
  expect(restless).toMatchObject({
    exitCode: 1,
    out: `${stack.resolved.id}: deleted 0 sessions; 1 session left, since somebody else kept changing them`,
  });
  await other.batch([["UNLINK", "session:large"]]);
});

it("shortens TTLs and never makes one longer", async () => {
  await other.batch([
    ["PEXPIRE", "session:ann", 60_000],
    ["SET", "session:a", "cannot be read"],
  ]);
  const expired = await recorded((terminal) =>
    sessionsExpire(stack.resolved, { ...SURE, match: "session:a*", in: "10min" }, terminal),
  );
  expect(expired.out).toBe(
    `${stack.resolved.id}: shortened 2 sessions; 1 session left, ending sooner already`,
  );
  await other.batch([["UNLINK", "session:a"]]);
  expect(Number(await stack.redis("TTL", "session:ann"))).toBeLessThanOrEqual(60);
  const kept = await recorded((terminal) =>
    sessionsExpire(stack.resolved, { ...SURE, key: ["session:ann"], in: "10min" }, terminal),
  );
  const left = "shortened 0 sessions; 1 session left, ending sooner already";
  expect(kept).toMatchObject({ exitCode: 0, out: `${stack.resolved.id}: ${left}` });
  expect(kept.err).toMatch(
    new RegExp(`^audit: .* sessions expire --key "session:ann" --in "10min": ${left}$`, "m"),
  );
  await other.batch([["UNLINK", "session:ann", "session:a b\n", "session:broken", "session:lock:1"]]);
});

it("deletes exactly what the filters mean, whatever somebody else does meanwhile", async () => {
  const now = await serverTime(live);
  const seen = { deleted: 0, meddled: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(trial, async ({ sessions, filters, meddling, readableOnly }) => {
      const model = new Map<string, ModelSession>();
      const touched = new Set<string>();
      for (const one of sessions) {
        model.set(keyOf(one).toString("latin1"), one);
      }
      const bytes = (key: string) => Buffer.from(key, "latin1");
      await other.batch([...model].flatMap(([key, one]) => writing(one, bytes(key), now)));
      const left = [...meddling];
      const meddle = async (does: Meddling["does"], key: string, one: ModelSession) => {
        const put = async (to: string, renewed: ModelSession) => {
          await other.batch([["UNLINK", bytes(to)], ...writing(renewed, bytes(to), now)]);
          model.set(to, renewed);
          touched.add(to);
        };
        touched.add(key);
        seen.meddled += 1;
        if (does === "renew") {
          await put(key, { ...one, ageHours: 1, ttl: "long" });
        } else if (does === "replace") {
          await put(key, { ...one, organisation: "2", role: "member", value: "good", date: "seconds" });
        } else if (does === "shorten" && one.ttl !== "short") {
          await put(key, { ...one, ttl: "short" });
        } else if (does === "rename") {
          const to = `${key}x`;
          await other.batch([["RENAME", bytes(key), bytes(to)]]);
          model.delete(key);
          model.set(to, one);
          touched.add(to);
        } else if (does === "expire") {
          await other.batch([["PEXPIRE", bytes(key), 1]]);
          await sleep(3);
          model.delete(key);
        }
      };
      const meddleBefore = async (name: string) => {
        for (const one of left.filter(({ before }) => before === name)) {
          left.splice(left.indexOf(one), 1);
          const keys = [...model.keys()];
          const key = keys[one.at % keys.length];
          const target = model.get(key ?? "");
          if (key !== undefined && target !== undefined) {
            await meddle(one.does, key, target);
          }
        }
      };
      let sent: Promise<unknown> = Promise.resolve();
      const batch: LiveRedis["batch"] = async (commands) => {
        const [[name] = [""]] = commands;
        const sending = sent.then(async () => {
          await meddleBefore(name);
          return { answered: live.batch(commands) };
        });
        sent = sending;
        const replies = await (await sending).answered;
        if (name === "MULTI") {
          const isDone = replies.at(-1) !== null;
          seen.refused += isDone ? 0 : 1;
          const keys = commands.slice(1, -1).map(([, key]) => key);
          for (const key of isDone ? keys.map((word) => (word as Buffer).toString("latin1")) : []) {
            const one = model.get(key);
            if (one === undefined || !isMeant(one, bytes(key), filters, readableOnly)) {
              throw new Error(`${JSON.stringify(key)} was deleted and is ${JSON.stringify(one)}`);
            }
            model.delete(key);
            seen.deleted += 1;
          }
        }
        return replies;
      };
      const total = { changed: 0, unchanged: 0, restless: 0 };
      const run = {
        live: { ...live, batch },
        now,
        progress: new Progress({ out: () => undefined, err: () => undefined }, 0),
        isStopped: () => false,
      };
      const selection = { ...readFilters(stack.resolved, flagsOf(filters)), readableOnly };
      const before = seen.deleted;
      await changeFound(run, { ...run, selection, shown: {}, tally: emptyTally() }, DELETION, total);

      const stayed = (await other.redis.scanBuffer("0", "COUNT", 10_000))[1].map((key) =>
        key.toString("latin1"),
      );
      await other.batch([["UNLINK", "none", ...stayed.map(bytes)]]);
      expect(stayed.sort()).toEqual([...model.keys()].sort());
      expect(total.changed).toBe(seen.deleted - before);
      const missed = [...model].filter(
        ([key, one]) => !touched.has(key) && isMeant(one, bytes(key), filters, readableOnly),
      );
      expect(missed).toEqual([]);
    }),
    { numRuns: process.env.SOAK === "1" ? 10_000 : 150 },
  );
  expect(seen.deleted).toBeGreaterThan(50);
  expect(seen.meddled).toBeGreaterThan(20);
  expect(seen.refused).toBeGreaterThan(5);
}, 3_600_000);

it("says what was done until the server went away, which ends it with exit code 1", async () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `session:dies:${index}`);
  await other.batch(keys.map((key) => ["SET", key, '{"org":{"id":"9"}}']));
  const options = { ...SURE, organisation: "9" };
  const saveTo = join(scratch.folder, "dies.saved");
  const dying = sleep(5).then(async () => {
    while (Number(await stack.redis("DBSIZE")) === keys.length) {
      await sleep(1);
    }
    await stack.container.kill();
  });
  const ended = await recorded((terminal) =>
    sessionsDelete(stack.resolved, { ...options, saveTo }, terminal),
  );
  await dying;
  expect(ended).toMatchObject({ exitCode: 1, out: "" });
  const [, deleted, saved] =
    /^deleted ([\d,]+) sessions; \S+ has ([\d,]+) sessions; .*\nstopped: the connection to Redis was lost\nNext: look with bin\/redis-ops diagnose \S+; the batch under way may have been done; then run it again\naudit: .*: deleted \1 sessions$/m.exec(
      ended.err,
    ) ?? [];
  expect(deleted).toBeDefined();
  expect(saved).toBe(deleted);
  const { batches } = await readSavedKeys(saveTo);
  let inFile = 0;
  for await (const batch of batches) {
    inFile += batch.length;
  }
  expect(inFile).toBeGreaterThanOrEqual(Number(`${deleted}`.replace(",", "")));
}, 60_000);

const DELETION: KeyChange = {
  name: "delete",
  done: "deleted",
  sample: sessionSample,
  commands: (keys) => keys.map(({ key }) => ["UNLINK", key]),
  told: () => [],
  data: () => ({}),
};

function fail(text: string): void {
  throw new Error(`said ${text}`);
}
