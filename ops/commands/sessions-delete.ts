import { existsSync } from "node:fs";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import type { ExitCode } from "../exit-code";
import { type ChangeFlags, changeKeys, type KeyChange } from "../keys/change-keys";
import { keepKeys } from "../keys/keep-keys";
import { type FilterFlags, needsValue, readFilters, type Selection } from "../keys/key-filters";
import { NotSaved, SavedKeysWriter } from "../keys/saved-keys";
import { unlessError } from "../keys/scan-keys";
import { countText, SESSIONS, type Subject } from "../keys/subject";
import type { LiveRedis } from "../live-redis";
import { parseInfo } from "../look/info";
import { sessionSample } from "../sessions/session-texts";
import type { Terminal } from "../terminal";

/** What else is deleted in the same way, and how it is called and shown. @default - sessions */
export interface DeleteWords extends Partial<Pick<KeyChange, "sample">> {
  readonly subject?: Subject;
}

/**
 * `redis-ops sessions delete`: a dry run, and with `yes` the deletion, by UNLINK. With `saveTo` each is in that file, on the
 * disk, before it is deleted. Exit code 1: not all were looked at, or some are left.
 */
export async function sessionsDelete(
  stack: ResolvedStack,
  options: FilterFlags & ChangeFlags & { readonly saveTo?: string; readonly unreadable?: boolean },
  terminal: Terminal,
  { subject = SESSIONS, sample = sessionSample }: DeleteWords = {},
): Promise<ExitCode> {
  const { saveTo } = options;
  const selection = readableUnlessTold(readFilters(stack, options, subject), options.unreadable);
  if (saveTo !== undefined && existsSync(saveTo)) {
    throw notSaved(saveTo, "EEXIST");
  }
  let writer: SavedKeysWriter | undefined;
  const tooLarge = new Set<string>();
  return changeKeys(
    stack,
    selection,
    options,
    {
      name: "delete",
      done: "deleted",
      flags: [
        ...(options.unreadable ? ["--unreadable"] : []),
        ...(saveTo === undefined ? [] : [`--save-to ${JSON.stringify(saveTo)}`]),
      ],
      sample,
      hint: saveTo === undefined ? ", and --save-to FILE to be able to put them back" : "",
      commands: (keys) => keys.map(({ key }) => ["UNLINK", key]),
      ...(saveTo === undefined
        ? {}
        : {
            open: async ({ live }) => {
              writer = await createWriter(saveTo, stack.id, selection.told, live);
            },
            prepare: async ({ live }, keys) => {
              if (writer === undefined) {
                return [];
              }
              const { kept, tooLarge: left } = await keepKeys(live, keys, writer);
              for (const { key } of left) {
                tooLarge.add(key.toString("latin1"));
              }
              return kept;
            },
            settle: async (isDone) => writer?.settle(isDone),
            close: async () => writer?.close(),
          }),
      told: () => [
        ...(tooLarge.size > 0 ? [`${countText(subject, tooLarge.size)} left, too large to save`] : []),
        ...(writer === undefined ? [] : [`${saveTo} has ${countText(subject, writer.deleted)}`]),
      ],
      left: () => tooLarge.size,
      data: () =>
        writer === undefined ? {} : { savedTo: saveTo, saved: writer.deleted, tooLargeToSave: tooLarge.size },
    },
    terminal,
  );
}

/** What cannot be read stays, unless `isTold`, or its key is named. Undefined: it is no matter, since no value is asked for. */
function readableUnlessTold(selection: Selection, isTold: boolean | undefined): Selection {
  const isOfValue = needsValue(selection);
  if (isTold && (isOfValue || selection.keys !== undefined)) {
    throw new InvalidInputError([
      {
        field: "--unreadable",
        got: selection.told,
        expected: "no --key, and no filter of a field or an age, which nothing unreadable matches",
        fix: isOfValue ? "leave out one of them" : "leave it out: --key means what cannot be read, too",
      },
    ]);
  }
  return { ...selection, readableOnly: isTold === false && selection.keys === undefined };
}

/** @throws InvalidInputError when the file cannot be made, since nothing was changed yet */
async function createWriter(
  path: string,
  stack: string,
  filters: string,
  { batch }: LiveRedis,
): Promise<SavedKeysWriter> {
  const [info] = await batch([["INFO", "server"]]);
  const redisVersion = parseInfo(`${unlessError(info)}`).get("redis_version") ?? "";
  try {
    return await SavedKeysWriter.create(path, {
      stack,
      savedAt: new Date().toISOString(),
      redisVersion,
      filters,
    });
  } catch (error) {
    throw error instanceof NotSaved ? notSaved(path, error.code) : error;
  }
}

function notSaved(path: string, code: string): InvalidInputError {
  return new InvalidInputError([
    {
      field: "--save-to",
      got: `${path} (${code})`,
      expected: "a file that is not there yet, in a folder that can be written",
      fix: "name another file",
    },
  ]);
}
