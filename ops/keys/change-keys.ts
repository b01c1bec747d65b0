import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { json, type Terminal, visible } from "../terminal";
import { changeWatched, WATCHED_TOGETHER, type WatchedChange } from "./change-watched";
import { emptyTally, findKeys, judge, type Search } from "./find-keys";
import { isFiltered, needsValue, type Selection } from "./key-filters";
import { grouped } from "./progress";
import type { SeenKey, StoredKey } from "./read-stored";
import { type KeyRun, runOnKeys } from "./run-on-keys";
import { countText, type Subject } from "./subject";
import { tallyText, unreadableText } from "./tally-text";

/** Keys that a dry run shows. */
const SAMPLE = 10;

export interface ChangeFlags {
  readonly all: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What is done to keys, in words and commands. */
export interface KeyChange {
  /** `delete` */
  readonly name: string;
  /** `deleted` */
  readonly done: string;
  /** What the line for an audit names besides the filters: `--in "10min"`. @default - nothing */
  readonly flags?: readonly string[];
  /** What is said after a dry run besides `--yes`. @default - nothing */
  readonly hint?: string;
  readonly commands: WatchedChange<StoredKey>["commands"];
  /** Why a command may leave a key as it is: `ending sooner already`. @default - it changes every one */
  readonly unchanged?: string;
  /** Which of those that match are meant, where the filters cannot say it. @default - all of them */
  readonly meant?: (run: KeyRun, keys: readonly StoredKey[]) => Promise<readonly StoredKey[]>;
  /** Is asked for when the connection is there, before anything is changed. @default - nothing */
  readonly open?: (run: KeyRun) => Promise<void>;
  readonly prepare?: (run: KeyRun, keys: readonly StoredKey[]) => Promise<readonly StoredKey[]>;
  readonly settle?: (isDone: boolean) => Promise<void>;
  /** @default - nothing */
  readonly close?: () => Promise<void>;
  /** How some of them are shown before anything is done. */
  readonly sample: (run: KeyRun, keys: readonly SeenKey[]) => Promise<Sample>;
  /** What else was done, or left, for people. */
  readonly told: () => readonly string[];
  /** How many were meant and are left, besides those that somebody kept changing. @default - none */
  readonly left?: () => number;
  /** The same for scripts. */
  readonly data: () => object;
}

/** Some keys for people, and for scripts. */
export interface Sample {
  readonly text: string;
  readonly rows: readonly object[];
}

/** Refuses to mean every key by leaving everything out. */
export function checkAll(name: string, selection: Selection, { all }: ChangeFlags): void {
  if (all !== isFiltered(selection)) {
    return;
  }
  throw new InvalidInputError([
    all
      ? {
          field: "--all",
          got: selection.told,
          expected: "--all or filters",
          fix: "leave one of them out",
        }
      : {
          field: `${selection.subject.command} ${name}`,
          got: "no filter",
          expected: `which ${selection.subject.many} are meant`,
          fix: `choose with ${selection.subject.filters} or another filter, or write --all to ${name} every ${selection.subject.one}`,
        },
  ]);
}

/** Without `yes` shows how many match, and some of them. With it changes each that still matches when nobody else touches it. */
export async function changeKeys(
  stack: ResolvedStack,
  selection: Selection,
  flags: ChangeFlags,
  change: KeyChange,
  terminal: Terminal,
): Promise<ExitCode> {
  checkAll(change.name, selection, flags);
  const { subject, told: filters } = selection;
  const tally = emptyTally();
  const total: Total = { changed: 0, unchanged: 0, restless: 0 };
  const changed = () => changedText(subject, change, total);
  const done = () =>
    (flags.yes
      ? [changed(), ...change.told(), tallyText(tally, subject)]
      : [`nothing was ${change.done}`, tallyText(tally, subject)]
    ).join("; ");
  const told = [filters || "--all", ...(change.flags ?? [])].join(" ");
  const audit = () => `${subject.command} ${change.name} ${told}: ${changed()}`;
  const work = async (run: KeyRun) => {
    const search: Search = { ...run, selection, shown: {}, tally };
    const result = await (flags.yes ? changeAll(run, search, change, total) : dryRun(run, search, change));
    if (result === undefined) {
      return ExitCode.unhealthy;
    }
    const unreadable = unreadableText(tally, selection);
    terminal.err([tallyText(tally, subject), ...(unreadable ? [unreadable] : [])].join("\n"));
    if (flags.json) {
      terminal.out(json({ stack: stack.id, filters, dryRun: !flags.yes, ...tally, ...result.data }));
    } else {
      terminal.out(`${stack.id}: ${result.text}`);
      if (result.next !== undefined) {
        terminal.err(result.next);
      }
    }
    return result.exitCode;
  };
  return runOnKeys(stack, terminal, done, work, flags.yes ? audit : undefined);
}

/** What is told of all keys, for people and for scripts. */
interface Result {
  readonly text: string;
  readonly data: object;
  /** What people are told after it. @default - nothing */
  readonly next?: string;
  readonly exitCode: ExitCode;
}

/** Undefined: it was told to stop. */
async function dryRun(run: KeyRun, search: Search, change: KeyChange): Promise<Result | undefined> {
  const { selection, tally } = search;
  const first: StoredKey[] = [];
  let matched = 0;
  for await (const keys of findKeys(search)) {
    const meant = change.meant === undefined ? keys : await change.meant(run, keys);
    matched += meant.length;
    first.push(...meant.slice(0, SAMPLE - first.length));
  }
  tally.matched = matched;
  if (run.isStopped()) {
    return undefined;
  }
  const judged = await judge(run.live, first, selection, { ttl: true, fields: "roles" }, run.now);
  const matching = judged.flatMap((one) => (one.verdict === "matches" ? [one.seen] : []));
  const sample = await change.sample(run, matching);
  return {
    text: dryText(selection, matched, sample),
    data: { sample: sample.rows },
    next:
      matched === 0
        ? `nothing to ${change.name}`
        : `nothing was ${change.done}. Next: add --yes${change.hint ?? ""}`,
    exitCode: ExitCode.ok,
  };
}

function dryText({ subject, told }: Selection, matched: number, { rows, text }: Sample): string {
  const more = matched - rows.length;
  const filters = told === "" ? "without any filter" : `with ${visible(told)}`;
  return [
    `${countText(subject, matched)} ${matched === 1 ? "matches" : "match"} ${filters}`,
    ...(rows.length > 0 ? [text] : []),
    ...(more > 0 && rows.length > 0 ? [`and ${grouped(more)} more`] : []),
  ].join("\n");
}

/** Undefined: it was told to stop. */
async function changeAll(
  run: KeyRun,
  search: Search,
  change: KeyChange,
  total: Total,
): Promise<Result | undefined> {
  await change.open?.(run);
  try {
    await changeFound(run, search, change, total);
  } finally {
    await change.close?.();
  }
  if (run.isStopped()) {
    return undefined;
  }
  return {
    text: [changedText(search.selection.subject, change, total), ...change.told()].join("; "),
    data: {
      [change.done]: total.changed,
      ...(change.unchanged === undefined ? {} : { unchanged: total.unchanged }),
      changedMeanwhile: total.restless,
      ...change.data(),
    },
    exitCode: total.restless + (change.left?.() ?? 0) > 0 ? ExitCode.unhealthy : ExitCode.ok,
  };
}

export interface Total {
  changed: number;
  /** EXEC was done, and they are as they were. */
  unchanged: number;
  restless: number;
}

/** Changes all that the search finds, and counts into `total`. */
export async function changeFound(
  run: KeyRun,
  search: Search,
  change: KeyChange,
  total: Total,
): Promise<void> {
  const { live, now } = run;
  const { selection } = search;
  const { meant, prepare, settle, commands } = change;
  // A value that is read shows whether its key is still there; otherwise its TTL does.
  const isValueRead = needsValue(selection) && selection.stores.every(({ format }) => format !== undefined);
  let sent = 0;
  const watched: WatchedChange<StoredKey> = {
    judge: async (keys) => {
      const judged = await judge(live, keys, selection, { ttl: !isValueRead }, now);
      const matching = judged.flatMap((one) => (one.verdict === "matches" ? [one.seen] : []));
      return meant === undefined ? matching : meant(run, matching);
    },
    commands: (keys) => {
      sent = keys.length;
      return commands(keys);
    },
    ...(prepare === undefined ? {} : { prepare: (keys) => prepare(run, keys) }),
    ...(settle === undefined ? {} : { settle }),
    onChanged: (changed) => {
      total.changed += changed;
      total.unchanged += sent - changed;
    },
  };
  let found: SeenKey[] = [];
  const changeUnless = async (isTooFew: (count: number) => boolean) => {
    while (!isTooFew(found.length)) {
      const together = found.slice(0, WATCHED_TOGETHER);
      found = found.slice(WATCHED_TOGETHER);
      total.restless += await changeWatched(live, together, watched);
    }
  };
  for await (const keys of findKeys(search)) {
    found.push(...keys);
    await changeUnless((count) => count < WATCHED_TOGETHER);
  }
  await changeUnless((count) => count === 0 || search.isStopped());
}

function changedText(
  subject: Subject,
  { done, unchanged: why }: KeyChange,
  { changed, unchanged, restless }: Total,
): string {
  const kept = why !== undefined && unchanged > 0 ? `; ${countText(subject, unchanged)} left, ${why}` : "";
  const left =
    restless > 0 ? `; ${countText(subject, restless)} left, since somebody else kept changing them` : "";
  return `${done} ${countText(subject, changed)}${kept}${left}`;
}
