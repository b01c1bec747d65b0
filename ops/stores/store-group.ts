import { bytesText, ttlText } from "../amounts";
import { keyText } from "../keys/key-text";
import { grouped } from "../keys/progress";
import { digestOf, shownKey } from "../keys/shown-key";
import { CACHE, LOCKS, RATE_LIMITS, type Subject } from "../keys/subject";
import { visible } from "../terminal";
import type { Facts } from "./read-facts";

/** How the keys of a kind of store are told. */
export interface StoreGroup {
  readonly subject: Subject;
  /** What stands between a key and its TTL: the head of a column, its text for people, its name for scripts, its value. */
  readonly columns: readonly Column[];
  /** What is said under a table that shows less than there is. @default - nothing */
  readonly note?: string;
}

interface Column {
  readonly head: string;
  readonly name: string;
  readonly text: (facts: Facts, isRevealed: boolean) => string;
  readonly value: (facts: Facts, isRevealed: boolean) => string | number | null;
}

const type: Column = {
  head: "TYPE",
  name: "type",
  text: (facts) => facts.type,
  value: (facts) => facts.type,
};

const memory: Column = {
  head: "MEMORY",
  name: "memoryBytes",
  text: ({ memoryBytes }) => bytesText(memoryBytes),
  value: ({ memoryBytes }) => memoryBytes,
};

/**
 * Who holds a lock: the value of a string, or the fields of a hash, as Redisson writes them. Undefined: neither, or it is
 * longer than 1 KiB. Whoever knows it can release the lock, so that a digest stands for it.
 */
export function holderOf({ start, length, fields }: Facts): Buffer | undefined {
  if (fields !== undefined) {
    return Buffer.concat(fields.flatMap(([name], at) => (at === 0 ? [name] : [Buffer.from(" "), name])));
  }
  return start !== undefined && start.length === length ? start : undefined;
}

/** The digest of a holder: SHA-256, the first 12 hexadecimal digits. */
export function holderDigest(facts: Facts): string | undefined {
  const holder = holderOf(facts);
  return holder && digestOf(holder);
}

const holder: Column = {
  head: "HOLDER",
  name: "holder",
  text: (facts, isRevealed) => shownHolder(facts, isRevealed) ?? `not known: ${facts.type}`,
  value: (facts, isRevealed) => shownHolder(facts, isRevealed) ?? null,
};

function shownHolder(facts: Facts, isRevealed: boolean): string | undefined {
  const known = isRevealed ? holderOf(facts) : undefined;
  return known === undefined ? holderDigest(facts) : keyText(known);
}

const COUNTER = /^-?\d{1,19}(\.\d{1,17})?$/;

const isCounter = (bytes: Buffer) => COUNTER.test(bytes.toString("latin1"));

/** What has been used of a limit: the value of a counter, or how many are within the window. Null: it does not say. */
function usedOf({ start, length, window, type: of }: Facts): number | null {
  return of === "string"
    ? start !== undefined && isCounter(start)
      ? Number(start)
      : null
    : (window?.within ?? (of === "list" || of === "zset" ? length : null));
}

/** The state of a limiter that keeps numbers in a hash, such as a bucket of tokens. */
const numbersOf = ({ fields = [] }: Facts) =>
  fields
    .filter(([, value]) => isCounter(value))
    .map(([name, value]) => `${keyText(name)}=${value}`)
    .join(" ");

const used: Column = {
  head: "USED",
  name: "used",
  text: (facts) => {
    const count = usedOf(facts);
    const rest = facts.window?.within === undefined ? 0 : facts.length - facts.window.within;
    return count === null
      ? numbersOf(facts) || "not known"
      : `${Number.isInteger(count) ? grouped(count) : count}${rest > 0 ? ` (and ${grouped(rest)} older)` : ""}`;
  },
  value: usedOf,
};

const numbers: Column = {
  head: "",
  name: "numbers",
  text: (facts) => visible(numbersOf(facts)),
  value: (facts) => numbersOf(facts) || null,
};

const length: Column = {
  head: "LENGTH",
  name: "length",
  text: (facts) => (facts.type === "string" ? bytesText(facts.length) : grouped(facts.length)),
  value: (facts) => facts.length,
};

export const CACHE_GROUP: StoreGroup = { subject: CACHE, columns: [type, length, memory] };
export const LOCKS_GROUP: StoreGroup = {
  subject: LOCKS,
  columns: [holder],
  note: "HOLDER is a digest, as release takes it with --holder. Next: --reveal to see who holds a lock",
};
export const RATE_LIMITS_GROUP: StoreGroup = {
  subject: RATE_LIMITS,
  columns: [type, used, numbers],
  note: "KEY ends with a digest, since it may be a secret. Next: --reveal for what --key takes",
};

export const headOf = ({ columns }: StoreGroup) => [
  "KEY",
  ...columns.filter(({ head }) => head !== "").map(({ head }) => head),
  "TTL",
];

export const rowOf = ({ columns }: StoreGroup, facts: Facts, isRevealed: boolean) => [
  shownKey(facts.store, facts.key, isRevealed),
  ...columns.filter(({ head }) => head !== "").map(({ text }) => text(facts, isRevealed)),
  ttlText(facts.ttl),
];

export const dataOf = ({ columns }: StoreGroup, facts: Facts, isRevealed: boolean) => ({
  key: shownKey(facts.store, facts.key, isRevealed),
  store: facts.store.keys,
  ...Object.fromEntries(columns.map(({ name, value }) => [name, value(facts, isRevealed)])),
  ttlMilliseconds: facts.ttl < 0 ? null : facts.ttl,
});
