/** A server that is smaller than the service's own, so that a few minutes show what takes it days. */
export interface DemonstratedStack {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly directives: readonly string[];
  /** Connections at first, and after some minutes. */
  readonly clients: readonly [first: number, last: number];
  /** What is done in each tenth of a second. */
  readonly sessions: Writes;
  readonly cache?: Writes;
  /** Workers that wait for jobs, and jobs in each second. */
  readonly queue?: { readonly workers: number; readonly jobs: number };
  readonly channel?: string;
}

export interface Writes {
  readonly prefix: string;
  readonly bytes: number;
  readonly ttlSeconds: number;
  /** Keys written, and reads, in a tenth of a second. */
  readonly writes: number;
  readonly reads: number;
  /** Reads of 100 that look for a key which is not there. */
  readonly misses: number;
}

const APPEND_ONLY = ["--appendonly", "yes", "--save", "60 100"];

export const STACKS: readonly DemonstratedStack[] = [
  {
    id: "prospectflow-prod",
    service: "prospectflow",
    environment: "prod",
    directives: ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction", ...APPEND_ONLY],
    clients: [40, 120],
    sessions: { prefix: "session:", bytes: 900, ttlSeconds: 90, writes: 40, reads: 150, misses: 4 },
  },
  {
    id: "sentra-portal-prod",
    service: "sentra-portal",
    environment: "prod",
    directives: ["--maxmemory", "32mb", "--maxmemory-policy", "volatile-lru", ...APPEND_ONLY],
    clients: [60, 110],
    sessions: { prefix: "session:", bytes: 700, ttlSeconds: 3600, writes: 20, reads: 100, misses: 6 },
    cache: { prefix: "cache:project:", bytes: 2000, ttlSeconds: 120, writes: 30, reads: 200, misses: 20 },
    channel: "notifications",
  },
  {
    id: "vedfolnir-prod",
    service: "vedfolnir",
    environment: "prod",
    directives: ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction", ...APPEND_ONLY],
    clients: [15, 25],
    sessions: { prefix: "vedfolnir:session:", bytes: 600, ttlSeconds: 60, writes: 15, reads: 50, misses: 5 },
    queue: { workers: 6, jobs: 40 },
  },
];
