import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import type { Store } from "../../config/service";
import type { FilterFlags } from "../../ops/keys/key-filters";
import type { Command } from "../../ops/keys/wire";

/** Three stores of sessions, each with its way of writing a value, and locks whose keys look like those of sessions. */
export const SESSION_STORES: readonly Store[] = [
  {
    kind: "sessions",
    keys: "session:*",
    ttl: "24 h",
    lossAcceptable: false,
    format: { encoding: "json", organisation: "org.id", createdAt: "created", lastActivity: "seen" },
  },
  {
    kind: "sessions",
    keys: "hash:*",
    ttl: "24 h",
    lossAcceptable: false,
    format: { encoding: "hash", organisation: "org.id", createdAt: "created", lastActivity: "seen" },
  },
  {
    kind: "sessions",
    keys: "pack:*",
    ttl: "24 h",
    lossAcceptable: false,
    format: { encoding: "msgpack", organisation: "org.id", createdAt: "created", lastActivity: "seen" },
  },
  { kind: "locks", keys: "session:lock:*", ttl: "30 s", lossAcceptable: false },
];

const HOUR = 3_600_000;

/** What is known of a session, whatever way it is written. */
export interface ModelSession {
  readonly prefix: "session:" | "hash:" | "pack:";
  readonly rest: Uint8Array;
  readonly organisation: string;
  readonly role: string;
  readonly ageHours: number;
  readonly date: keyof typeof DATES;
  readonly value: "good" | "wrong type" | "garbage" | "list";
  readonly ttl: "none" | "short" | "long";
}

const iso = (moment: number) => new Date(moment).toISOString();

/** Ways to write a date; those that start with `no` are none. */
const DATES = {
  iso,
  isoWithOffset: (moment: number) => iso(moment + 2 * HOUR).replace("Z", "+02:00"),
  seconds: (moment: number) => Math.floor(moment / 1000),
  milliseconds: (moment: number) => moment,
  digits: (moment: number) => `${moment}`,
  secondsAsText: (moment: number) => `${moment / 1000}`,
  noNull: () => null,
  noText: () => "",
  noZone: (moment: number) => iso(moment).replace("Z", ""),
  noHuge: () => 1e21,
  noFuture: (moment: number) => moment + 100_000 * HOUR,
  noDay: () => "2025-02-30T00:00:00Z",
  noZero: () => 0,
  noNumber: () => "NaN",
} as const;

const odd = fc.constantFrom(" ", "\n", '"', "\\", "*", "?", "[a]", "\u0000", "é", "lock:", "'", "{x}");

const rest = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 6 }),
  fc.array(odd, { minLength: 1, maxLength: 3 }).map((parts) => new Uint8Array(Buffer.from(parts.join("")))),
);

const ORGANISATIONS = ["1", "2", "a b", ""];
const ROLES = ["admin", "member"];

const session: fc.Arbitrary<ModelSession> = fc.record({
  prefix: fc.constantFrom("session:", "hash:", "pack:"),
  rest,
  organisation: fc.constantFrom(...ORGANISATIONS),
  role: fc.constantFrom(...ROLES),
  ageHours: fc.constantFrom(1, 11, 13, 30),
  date: fc.constantFrom(...(Object.keys(DATES) as (keyof typeof DATES)[])),
  value: fc.oneof(
    { weight: 6, arbitrary: fc.constant("good" as const) },
    fc.constantFrom("wrong type", "garbage", "list"),
  ),
  ttl: fc.constantFrom("none", "short", "long"),
});

/** What another client does to a key just before the server gets a batch. */
export interface Meddling {
  readonly before: "WATCH" | "MULTI";
  readonly at: number;
  readonly does: "renew" | "rename" | "expire" | "shorten" | "replace";
}

const meddling: fc.Arbitrary<Meddling> = fc.record({
  before: fc.constantFrom("WATCH", "MULTI"),
  at: fc.nat(30),
  does: fc.constantFrom("renew", "rename", "expire", "shorten", "replace"),
});

type Filters = Omit<FilterFlags, "withoutTtl" | "key" | "where"> & {
  readonly where?: string;
  readonly ttl?: "none";
};

