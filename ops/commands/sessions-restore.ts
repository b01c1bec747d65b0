import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { errorCode } from "../backup/error-code";
import { ExitCode } from "../exit-code";
import { grouped } from "../keys/progress";
import { BadSavedFile, readSavedKeys, type SavedHead, type SavedKey } from "../keys/saved-keys";
import { storeOf } from "../keys/store-of";
import { countText, SESSIONS, type Subject } from "../keys/subject";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { runOnKeys } from "../sessions/session-run";
import { json, type Terminal } from "../terminal";

/** About so many bytes are sent together. */
const TOGETHER_BYTES = 1_048_576;

/**
 * `redis-ops sessions restore`: puts back what `sessions delete --save-to` kept, with its TTL. What is there stays unless
 * `replace`; what would have expired meanwhile stays away. The file is read whole before the first key is put back. Exit
 * code 1: Redis did not take all of it, as an older version does not take values of a newer one.
 */
export async function sessionsRestore(
  stack: ResolvedStack,
  options: {
    readonly from: string;
    readonly of?: string;
    readonly replace: boolean;
    readonly yes: boolean;
    readonly json: boolean;
  },
  terminal: Terminal,
  subject: Subject = SESSIONS,
): Promise<ExitCode> {
  const head = await checkFile(stack, options, subject);
  const tally = { restored: 0, existing: 0, expired: 0, refused: 0 };
  const done = () => told(stack.id, tally, subject);
  return runOnKeys(stack, terminal, done, async ({ live, now, isStopped }) => {
    const { batches } = await readSavedKeys(options.from);
    for await (const batch of batches) {
      const alive = batch.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
      tally.expired += batch.length - alive.length;
      for (const together of groupsOf(alive)) {
        const replies = await putBack(live, together, options.replace);
        for (const reply of replies) {
          tally[outcomeOf(reply)] += 1;
        }
      }
      if (isStopped()) {
        return ExitCode.unhealthy;
      }
    }
    terminal.out(options.json ? json({ stack: stack.id, from: options.from, ...tally }) : done());
    if (tally.refused > 0) {
      terminal.err(
        `${countText(subject, tally.refused)} refused: Redis ${head.redisVersion} wrote the values, and this server cannot read them. ` +
          "Next: restore them to a server of that version or a newer one",
      );
    }
    return tally.refused > 0 ? ExitCode.unhealthy : ExitCode.ok;
  });
}

type Outcome = "restored" | "existing" | "refused";

/** @throws the error of Redis where it is not about the key, such as OOM */
function outcomeOf(reply: Reply): Outcome {
  if (!(reply instanceof Error)) {
    return "restored";
  }
  if (reply.message.startsWith("BUSYKEY")) {
    return "existing";
  }
  if (/DUMP payload version or checksum|Bad data format/.test(reply.message)) {
    return "refused";
  }
  throw reply;
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
  { from, of = stack.id, replace, yes }: { from: string; of?: string; replace: boolean; yes: boolean },
  subject: Subject,
): Promise<SavedHead> {
  const problems: Problem[] = [];
  if (replace && !yes) {
    problems.push({
      field: "--replace",
      got: "no --yes",
      expected: "both, since what is there now is lost",
      fix: "add --yes, or leave out --replace",
    });
  }
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
  id: string,
  { restored, existing, expired }: { restored: number; existing: number; expired: number },
  subject: Subject,
): string {
  return [
    `${id}: restored ${countText(subject, restored)}`,
    ...(existing > 0 ? [`${grouped(existing)} stayed as they are there`] : []),
    ...(expired > 0 ? [`${grouped(expired)} have expired meanwhile`] : []),
  ].join("; ");
}
