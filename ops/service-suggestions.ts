import type { DurationText } from "../core/duration";
import { Size, type SizeText } from "../core/size";
import type { StoreKind } from "../core/store-props";

/** What most services want; `--engine` says otherwise. */
export const USUAL_ENGINE = "redis-7.4";

/** Data in the environments whose data is protected. */
export const USUAL_MAXMEMORY: SizeText = "256 MiB";

/** Port of Redis, and of `redis_exporter`: suggestions count up from here. */
export const FIRST_PORTS = { hostPort: 6379, exporter: 9121 } as const;

/** What is usual for one kind of store, so that a person has to say only what is different. */
export interface UsualStore {
  /** For people, in a few words. */
  readonly what: string;
  /** Comes behind the service's name. */
  readonly keys: string;
  readonly ttl: DurationText | "none";
  /** `false` wherever somebody would notice: losing nothing costs a refused write when the memory is full. */
  readonly lossAcceptable: boolean;
}

export const USUAL_STORES: Readonly<Record<StoreKind, UsualStore>> = {
  sessions: { what: "who is logged in", keys: "session:*", ttl: "24 h", lossAcceptable: false },
  tokens: {
    what: "CSRF, password reset, one-time codes",
    keys: "token:*",
    ttl: "1 h",
    lossAcceptable: false,
  },
  cache: { what: "copies of what is kept elsewhere", keys: "cache:*", ttl: "1 h", lossAcceptable: true },
  queue: { what: "work that waits for a worker", keys: "queue:*", ttl: "none", lossAcceptable: false },
  jobs: { what: "what each piece of work needs", keys: "job:*", ttl: "none", lossAcceptable: false },
  results: { what: "what came out of work", keys: "result:*", ttl: "24 h", lossAcceptable: true },
  locks: { what: "who alone may do something", keys: "lock:*", ttl: "30 s", lossAcceptable: false },
  "rate-limits": { what: "counters of requests", keys: "ratelimit:*", ttl: "1 h", lossAcceptable: true },
  "pub-sub": {
    what: "messages to whoever listens; no keys",
    keys: "events",
    ttl: "none",
    lossAcceptable: true,
  },
};

/** The first port from `first` on that is not `taken`, or `first` when there is none. */
export function nextFreePort(first: number, taken: ReadonlySet<number>): number {
  for (let port = first; port <= 65_535; port += 1) {
    if (!taken.has(port)) {
      return port;
    }
  }
  return first;
}

/** Data where nobody's is protected, such as on a developer's machine: a quarter, from 32 MiB to 256 MiB. */
export function smallerMaxmemory(maxmemory: SizeText): SizeText {
  const all = Size.parse(maxmemory).toMebibytes();
  return `${Math.min(256, Math.max(32, Math.floor(all / 4)), Math.max(1, all))} MiB`;
}
