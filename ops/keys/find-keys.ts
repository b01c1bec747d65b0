import type { StoreProps } from "../../core/store-props";
import type { LiveRedis } from "../live-redis";
import { comparable, fieldAt } from "./decode-value";
import { needsValue, type Role, type Selection } from "./key-filters";
import { keyText, parseKeyText } from "./key-text";
import { matchesKey } from "./match-key";
import type { Progress } from "./progress";
import { grouped } from "./progress";
import {
  dateOf,
  ownerOf,
  READ_TOGETHER,
  readStored,
  type SeenKey,
  type StoredKey,
  type Wanted,
} from "./read-stored";
import { scanKeys, unlessError } from "./scan-keys";
import { ownedBy, storeOf } from "./store-of";

/** What became of the keys that were looked at. */
export interface Tally {
  /** Keys of the stores. */
  keys: number;
  /** Values that were read to be judged. */
  read: number;
  matched: number;
  /** They never match a filter of a field. */
  unreadable: number;
  /** They never match a filter of an age. */
  withoutDate: number;
  /** Expired, or were removed, before they were read. */
  gone: number;
}

export const emptyTally = (): Tally => ({
  keys: 0,
  read: 0,
  matched: 0,
  unreadable: 0,
  withoutDate: 0,
  gone: 0,
});

/** Why a key is chosen or is not. */
export type Verdict = "matches" | "other" | "unreadable" | "withoutDate" | "gone";

/** What has to be read of a key to judge it, and what else the caller shows. */
export interface Shown {
  /** @default false */
  readonly ttl?: boolean;
  /** `roles`: what the format declares. @default - nothing */
  readonly fields?: "roles" | "all";
}

export interface Search {
  readonly live: Pick<LiveRedis, "batch">;
  readonly selection: Selection;
  /** Milliseconds since 1970, by the server's clock. One for the whole run. */
  readonly now: number;
  readonly shown: Shown;
  readonly tally: Tally;
  readonly isStopped: () => boolean;
  readonly progress?: Progress;
}

