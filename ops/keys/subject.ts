import type { StoreKind } from "../../core/store-props";
import { grouped } from "./progress";

/** What a group of commands is about, and what it calls it. */
export interface Subject {
  /** The stores it looks at. */
  readonly kind: StoreKind;
  /** Name of the group: `redis-ops sessions`. */
  readonly command: string;
  readonly one: string;
  readonly many: string;
  /** The flags that most often choose some of them. */
  readonly filters: string;
}

export const SESSIONS: Subject = {
  kind: "sessions",
  command: "sessions",
  one: "session",
  many: "sessions",
  filters: "--user, --organisation, --older-than",
};

export const CACHE: Subject = {
  kind: "cache",
  command: "cache",
  one: "key",
  many: "keys",
  filters: "--match, --key, --without-ttl",
};

export const LOCKS: Subject = {
  kind: "locks",
  command: "locks",
  one: "lock",
  many: "locks",
  filters: "--key, --match, --without-ttl",
};

export const RATE_LIMITS: Subject = {
  kind: "rate-limits",
  command: "rate-limits",
  one: "limit",
  many: "limits",
  filters: "--key, --match",
};

export const QUEUES: Subject = {
  kind: "queue",
  command: "queue",
  one: "key",
  many: "keys",
  filters: "--store",
};

export const JOBS: Subject = {
  kind: "queue",
  command: "queue",
  one: "job",
  many: "jobs",
  filters: "--failed",
};

/** `1 session`, `2,000 sessions`. */
export const countText = ({ one, many }: Subject, count: number) =>
  `${grouped(count)} ${count === 1 ? one : many}`;