const one: fc.Arbitrary<Filters> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...ORGANISATIONS.filter(Boolean)).map((organisation) => ({ organisation })),
  fc.constantFrom({ olderThan: "12h" }, { youngerThan: "12h" }, { idleFor: "12h" }),
  fc.constantFrom(...ROLES).map((where) => ({ where })),
  fc.constantFrom("session:*", "*a*", "hash:?").map((match) => ({ match })),
  fc.constantFrom<Filters>({ ttlBelow: "1h" }, { ttl: "none" }),
);

/** One or two, which may contradict each other but for what is refused. */
const filters = fc
  .tuple(one, one)
  .map(([first, second]): Filters => ({ ...first, ...second }))
  .filter(({ ttl, ttlBelow }) => ttl === undefined || ttlBelow === undefined);

/** A small space of keys, filters, and what somebody else does meanwhile. */
export const trial = fc.record({
  sessions: fc.array(session, { minLength: 1, maxLength: 14 }),
  filters,
  meddling: fc.array(meddling, { maxLength: 3 }),
  readableOnly: fc.boolean(),
});

export const keyOf = ({ prefix, rest }: ModelSession) =>
  Buffer.concat([Buffer.from(prefix), Buffer.from(rest)]);

export function flagsOf({ where, ttl, ...flags }: Filters): FilterFlags {
  return {
    ...flags,
    key: [],
    where: where === undefined ? [] : [`role=${where}`],
    withoutTtl: ttl === "none",
  };
}

const TTLS = { none: 0, short: 600_000, long: 10 * HOUR };

/** The commands that write a session. The key must be gone before. */
export function writing(one: ModelSession, key: Buffer, now: number): readonly Command[] {
  const date = DATES[one.date](now - one.ageHours * HOUR);
  const fields = { role: one.role, created: date, seen: date, secret: "s" };
  const value = serialized(one, fields);
  const write: Command =
    one.value === "wrong type"
      ? ["SADD", key, "x"]
      : one.prefix === "hash:"
        ? ["HSET", key, ...hashOf(one, fields)]
        : ["SET", key, value];
  return one.ttl === "none" ? [write] : [write, ["PEXPIRE", key, TTLS[one.ttl]]];
}

function hashOf({ value, organisation }: ModelSession, fields: Record<string, unknown>): string[] {
  const known = value === "good" ? { ...fields, "org.id": organisation } : { other: "1" };
  return Object.entries(known).flatMap(([name, one]) => (one === null ? [] : [name, `${one}`]));
}

function serialized({ value, prefix, organisation }: ModelSession, fields: object): Buffer {
  const content = value === "list" ? [fields] : { ...fields, org: { id: organisation } };
  if (prefix === "pack:") {
    return value === "garbage" ? Buffer.from([0xc1, 1]) : Buffer.from(encode(content));
  }
  return value === "garbage" ? Buffer.from([0x7b, 0xff, 0x7d]) : Buffer.from(JSON.stringify(content));
}

/** Whether a session is one that the filters mean, from what is known of it alone. */
export function isMeant(one: ModelSession, key: Buffer, filters: Filters, readableOnly: boolean): boolean {
  const { organisation, olderThan, youngerThan, idleFor, where, match, ttlBelow, ttl } = filters;
  const text = key.toString("latin1");
  const fields = organisation ?? where ?? olderThan ?? youngerThan ?? idleFor;
  const isWritten = one.value === "good";
  const isReadable = isWritten || (one.prefix === "hash:" && one.value !== "wrong type");
  const hasDate = isWritten && !one.date.startsWith("no");
  const isOld = one.ageHours > 12;
  const globs: Readonly<Record<string, RegExp>> = {
    "session:*": /^session:/s,
    "*a*": /a/,
    "hash:?": /^hash:.$/s,
  };
  return [
    !text.startsWith("session:lock:"),
    isReadable || !readableOnly,
    fields === undefined || isWritten,
    organisation === undefined || one.organisation === organisation,
    where === undefined || one.role === where,
    olderThan === undefined || (hasDate && isOld),
    youngerThan === undefined || (hasDate && !isOld),
    idleFor === undefined || (hasDate && isOld),
    match === undefined || globs[match]?.test(text) === true,
    ttlBelow === undefined || one.ttl === "short",
    ttl === undefined || one.ttl === "none",
  ].every(Boolean);
}
