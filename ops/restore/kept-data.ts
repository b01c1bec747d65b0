import { InvalidInputError, type Problem } from "../../core/problem";
import { ageText, bytesText } from "../amounts";
import { exec } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, table } from "../terminal";
import { agreed } from "./ask";
import { type Replacement, type RestoreRun, replaceData } from "./replace-data";
import { RestoreFailed } from "./restore-failed";
import { roomFor, roomProblems } from "./restore-problems";
import { type KeptData, keptAt } from "./restore-target";
import { stageKept } from "./stage-backup";

/**
 * `restore --undo`: what the newest restore kept becomes the data again, and the data of now is kept in turn.
 * @throws InvalidInputError where nothing was kept, or what the server could not read
 */
export async function undo(run: RestoreRun): Promise<ExitCode> {
  const { target, lock, present, terminal } = run;
  const now = new Date();
  const { newest, passedOver } = newestKept(present.kept, now);
  for (const line of passedOver) {
    terminal.err(`passed over: ${line}`);
  }
  const problems =
    newest === undefined
      ? [
          {
            field: "--undo",
            got: `no before-restore-… with data in the volume ${target.volume}`,
            expected: "what an earlier restore kept",
            fix: "write --from latest to restore a backup",
          },
        ]
      : [
          ...unreadable(newest, target.appendonly),
          ...roomProblems(target.volume, roomFor(newest.bytes), present.free),
        ];
  if (newest === undefined || problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  const { name, entries } = newest;
  const isAof = entries.includes("appendonlydir") && (target.appendonly || !entries.includes("dump.rdb"));
  const staged = entries.filter((entry) => target.appendonly || isAof || entry === "dump.rdb");
  const replacement: Replacement = {
    action: "undo",
    what: `what was kept ${isToCome(name, now) ? `in ${name}, a time that is still to come` : `${keptAge(name, now)} ago`}`,
    ...(staged.length === 0
      ? {}
      : {
          stage: async () => {
            await stageKept(lock, name, staged);
            return { isAof };
          },
        }),
    usedMemory: newest.bytes,
    finish: () => removeKept(run, [name], "the server runs with what was kept; "),
  };
  return replaceData(run, replacement);
}

/** Time by which the clock of the machine that restored may be ahead. */
const AHEAD_MILLISECONDS = 60_000;

const isToCome = (name: string, now: Date) =>
  (keptAt(name)?.getTime() ?? 0) > now.getTime() + AHEAD_MILLISECONDS;

const keptAge = (name: string, now: Date) => ageOf(keptAt(name) ?? now, now);

/**
 * What `--undo` takes: the newest that has data in it, before those of a time that is still to come, which a clock that was
 * wrong has left. `kept`: newest first. `passedOver`: why it is not a newer name, for people.
 */
export function newestKept(
  kept: readonly KeptData[],
  now: Date,
): { readonly newest?: KeptData; readonly passedOver: readonly string[] } {
  const withData = kept.filter(({ entries }) => entries.length > 0);
  const newest = withData.find(({ name }) => !isToCome(name, now)) ?? withData[0];
  const newer = newest === undefined ? kept : kept.slice(0, kept.indexOf(newest));
  return {
    ...(newest === undefined ? {} : { newest }),
    passedOver: newer.map(
      ({ name, entries }) =>
        `${name}, ${entries.length === 0 ? "which has no data in it" : "a time that is still to come"}`,
    ),
  };
}

function unreadable({ name, entries }: KeptData, appendonly: boolean): readonly Problem[] {
  return appendonly && entries.includes("dump.rdb") && !entries.includes("appendonlydir")
    ? [
        {
          field: "--undo",
          got: `${name} with dump.rdb, of a time with appendonly no`,
          expected: "an append-only set, which appendonly yes reads",
          fix: "deploy with appendonly no, and undo then",
        },
      ]
    : [];
}

/**
 * `restore --discard`: removes what earlier restores kept, and the append-only sets that `preflight --apply` moved aside,
 * after it has shown them.
 * @throws InvalidInputError after it has shown them, where nobody can be asked
 * @throws RestoreFailed where not all of them could be removed
 */
export async function discard(run: RestoreRun): Promise<ExitCode> {
  const { target, present, options, terminal } = run;
  const folders = [...present.kept, ...present.setAside];
  const names = folders.map(({ name }) => name);
  const now = new Date();
  const toJson = (removed: readonly KeptData[], kept: readonly KeptData[]) =>
    json({ stack: target.id, action: "discard", removed, kept });
  if (!options.json && names.length > 0) {
    terminal.out(
      table(
        ["FOLDER", "SIZE", "AGE"],
        folders.map(({ name, bytes }) => [
          name,
          bytesText(bytes),
          isToCome(name, now) ? "still to come" : keptAge(name, now),
        ]),
      ),
    );
  } else if (options.json && !options.yes) {
    terminal.out(toJson([], folders));
  }
  const question = `Remove ${names.length === 1 ? "it" : "all of them"} from the volume ${target.volume}?`;
  if (names.length > 0 && !(await agreed(question, options))) {
    terminal.err("nothing was removed");
    return ExitCode.invalidInput;
  }
  await removeKept(run, names);
  if (options.json) {
    if (options.yes) {
      terminal.out(toJson(folders, []));
    }
    return ExitCode.ok;
  }
  terminal.out(
    names.length === 0
      ? `${target.id}: nothing is kept`
      : `removed ${names.length} from the volume ${target.volume}`,
  );
  return ExitCode.ok;
}

/** Says what it has removed. */
const REMOVE = `cd /data || exit
for name; do rm -rf "$name" && printf '%s\\n' "$name"; done
sync`;

/**
 * Removes folders that were kept or moved aside, never another one.
 * @param done what was done before, for the message
 * @throws RestoreFailed with what was removed and what was not
 */
export async function removeKept(
  { target, lock }: Pick<RestoreRun, "target" | "lock">,
  names: readonly string[],
  done = "",
): Promise<void> {
  const other = names.find((name) => keptAt(name) === undefined);
  if (other !== undefined) {
    throw new Error(`not a folder that was kept: ${JSON.stringify(other)}`);
  }
  const { stdout, stderr } = await exec(lock, ["sh", "-c", REMOVE, "discard", ...names]);
  const removed = stdout.split("\n");
  const left = names.filter((name) => !removed.includes(name));
  if (left.length > 0) {
    const gone = names.filter((name) => removed.includes(name));
    const why = stderr.trim() === "" ? "" : ` (${stderr.trim().split("\n").join("; ")})`;
    throw new RestoreFailed(
      `${done}not removed from the volume ${target.volume}: ${left.join(", ")}${why}; ` +
        `removed: ${gone.join(", ") || "nothing"}`,
      `bin/redis-ops restore ${target.id} --discard lists what is still kept, and removes it`,
    );
  }
}

/** Since `then`, for people. */
export function ageOf(then: Date, now = new Date()): string {
  return ageText((now.getTime() - then.getTime()) / 1000);
}