/** The server's clock: dates are judged by it, not by that of this machine. Milliseconds since 1970. */
export async function serverTime(live: Pick<LiveRedis, "batch">): Promise<number> {
  const [reply] = await live.batch([["TIME"]]);
  const [seconds, microseconds] = unlessError(reply) as readonly Buffer[];
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/** Groups of keys that are read before the first of them has been answered, so that neither side waits for the other. */
const READ_AHEAD = 3;

/** The keys that match, group by group; counts into `tally`. Ends early when it is told to stop. */
export async function* findKeys(search: Search): AsyncGenerator<readonly SeenKey[]> {
  const { selection, tally, isStopped, progress } = search;
  const underWay: Reading[] = [];
  const next = async () => {
    const { judged, share } = underWay.shift() ?? { judged: [], share: 0 };
    const matching = count(await judged, needsValue(selection), tally);
    progress?.tell(share, () => `${grouped(tally.matched)} match`);
    return matching;
  };
  for await (const reading of readingsOf(search)) {
    underWay.push(reading);
    if (underWay.length > READ_AHEAD) {
      yield await next();
    }
    if (isStopped()) {
      return;
    }
  }
  while (underWay.length > 0 && !isStopped()) {
    yield await next();
  }
}

interface Reading {
  readonly judged: Promise<readonly Judged[]> | readonly Judged[];
  readonly share: number;
}

/** Begins to read the keys of the selection, group by group. */
async function* readingsOf(search: Search): AsyncGenerator<Reading> {
  const { live, selection, shown, now } = search;
  for await (const { keys, share } of pagesOf(search)) {
    for (let from = 0; from === 0 || from < keys.length; from += READ_TOGETHER) {
      const judged = judge(live, keys.slice(from, from + READ_TOGETHER), selection, shown, now);
      judged.catch(() => undefined); // told to whoever awaits it
      yield { judged, share };
    }
  }
}

/** The keys of the selection, without having read any: by their names alone. */
async function* pagesOf({ live, selection }: Search) {
  const { keys, match, stores, allStores } = selection;
  const isChosen = (key: Buffer) => match === undefined || matchesKey(match, key);
  if (keys !== undefined) {
    const chosen = keys.filter(isChosen).flatMap((key): StoredKey[] => {
      const store = storeOf(allStores, key);
      return store === undefined ? [] : [{ key, store }];
    });
    yield { keys: chosen, share: 1 };
    return;
  }
  for (const [index, store] of stores.entries()) {
    const isOwn = ownedBy(allStores, store);
    for await (const page of scanKeys(live, store.keys)) {
      const own = page.keys.filter((key) => isChosen(key) && isOwn(key)).map((key) => ({ key, store }));
      yield { keys: own, share: (index + page.share) / stores.length };
    }
  }
}

export type Judged =
  | { readonly verdict: "gone" }
  | { readonly verdict: Exclude<Verdict, "gone">; readonly seen: SeenKey };

/** Reads the keys and judges each, at most `READ_TOGETHER`. */
export async function judge(
  live: Pick<LiveRedis, "batch">,
  keys: readonly StoredKey[],
  selection: Selection,
  shown: Shown,
  now: number,
): Promise<readonly Judged[]> {
  const wanted = wantedOf(selection, shown);
  // Of those that match alone, where the value says which.
  const isTtlLater = wanted.ttl && wanted.value && selection.ttlBelow === undefined && !selection.withoutTtl;
  const read =
    wanted.ttl || wanted.value
      ? await readStored(live, keys, isTtlLater ? { ...wanted, ttl: false } : wanted)
      : keys.map((stored): SeenKey => stored);
  const judged = read.map(
    (seen): Judged =>
      seen === undefined ? { verdict: "gone" } : { verdict: verdictOf(seen, selection, now), seen },
  );
  return isTtlLater ? withTtl(live, judged) : judged;
}

async function withTtl(
  live: Pick<LiveRedis, "batch">,
  judged: readonly Judged[],
): Promise<readonly Judged[]> {
  const matching = judged.flatMap((one) => (one.verdict === "matches" ? [one.seen] : []));
  const ttls = await live.batch(matching.map(({ key }) => ["PTTL", key]));
  let next = 0;
  return judged.map((one) => {
    if (one.verdict !== "matches") {
      return one;
    }
    const ttl = Number(unlessError(ttls[next++]));
    return ttl === -2 ? { verdict: "gone" } : { ...one, seen: { ...one.seen, ttl } };
  });
}

/** What a key is, once it has been read. `matches`: every filter holds. */
export function verdictOf(seen: SeenKey, selection: Selection, now: number): Exclude<Verdict, "gone"> {
  const { owners, where, ages, ttlBelow, withoutTtl, readableOnly } = selection;
  const { ttl = -1, fields, store } = seen;
  if ((withoutTtl && ttl !== -1) || (ttlBelow !== undefined && (ttl < 0 || ttl >= ttlBelow))) {
    return "other";
  }
  const isOfKey = owners.every(
    ({ role, value }) => !isInKey(store, role) || ownerOf(seen, role) === keyText(parseKeyText(value)),
  );
  if (!isOfKey) {
    return "other";
  }
  if (fields === undefined) {
    const isAsked = where.length + ages.length > 0 || owners.some(({ role }) => !isInKey(store, role));
    return isAsked || (readableOnly && store.format !== undefined) ? "unreadable" : "matches";
  }
  const encoding = store.format?.encoding ?? "json";
  const holds =
    owners.every(({ role, value }) => isInKey(store, role) || ownerOf(seen, role) === value) &&
    where.every(({ path, value }) => comparable(fieldAt(fields, path, encoding)) === value);
  if (!holds) {
    return "other";
  }
  let isOfAge = true;
  for (const { role, is, milliseconds } of ages) {
    const date = dateOf(seen, role, now);
    if (date === undefined) {
      return "withoutDate";
    }
    isOfAge &&= is === "older" ? now - date > milliseconds : now - date < milliseconds;
  }
  return isOfAge ? "matches" : "other";
}

/** Whether a role stands in the key. */
function isInKey({ format }: StoreProps, role: Role): boolean {
  return role === "user" && format?.user === undefined;
}

function wantedOf(selection: Selection, { ttl = false, fields }: Shown): Wanted {
  const { stores, where } = selection;
  const declared = stores.flatMap(({ format }) =>
    [format?.user, format?.organisation, format?.createdAt, format?.lastActivity].flatMap(
      (path) => path ?? [],
    ),
  );
  return {
    ttl: ttl || selection.withoutTtl || selection.ttlBelow !== undefined || selection.keys !== undefined,
    value: fields !== undefined || needsValue(selection),
    paths: fields === "all" ? "all" : [...new Set([...declared, ...where.map(({ path }) => path)])],
  };
}

function count(judged: readonly Judged[], isRead: boolean, tally: Tally): readonly SeenKey[] {
  tally.keys += judged.length;
  const matching: SeenKey[] = [];
  for (const one of judged) {
    tally.read += isRead && one.verdict !== "gone" ? 1 : 0;
    if (one.verdict === "matches") {
      tally.matched += 1;
      matching.push(one.seen);
    } else if (one.verdict !== "other") {
      tally[one.verdict] += 1;
    }
  }
  return matching;
}
