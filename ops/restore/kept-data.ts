import { InvalidInputError, type Problem } from "../../core/problem";
import { ageText, bytesText } from "../backup/amounts";
import { exec } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, table } from "../terminal";
import { askToReplace } from "./ask";
import { type Replacement, type RestoreRun, replaceData } from "./replace-data";
import { roomFor, roomProblems } from "./restore-problems";
import type { KeptData } from "./restore-target";
import { stageKept } from "./stage-backup";

/**
 * `restore --undo`: what the newest restore kept becomes the data again, and the data of now is kept in turn.
 * @throws InvalidInputError where nothing was kept, or what the server could not read
 */
export async function undo(run: RestoreRun): Promise<ExitCode> {
  const { target, lock, present } = run;
  const [newest] = present.kept;
  const problems =
    newest === undefined
      ? [
          {
            field: "--undo",
            got: `no before-restore-… in the volume ${target.volume}`,
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
    what: `what was kept ${ageOf(keptAt(name))} ago`,
    ...(staged.length === 0
      ? {}
      : {
          stage: async () => {
            await stageKept(lock, name, staged);
            return { isAof };
          },
        }),
    usedMemory: newest.bytes,
    finish: () => remove(run, [name]),
  };
  return replaceData(run, replacement);
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

/** `restore --discard`: removes what earlier restores kept, after it has shown it. */
export async function discard(run: RestoreRun): Promise<ExitCode> {
  const { target, present, options, terminal } = run;
  const names = present.kept.map(({ name }) => name);
  if (!options.json && names.length > 0) {
    terminal.out(
      table(
        ["FOLDER", "SIZE", "AGE"],
        present.kept.map(({ name, bytes }) => [name, bytesText(bytes), ageOf(keptAt(name))]),
      ),
    );
  }
  const question = `Remove ${names.length === 1 ? "it" : "all of them"} from the volume ${target.volume}?`;
  if (names.length > 0 && !options.yes && !(await askToReplace(question))) {
    terminal.err("nothing was removed");
    return ExitCode.invalidInput;
  }
  await remove(run, names);
  terminal.out(
    options.json
      ? json({ stack: target.id, action: "discard", removed: present.kept })
      : names.length === 0
        ? `${target.id}: nothing is kept`
        : `removed ${names.length} from the volume ${target.volume}`,
  );
  return ExitCode.ok;
}

async function remove({ lock }: RestoreRun, names: readonly string[]): Promise<void> {
  const script = 'cd /data && for name; do rm -rf "$name" || exit 1; done && sync';
  const { exitCode, stderr } = await exec(lock, ["sh", "-c", script, "discard", ...names]);
  if (exitCode !== 0) {
    throw new Error(`what was kept could not be removed: ${stderr.trim()}`);
  }
}

/** From `before-restore-20261121T150411Z`. */
function keptAt(name: string): Date {
  const [, day = "", time = ""] = /(\d{8})T(\d{6})Z$/.exec(name) ?? [];
  return new Date(
    `${day.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`,
  );
}

/** Since `then`, for people. */
export function ageOf(then: Date, now = new Date()): string {
  return ageText((now.getTime() - then.getTime()) / 1000);
}
