import type { SourceKind } from "../../config/decisions";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { settingsOf, shownValue } from "../settings";
import { json, type Terminal, table } from "../terminal";

/** Where a difference belongs, in the order in which a reviewer reads them. */
const GROUPS = {
  look: "look at this: neither policy nor size explains it",
  policy: "policy, expected: the files of the environments say so",
  size: "size and place: what each environment needs",
  names: "names: after the stack, or given",
} as const;

type Group = keyof typeof GROUPS;

/** Values that belong to a group whoever decided them; the rest of a value's path does not matter. */
const GROUP_OF: readonly (readonly [path: string, group: Group])[] = [
  ["server.maxmemory", "size"],
  ["server.memoryLimit", "size"],
  ["server.memoryReservation", "size"],
  ["server.cpus", "size"],
  ["server.cpuShares", "size"],
  ["server.maxclients", "size"],
  ["server.hostPort", "size"],
  ["server.healthcheck.startPeriod", "size"],
  ["thresholds.connectedClients", "size"],
  ["exporter.hostPort", "size"],
  ["prometheus.hostPort", "size"],
  ["server.healthcheck.command", "policy"],
  ["labels", "names"],
  ["network.name", "names"],
  ["dataVolume.name", "names"],
  ["server.containerName", "names"],
  ["server.aliases", "names"],
  ["server.auth.secretsVolume", "names"],
  ["exporter.containerName", "names"],
  ["prometheus.containerName", "names"],
  ["prometheus.volumeName", "names"],
  ["backups.schedule.containerName", "names"],
  ["backups.schedule.volumeName", "names"],
  ["backups.schedule.secretsVolume", "names"],
  ["exporter.networkName", "names"],
  ["exporter.secretsVolume", "names"],
  ["state.path", "names"],
  ["state.key", "names"],
];

/** At least what the environment says; what is more follows from `maxmemory`. */
const STOP_TIMEOUT = "server.stopTimeout";

/** Size where it follows from `maxmemory`; given, it is a fact of the service, the same in all environments. */
const OF_THE_SERVICE = ["server.maxclients", "thresholds.connectedClients"];

interface Side {
  /** Left out: the stack has no such value. */
  readonly value?: string;
  readonly source?: SourceKind;
}

interface Difference {
  readonly path: string;
  readonly a: Side;
  readonly b: Side;
  readonly group: Group;
  /** How it came to differ, for people. */
  readonly why: string;
}

/**
 * `redis-ops config diff`: what differs between two stacks, grouped by whether it is expected. Reads only.
 * Exit code 1 when something differs that neither policy nor size explains.
 * @throws InvalidInputError for a stack compared with itself
 */
export function configDiff(
  [a, b]: readonly ResolvedStack[],
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  if (a === undefined || b === undefined || a.id === b.id) {
    throw new InvalidInputError([
      {
        field: "stacks",
        got: `${JSON.stringify(a?.id)} twice`,
        expected: "two stacks to compare",
        fix: "name another stack; bin/redis-ops stacks lists them",
      },
    ]);
  }
  const { differences, equal } = compare(a, b);
  if (options.json) {
    terminal.out(json({ a: a.id, b: b.id, equal, differences }));
  } else {
    for (const group of Object.keys(GROUPS) as Group[]) {
      const rows = differences.filter((difference) => difference.group === group);
      if (rows.length > 0) {
        terminal.out(GROUPS[group]);
        terminal.out(
          table(
            ["VALUE", a.id, b.id, ...(group === "look" ? ["WHY"] : [])],
            rows.map((row) => [
              row.path,
              row.a.value ?? "-",
              row.b.value ?? "-",
              ...(group === "look" ? [row.why] : []),
            ]),
          ),
        );
        terminal.out("");
      }
    }
    terminal.out(`${differences.length} values differ, ${equal} are the same`);
  }
  return differences.some(({ group }) => group === "look") ? ExitCode.unhealthy : ExitCode.ok;
}

function compare(
  a: ResolvedStack,
  b: ResolvedStack,
): { readonly differences: readonly Difference[]; readonly equal: number } {
  const [ofA, ofB] = [sidesOf(a), sidesOf(b)];
  const rows = [...new Set([...ofA.keys(), ...ofB.keys()])].map((path) => ({
    path,
    a: ofA.get(path) ?? {},
    b: ofB.get(path) ?? {},
  }));
  const differences = rows
    .filter((row) => row.a.value !== row.b.value)
    .map((row) => ({ ...row, group: groupOf(row, a, b), why: whyOf(row) }));
  return { differences, equal: rows.length - differences.length };
}

function sidesOf(stack: ResolvedStack): ReadonlyMap<string, Side> {
  return new Map(
    settingsOf(stack)
      .map(({ path, value, source }): [string, Side] => [
        path,
        { value: shownValue(value), source: source.kind },
      ])
      // A record without names: what the other stack has in it is told.
      .filter(([, { value }]) => value !== "{}"),
  );
}

type Row = Pick<Difference, "path" | "a" | "b">;

function groupOf(row: Row, a: ResolvedStack, b: ResolvedStack): Group {
  const known = GROUP_OF.find(([path]) => row.path === path || row.path.startsWith(`${path}.`));
  const sides = [row.a, row.b].filter(({ value }) => value !== undefined);
  const part = sides.length === 1 ? PARTS.find(({ path }) => row.path.startsWith(path)) : undefined;
  if (part !== undefined) {
    return [a, b].every((stack) => part.isAsItsEnvironmentSays(stack)) ? "policy" : "look";
  }
  const isPolicy = sides.every(({ source }) => source === "environment");
  if (row.path === STOP_TIMEOUT) {
    return isPolicy ? "policy" : "size";
  }
  // A limit that follows from maxmemory in one stack, and is given in the other, is no matter of size alone.
  if (known?.[1] === "size" && new Set(sides.map(({ source }) => source)).size > 1) {
    return "look";
  }
  if (
    OF_THE_SERVICE.some((path) => row.path.startsWith(path)) &&
    sides.some(({ source }) => source === "service")
  ) {
    return "look";
  }
  return known?.[1] ?? (isPolicy ? "policy" : "look");
}

/** What a value has from the same source in both stacks, and still differs. */
const DIFFERS_BY: Readonly<Record<SourceKind, string>> = {
  service: "given for each",
  environment: "each environment says so",
  default: "a default",
  derived: "follows from another difference",
  REDIS_ENGINE: "REDIS_ENGINE",
};

function whyOf({ a, b }: Row): string {
  if (a.source === undefined || b.source === undefined) {
    return "only one of them has it";
  }
  return a.source === b.source ? DIFFERS_BY[a.source] : `${a.source} -> ${b.source}`;
}

/** What an environment says to have or not, unless a service says otherwise. */
const PARTS: readonly {
  readonly path: string;
  readonly isAsItsEnvironmentSays: (stack: ResolvedStack) => boolean;
}[] = [
  {
    path: "exporter.",
    isAsItsEnvironmentSays: ({ environment, props }) =>
      (environment.exporter === "on") === (props.exporter !== undefined),
  },
  // No environment asks for one.
  { path: "prometheus.", isAsItsEnvironmentSays: ({ props }) => props.prometheus === undefined },
  {
    path: "backups.schedule.",
    isAsItsEnvironmentSays: ({ environment, props }) =>
      (environment.backups.schedule === "on") === (props.backups.schedule !== undefined),
  },
];
