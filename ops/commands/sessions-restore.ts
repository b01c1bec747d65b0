import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { errorCode } from "../error-code";
import { ExitCode } from "../exit-code";
import { grouped } from "../keys/progress";
import { type KeyRun, runOnKeys } from "../keys/run-on-keys";
import { BadSavedFile, readSavedKeys, type SavedHead, type SavedKey } from "../keys/saved-keys";
import { unlessError } from "../keys/scan-keys";
import { storeOf } from "../keys/store-of";
import { countText, SESSIONS, type Subject } from "../keys/subject";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { parseInfo } from "../look/info";
import { json, type Terminal, visible } from "../terminal";

interface RestoreOptions {
  /** The file. */
  readonly from: string;
  /** The stack that the file is of, if it is another one. */
  readonly of?: string;
  readonly replace: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** About so many bytes are sent together. */
const TOGETHER_BYTES = 1_048_576;

/**
 * `redis-ops sessions restore`: puts back what `sessions delete --save-to` kept, with its TTL. Without `yes` counts what that
 * would be. What is there stays unless `replace`; what would have expired meanwhile stays away. The file is read whole before
 * the first key is put back. Exit code 1: Redis did not take all of it, as an older version does not take values of a newer
 * one.
 */
export async function sessionsRestore(
  stack: ResolvedStack,
  options: RestoreOptions,
  terminal: Terminal,
  subject: Subject = SESSIONS,
): Promise<ExitCode> {
  const head = await checkFile(stack, options, subject);
  const tally = { restored: 0, existing: 0, expired: 0, refused: 0 };
  const done = () => told(tally, options, subject);
  const work = async ({ live, now, isStopped }: KeyRun) => {
    const { batches } = await readSavedKeys(options.from);
    for await (const batch of batches) {
      const alive = batch.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
      tally.expired += batch.length - alive.length;
      for (const together of groupsOf(alive)) {
        const replies = await (options.yes
          ? putBack(live, together, options.replace)
          : live.batch(together.map(({ key }): Command => ["EXISTS", key])));
        countReplies(replies, options, tally);
      }
      if (isStopped()) {
        return ExitCode.unhealthy;
      }
    }
    const { restored, ...left } = tally;
    terminal.out(
      options.json
        ? json({
            stack: stack.id,
            from: options.from,
            dryRun: !options.yes,
            [options.yes ? "restored" : "matched"]: restored,
            ...left,
          })
        : `${stack.id}: ${done()}`,
    );
    if (!options.yes && !options.json) {
      terminal.err(restored === 0 ? "nothing to restore" : "nothing was restored. Next: add --yes");
    }
    if (tally.refused > 0) {
      const [info] = await live.batch([["INFO", "server"]]);
      const version = parseInfo(`${unlessError(info)}`).get("redis_version") ?? "";
      terminal.err(refusedText(countText(subject, tally.refused), head.redisVersion, version));
    }
    return tally.refused > 0 ? ExitCode.unhealthy : ExitCode.ok;
  };
  const flags = [
    `--from ${JSON.stringify(options.from)}`,
    ...(options.of === undefined ? [] : [`--of ${options.of}`]),
    ...(options.replace ? ["--replace"] : []),
  ].join(" ");
  const audit = () => `${subject.command} restore ${visible(flags)}: ${done()}`;
  return runOnKeys(stack, terminal, done, work, options.yes ? audit : undefined);
}

/** A server refuses what a newer one wrote; of its own version only what is damaged. */
export function refusedText(count: string, written: string, version: string): string {
  return written === version
    ? `${count} refused: the values are damaged, since Redis ${written} wrote them, and this server is of that version. Next: restore them from another file, or from a backup`
    : `${count} refused: Redis ${written} wrote the values, and this server, ${version}, cannot read them. Next: restore them to a server of that version or a newer one`;
}

type Outcome = "restored" | "existing" | "refused";

/** Error: one that is not about the key, such as OOM. */
function outcomeOf(reply: Reply, { yes, replace }: Pick<RestoreOptions, "yes" | "replace">): Outcome | Error {
  if (!(reply instanceof Error)) {
    return yes || replace || reply === 0 ? "restored" : "existing";
  }
  if (reply.message.startsWith("BUSYKEY")) {
    return "existing";
  }
  if (/DUMP payload version or checksum|Bad data format/.test(reply.message)) {
    return "refused";
  }
  return reply;
}

/** @throws the first error that is not about a key, when all have been counted */
export function countReplies(
  replies: readonly Reply[],
  options: Pick<RestoreOptions, "yes" | "replace">,
  tally: Record<Outcome, number>,
): void {
  const outcomes = replies.map((reply) => outcomeOf(reply, options));
  for (const outcome of outcomes) {
    if (!(outcome instanceof Error)) {
      tally[outcome] += 1;
    }
  }
  const failure = outcomes.find((one) => one instanceof Error);
  if (failure !== undefined) {
    throw failure;
  }
}

async function putBack(
  { batch }: LiveRedis,
  keys: readonly SavedKey[],
  isReplaced: boolean,
): Promise<readonly Reply[]> {
  return batch(
    keys.map(
      ({ key, dump, expiresAt }): Command => [
        "RESTORE",
        key,
        expiresAt ?? 0,
        dump,
        ...(expiresAt === null ? [] : ["ABSTTL"]),
        ...(isReplaced ? ["REPLACE"] : []),
      ],
    ),
  );
}

function* groupsOf(keys: readonly SavedKey[]): Generator<readonly SavedKey[]> {
  let group: SavedKey[] = [];
  let bytes = 0;
  for (const saved of keys) {
    if (bytes > TOGETHER_BYTES) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(saved);
    bytes += saved.dump.length;
  }
  yield group;
}

/** Reads the whole file, so that a damaged one changes nothing. */
async function checkFile(
  stack: ResolvedStack,
  { from, of = stack.id }: RestoreOptions,
  subject: Subject,
): Promise<SavedHead> {
  const problems: Problem[] = [];
  try {
    const { head, batches } = await readSavedKeys(from);
    let foreign = 0;
    for await (const batch of batches) {
      foreign += batch.filter(({ key }) => storeOf(stack.props.stores, key)?.kind !== subject.kind).length;
    }
    if (head.stack !== of) {
      problems.push({
        field: "--from",
        got: `${subject.many} of ${head.stack}`,
        expected: `${subject.many} of ${of}`,
        fix: `name another file, or write --of ${head.stack} if those are meant`,
      });
    }
    if (foreign > 0) {
      problems.push({
        field: "--from",
        got: `${grouped(foreign)} keys that match no store of kind ${subject.kind}`,
        expected: `keys of stores of that kind of ${stack.id}`,
        fix: "name another stack, or declare the store",
      });
    }
    if (problems.length === 0) {
      return head;
    }
  } catch (error) {
    const got = error instanceof BadSavedFile ? error.message : errorCode(error);
    if (got === undefined) {
      throw error;
    }
    problems.push({
      field: "--from",
      got: `${from} (${got})`,
      expected: `a file that ${subject.command} delete --save-to wrote`,
      fix: "name another file",
    });
  }
  throw new InvalidInputError(problems);
}

function told(
  { restored, existing, expired }: { restored: number; existing: number; expired: number },
  { yes }: RestoreOptions,
  subject: Subject,
): string {
  const count = countText(subject, restored);
  return [
    yes ? `restored ${count}` : `${count} to restore`,
    ...(existing > 0 ? [`${grouped(existing)} ${yes ? "stayed" : "would stay"} as they are there`] : []),
    ...(expired > 0 ? [`${grouped(expired)} have expired meanwhile`] : []),
  ].join("; ");
}
