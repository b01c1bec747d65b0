import { Readable } from "node:stream";
import { streamExec } from "../docker-run";
import { asBackup, type BackupSource, infoNumber } from "./backup-source";
import { DamagedRdb, NotTaken, UnknownRdb } from "./failures";
import type { KeyCounts, SampledKey } from "./manifest";
import { RdbReader, type RdbSummary } from "./read-rdb";

/** Data that comes from a server. `facts` is whole when `content` was read to its end. */
export interface Taken {
  readonly content: Readable;
  readonly facts: TakenFacts;
}

/** What was seen of the data on its way. */
export interface TakenFacts {
  /** Left out: there is no RDB file in it. */
  rdbVersion?: number | undefined;
  /** Left out for an append-only set, and for types that this program does not know: a module's, or a later engine's. */
  keys?: KeyCounts;
  sample?: readonly SampledKey[];
}

/** How a diskless server ends its stream: 40 random bytes, which redis-cli cuts off a file and not off a pipe. */
const END_MARK_BYTES = 40;
const MAGIC_BYTES = 9;

/**
 * A snapshot of all data through the replication stream, by `redis-cli --rdb` inside the server's own container. It is of
 * a moment after this call: a replica that arrives while the server writes to another one waits for the next fork (redis
 * 7.0.15, replication.c, syncCommand), and the time that the snapshot tells is compared with the server's clock.
 *
 * `content` ends well only when redis-cli said that all of it was sent; else it fails with `NotTaken`. A content that is
 * no RDB file fails with `DamagedRdb`. Memory does not grow with the data.
 */
export function takeRdb(source: BackupSource): Taken {
  return readOnItsWay(snapshot(source), ({ createdAt }) =>
    refuseOld(createdAt, infoNumber(source, "server_time_usec") / 1_000_000),
  );
}

/**
 * An RDB file, which is read on its way; its checksum is not looked at. `content` fails with `DamagedRdb` at its end when
 * it is none. Memory does not grow with it.
 */
export function readOnItsWay(
  rdb: AsyncIterable<Buffer>,
  onSummary: (summary: RdbSummary) => void = () => undefined,
): Taken {
  const facts: TakenFacts = {};
  async function* tapped(): AsyncGenerator<Buffer> {
    const reader = new RdbReader({ checksum: false });
    const read = tolerant();
    let head = "";
    for await (const chunk of rdb) {
      if (head.length < MAGIC_BYTES) {
        head += chunk.toString("latin1", 0, MAGIC_BYTES - head.length);
      }
      read.try(() => reader.push(chunk));
      yield chunk;
    }
    facts.rdbVersion = rdbVersionOf(head);
    read.try(() => {
      const summary = reader.end();
      onSummary(summary);
      const { keys, sample } = summary;
      Object.assign(facts, { keys, sample });
    });
    if (read.damage !== undefined) {
      throw read.damage;
    }
  }
  return { content: Readable.from(tapped(), { objectMode: false }), facts };
}

/** The version that an RDB file begins with: `REDIS0010` is 10. Undefined for any other file. */
export function rdbVersionOf(head: string): number | undefined {
  const [, digits] = /^REDIS(\d{4})/.exec(head) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Reads for as long as that is possible. What the reader does not know may be good all the same; damage is told after
 * redis-cli has said why.
 */
function tolerant() {
  const state = {
    isReading: true,
    damage: undefined as DamagedRdb | undefined,
    try(step: () => void): void {
      try {
        if (state.isReading) {
          step();
        }
      } catch (error) {
        if (!(error instanceof UnknownRdb || error instanceof DamagedRdb)) {
          throw error;
        }
        state.isReading = false;
        state.damage = error instanceof DamagedRdb ? error : undefined;
      }
    },
  };
  return state;
}

/** Both by the server's clock, in seconds. */
function refuseOld(createdAt: number | undefined, begunAt: number): void {
  if (createdAt !== undefined && createdAt < Math.floor(begunAt)) {
    throw new NotTaken(
      `the server sent a snapshot of ${Math.ceil(begunAt - createdAt)} s before the backup was begun`,
    );
  }
}

async function* snapshot({ container, conf }: BackupSource): AsyncGenerator<Buffer> {
  const { stdout, finished } = await streamExec(container, asBackup(conf, ["--rdb", "-"]));
  let total = 0;
  let held = Buffer.alloc(0);
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (chunk.length < END_MARK_BYTES) {
      const joined = Buffer.concat([held, chunk]);
      const settled = Math.max(0, joined.length - END_MARK_BYTES);
      yield* some(joined.subarray(0, settled));
      held = joined.subarray(settled);
    } else {
      yield* some(held);
      yield* some(chunk.subarray(0, -END_MARK_BYTES));
      held = Buffer.from(chunk.subarray(-END_MARK_BYTES));
    }
  }
  const { exitCode, stderr } = await finished;
  const success = /^Transfer finished with success(?: after (\d+) bytes)?/m.exec(stderr);
  if (exitCode !== 0 || success === null) {
    throw new NotTaken(`redis-cli --rdb: ${lastLine(stderr)} (exit code ${exitCode})`);
  }
  const excess = success[1] === undefined ? 0 : total - Number(success[1]);
  if (excess !== 0 && excess !== END_MARK_BYTES) {
    throw new NotTaken(`redis-cli sent ${success[1]} bytes, and ${total} came`);
  }
  yield* some(held.subarray(0, held.length - excess));
}

function* some(chunk: Buffer): Generator<Buffer> {
  if (chunk.length > 0) {
    yield chunk;
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "nothing was said";
}
