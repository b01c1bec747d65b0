import type { Problem } from "../../core/problem";
import type { Size } from "../../core/size";
import { bytesText } from "../amounts";
import type { Manifest } from "../backup/manifest";
import type { PresentData, RestoreTarget } from "./restore-target";

/** As they stand on the command line. */
export interface RestoreOptions {
  readonly from?: string;
  readonly at?: string;
  readonly of?: string;
  readonly match: readonly string[];
  readonly time?: string;
  readonly identity?: string;
  readonly undo: boolean;
  readonly empty: boolean;
  readonly repair: boolean;
  readonly discard: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const ACTIONS = ["--from", "--undo", "--empty", "--repair", "--discard"] as const;

/** What is wrong with the options alone. */
export function optionProblems(id: string, options: RestoreOptions): readonly Problem[] {
  const { from, undo, empty, repair, discard, match, time } = options;
  const given = ACTIONS.filter((_, index) => [from !== undefined, undo, empty, repair, discard][index]);
  const onlyFrom = (["at", "of", "time", "identity"] as const)
    .filter((name) => options[name] !== undefined)
    .map((name) => `--${name}`);
  const withoutFrom = [...onlyFrom, ...(match.length > 0 ? ["--match"] : [])];
  return [
    ...(given.length === 1
      ? []
      : [
          {
            field: "restore",
            got: given.length === 0 ? "nothing to do" : given.join(" and "),
            expected: `one of ${ACTIONS.join(", ")}`,
            fix: `write bin/redis-ops restore ${id} --from latest, for example`,
          },
        ]),
    ...(from === undefined ? withoutFrom : []).map((field) => ({
      field,
      got: "no --from",
      expected: "a backup that it is about",
      fix: "write --from latest as well, or leave it out",
    })),
    ...match.flatMap((pattern) => patternProblems(pattern)),
    ...(time === undefined || isInstant(time)
      ? []
      : [
          {
            field: "--time",
            got: JSON.stringify(time),
            expected: "a moment with its zone",
            fix: "write it like 2026-11-21T15:04:11Z",
          },
        ]),
  ];
}

function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}

/** Patterns that Redis takes and that match less than they look like. */
function patternProblems(pattern: string): readonly Problem[] {
  const rest = pattern.replace(/\\./gs, "").replace(/\[[^\]]*\]/g, "");
  const wrong =
    pattern === ""
      ? "nothing"
      : rest.includes("[")
        ? `${JSON.stringify(pattern)}, in which a [ has no ]`
        : rest.endsWith("\\")
          ? `${JSON.stringify(pattern)}, which ends in a backslash`
          : undefined;
  return wrong === undefined
    ? []
    : [
        {
          field: "--match",
          got: wrong,
          expected: "a pattern as KEYS takes it",
          fix: "write it like 'session:*'; a backslash before [ takes it as it is",
        },
      ];
}

/** Room for the files that Redis writes while it starts. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** Bytes that the volume needs on top of what is in it. */
export function roomFor(contentBytes: number): number {
  return Math.ceil(contentBytes * 1.1) + ROOM_BYTES;
}

/** What keeps this backup from becoming the data of this server. */
export function backupProblems(
  manifest: Manifest,
  target: Pick<RestoreTarget, "id" | "rdbVersion" | "volume">,
  present: Pick<PresentData, "free">,
  options: Pick<RestoreOptions, "match" | "time" | "identity">,
  maxmemory: Size,
): readonly Problem[] {
  const { id, kind, engine, usedMemory, content, encryption, finishedAt } = manifest;
  const problems: Problem[] = [];
  if (target.rdbVersion !== undefined && engine.rdbVersion > target.rdbVersion) {
    problems.push({
      field: `backup ${id}`,
      got: `RDB version ${engine.rdbVersion}, written by Redis ${engine.version}`,
      expected: `version ${target.rdbVersion} or lower, which the engine of ${target.id} reads`,
      fix: "restore it into a stack with a newer engine, or take an older backup",
    });
  }
  if (options.match.length === 0 && usedMemory > maxmemory.toBytes()) {
    problems.push({
      field: `${target.id}: maxmemory`,
      got: `${maxmemory}`,
      expected: `${bytesText(usedMemory)} or more, which the data of ${id} takes`,
      fix: `raise it in the service's file and run bin/up ${target.id}, or take a part with --match`,
    });
  }
  if (options.match.length > 0 && kind === "aof") {
    problems.push({
      field: "--match",
      got: `${id}, an append-only set`,
      expected: "a snapshot, which can be filtered",
      fix: "take a backup of kind rdb, or leave --match out",
    });
  }
  if (options.time !== undefined && kind === "rdb") {
    problems.push({
      field: "--time",
      got: `${id}, a snapshot of one moment`,
      expected: "an append-only set, which can be cut",
      fix: "take a backup of kind aof, or leave --time out",
    });
  }
  if (options.time !== undefined && kind === "aof" && Date.parse(options.time) > Date.parse(finishedAt)) {
    problems.push({
      field: "--time",
      got: options.time,
      expected: `${finishedAt} or before, when ${id} ends`,
      fix: "take an earlier moment, or a newer backup",
    });
  }
  if (encryption === "age" && options.identity === undefined) {
    problems.push({
      field: "--identity",
      got: "nothing",
      expected: `a file with the secret key that opens ${id}, which is encrypted`,
      fix: "give --identity FILE, as age-keygen wrote it",
    });
  }
  return [...problems, ...roomProblems(target.volume, roomFor(content.bytes), present.free)];
}

export function roomProblems(volume: string, needed: number, free: number): readonly Problem[] {
  return needed <= free
    ? []
    : [
        {
          field: `volume ${volume}`,
          got: `${bytesText(free)} free`,
          expected: `${bytesText(needed)}, for both the data of now and the restored`,
          fix: "make room on the engine's disk, for example with --discard",
        },
      ];
}
