import type { Duration } from "./duration";

/** Kinds of things that services keep in Redis. */
export const STORE_KINDS = [
  "sessions",
  "tokens",
  "cache",
  "queue",
  "jobs",
  "results",
  "locks",
  "rate-limits",
  "pub-sub",
] as const;

export type StoreKind = (typeof STORE_KINDS)[number];

export interface StoreProps {
  readonly kind: StoreKind;
  /** Pattern of the keys; of the channels for `pub-sub`. */
  readonly keys: string;
  /** Left out: keys stay until somebody deletes them. */
  readonly ttl?: Duration;
  readonly lossAcceptable: boolean;
  /** Left out: not known, so that no field of a value can be asked for. */
  readonly format?: FormatProps;
}

export const ENCODINGS = ["json", "hash", "msgpack"] as const;

/** How a value is written, and which of its fields say whose it is and how old. Fields within fields: `user.id`. */
export interface FormatProps {
  /** `hash`: the key is a hash of Redis; else a string with JSON or MessagePack. */
  readonly encoding: (typeof ENCODINGS)[number];
  /** Left out: what the first star of `keys` stands for. */
  readonly user?: string;
  readonly organisation?: string;
  /** A date: ISO 8601, or seconds or milliseconds since 1970. */
  readonly createdAt?: string;
  /** The same. */
  readonly lastActivity?: string;
}
