import type { Readable } from "node:stream";
import { type KeyCounts, MAX_DATE, type SampledKey } from "./manifest";
import { OPCODE } from "./rdb-format";
import { RdbWalker } from "./rdb-walker";

export { DamagedRdb, UnknownRdb } from "./failures";

export interface RdbSummary {
  /** `REDIS0010`: 10. */
  readonly version: number;
  /** Of the server that wrote it. */
  readonly redisVersion?: string;
  /** When it was begun, in unix seconds. */
  readonly createdAt?: number;
  /** Bytes that the server had in use then. */
  readonly usedMemory?: number;
  /** Libraries of functions. */
  readonly functions: number;
  /** Also keys whose time to live is over. Databases ascend; those without a key are left out. */
  readonly keys: KeyCounts;
  /** At most 100, uniformly at random; keys over 64 KiB, and those that go at no instant from 0 to 2⁵³, are never in it. */
  readonly sample: readonly SampledKey[];
  /** `none`: the file has none, or the reader was told not to look. A bad one throws. */
  readonly checksum: "good" | "none";
  /** Bytes of the file itself: without the 40 letters that `redis-cli --rdb -` lets follow when the server sent it diskless. */
  readonly bytes: number;
}

const SAMPLED_KEYS = 100;
const MAX_SAMPLED_BYTES = 65_536;

/** Reads an RDB file in pieces; memory does not grow with it, nor with any key or value in it. */
export class RdbReader {
  private readonly walker: RdbWalker;
  private readonly databases = new Map<number, { keys: number; expiring: number }>();
  private counts = { keys: 0, expiring: 0 };
  private countedDatabase = -1;
  private readonly fields = new Map<string, string>();
  private functions = 0;
  private readonly sample: SampledKey[] = [];
  private sampled = 0;
  private place = 0;
  private candidate: SampledKey | undefined;

  /** @param checksum - whether the checksum is verified. @default - true */
  constructor({ checksum = true }: { readonly checksum?: boolean } = {}) {
    this.walker = new RdbWalker(
      {
        record: (opcode) => {
          this.functions += opcode === OPCODE.function ? 1 : 0;
        },
        wantsKey: (size) => this.wantsKey(size),
        key: (key) => key !== undefined && this.considerKey(key),
        value: (type, length) => this.keep(type, length),
        aux: (name, value) => this.fields.set(name, value),
      },
      { checksum },
    );
  }

  /** @throws DamagedRdb, UnknownRdb */
  push(chunk: Uint8Array): void {
    this.walker.push(chunk);
  }

  /** @throws DamagedRdb when the file is not whole, or its checksum does not fit */
  end(): RdbSummary {
    const checksum = this.walker.end();
    const databases = [...this.databases]
      .sort(([one], [other]) => one - other)
      .map(([database, counts]) => ({ database, ...counts }));
    const redisVersion = this.fields.get("redis-ver");
    const createdAt = this.count("ctime");
    const usedMemory = this.count("used-mem");
    return {
      version: this.walker.version,
      ...(redisVersion === undefined ? {} : { redisVersion }),
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(usedMemory === undefined ? {} : { usedMemory }),
      functions: this.functions,
      keys: {
        total: databases.reduce((sum, { keys }) => sum + keys, 0),
        expiring: databases.reduce((sum, { expiring }) => sum + expiring, 0),
        databases,
      },
      sample: this.sample,
      checksum,
      bytes: this.walker.size ?? 0,
    };
  }

  private count(field: string): number | undefined {
    const text = this.fields.get(field) ?? "";
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** Counts the key, and draws its place in the sample: each of N keys is in it with the chance 100/N. */
  private wantsKey(size: number): boolean {
    const { database, expiresAt } = this.walker;
    if (database !== this.countedDatabase) {
      this.countedDatabase = database;
      this.counts = this.databases.get(database) ?? { keys: 0, expiring: 0 };
      this.databases.set(database, this.counts);
    }
    this.counts.keys += 1;
    this.counts.expiring += expiresAt === undefined ? 0 : 1;
    if (size > MAX_SAMPLED_BYTES || (expiresAt !== undefined && !isInstant(expiresAt))) {
      return false;
    }
    this.sampled += 1;
    this.place = this.sampled <= SAMPLED_KEYS ? this.sampled - 1 : Math.floor(Math.random() * this.sampled);
    return this.place < SAMPLED_KEYS;
  }

  private considerKey(key: Buffer): boolean {
    const { database, expiresAt } = this.walker;
    this.candidate = {
      database,
      key: key.toString("base64"),
      type: "",
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    return true;
  }

  private keep(type: string, length: number | undefined): void {
    if (this.candidate !== undefined) {
      this.sample[this.place] = { ...this.candidate, type, ...(length === undefined ? {} : { length }) };
    }
  }
}

/** A manifest holds moments that a date can be. */
function isInstant(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= MAX_DATE;
}

/**
 * What an RDB file has in it.
 * @throws DamagedRdb, UnknownRdb, and what `content` fails with
 */
export async function summarizeRdb(content: Readable): Promise<RdbSummary> {
  const reader = new RdbReader();
  for await (const chunk of content) {
    reader.push(chunk);
  }
  return reader.end();
}
