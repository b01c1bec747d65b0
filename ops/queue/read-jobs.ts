import { unlessError } from "../keys/scan-keys";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { JOB_FIELDS, type Job, jobKey, MAX_TRACEBACK_BYTES, resultsKey, unpacked } from "./rq";

type Live = Pick<LiveRedis, "batch">;

/** Jobs that are read together, and changed together: two keys of each are watched. */
export const JOBS_TOGETHER = 64;

/** A longer field is not fetched. */
const MAX_FIELD_BYTES = 65_536;

/**
 * Reads jobs, at most `JOBS_TOGETHER`. The answer has the same order; undefined: there is no such hash. A field that is
 * longer than 64 KiB counts as none.
 */
export async function readJobs(live: Live, ids: readonly Buffer[]): Promise<readonly (Job | undefined)[]> {
  const names = [...JOB_FIELDS, "description", "data"];
  const lengths = await live.batch(
    ids.flatMap((id) => names.map((name): Command => ["HSTRLEN", jobKey(id), name])),
  );
  const lengthOf = (at: number, name: string) => {
    const reply = lengths[at * names.length + names.indexOf(name)];
    return typeof reply === "number" ? reply : 0;
  };
  const wanted = ids.map((_, at) =>
    names.filter((name) => {
      const length = lengthOf(at, name);
      return name !== "data" && length > 0 && length <= MAX_FIELD_BYTES;
    }),
  );
  const known = ids.flatMap((_, at) => ((wanted[at] ?? []).length > 0 ? [at] : []));
  const replies = await live.batch(
    known.map((at) => ["HMGET", jobKey(ids[at] ?? Buffer.alloc(0)), ...(wanted[at] ?? [])]),
  );
  const values = new Map(known.map((at, index) => [at, replies[index]]));
  return ids.map((id, at) => {
    const reply = values.get(at);
    const texts = Array.isArray(reply) ? (reply as readonly (Buffer | null)[]) : [];
    const fields = Object.fromEntries(
      (wanted[at] ?? []).map((name, index) => [name, texts[index] ?? undefined]),
    );
    const { description, ...others } = fields;
    const hasData = lengthOf(at, "data") > 0;
    return texts.some((text) => text !== null) || hasData
      ? {
          id,
          fields: others,
          ...(description === undefined ? {} : { description: description.toString() }),
          hasData,
        }
      : undefined;
  });
}

/** The traceback of the last failure: in its results, or in its hash where the server is older than 5.0. */
export async function readTraceback(live: Live, id: Buffer): Promise<string | undefined> {
  const [usage, inHash] = await live.batch([
    ["MEMORY", "USAGE", resultsKey(id)],
    ["HSTRLEN", jobKey(id), "exc_info"],
  ]);
  const isReadable = typeof usage === "number" && usage <= MAX_TRACEBACK_BYTES;
  const [results] = isReadable
    ? await live.batch([["XREVRANGE", resultsKey(id), "+", "-", "COUNT", 1]])
    : [undefined];
  const written = fieldOfEntry(results, "exc_string");
  if (written !== undefined) {
    return unpacked(Buffer.from(written.toString(), "base64"));
  }
  if (typeof inHash !== "number" || inHash === 0 || inHash > MAX_TRACEBACK_BYTES) {
    return undefined;
  }
  const [packed] = await live.batch([["HGET", jobKey(id), "exc_info"]]);
  const bytes = unlessError(packed);
  return Buffer.isBuffer(bytes) ? unpacked(bytes) : undefined;
}

function fieldOfEntry(reply: Reply | undefined, name: string): Buffer | undefined {
  const [entry] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  const words = Array.isArray(entry) && Array.isArray(entry[1]) ? (entry[1] as readonly Buffer[]) : [];
  const at = words.findIndex((word, index) => index % 2 === 0 && word.equals(Buffer.from(name)));
  return at < 0 ? undefined : words[at + 1];
}

const TRACEBACK = "Traceback (most recent call last):";

/**
 * The lines of a traceback without anybody's data: where each frame is, and the names of the exceptions. Not the lines of
 * source, which may hold literals, nor what an exception says, which may be several lines.
 */
export function outlineOf(traceback: string): readonly string[] {
  const lines: string[] = [];
  let isInFrames = true;
  for (const line of traceback.trimEnd().split("\n")) {
    if (line === TRACEBACK) {
      isInFrames = true;
    } else if (isInFrames && /^ {2}File ".*", line \d+(, in [^ ]+)?$/.test(line)) {
      lines.push(line);
    } else if (isInFrames && /^\S/.test(line)) {
      isInFrames = false;
      lines.push(...(/^[A-Za-z_][\w.]*(?=:|$)/.exec(line) ?? []));
    }
  }
  return lines;
}

/** The name of the last exception of a traceback. */
export const exceptionOf = (traceback: string) =>
  outlineOf(traceback).findLast((line) => !line.startsWith(" "));
