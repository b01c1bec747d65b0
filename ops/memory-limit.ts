import { reasonFor } from "../config/reasons";
import type { ResolvedStack } from "../config/resolve-stack";
import {
  type BudgetedPart,
  clientsShare,
  isPersistent,
  type MemoryBudget,
  maxclientsFor,
  memoryArithmetic,
  memoryBudget,
  memoryLimitFor,
  shareOf,
} from "../core/memory-budget";
import type { Size } from "../core/size";
import { coloured, memoryBar, STROKES } from "./memory-bar";
import { table } from "./terminal";
import { wrapped } from "./wrapped";

/** An amount of memory at which something happens. */
interface Line {
  readonly name: "warning" | "critical" | "maxmemory" | "reservation" | "limit";
  readonly at: Size;
  readonly what: string;
}

/** What the memory of a stack's container is for, and what happens where it ends, as data. From the configuration alone. */
export function limitData(stack: ResolvedStack) {
  const { server } = stack.props;
  const persistent = isPersistent(server.persistence);
  const budget = memoryBudget(server, persistent);
  const { idle, busy } = clientsShare(server.maxclients, server.maxmemory);
  return {
    stack: stack.id,
    maxmemory: inputOf(stack, "server.maxmemory", server.maxmemory),
    limit: inputOf(stack, "server.memoryLimit", server.memoryLimit),
    persistent,
    parts: budget.parts.map(({ name, percent, fixed, amount, why }) => ({
      name,
      percentOfMaxmemory: percent,
      fixedBytes: fixed.toBytes(),
      bytes: amount.toBytes(),
      why,
    })),
    leftOverBytes: budget.leftOver,
    lines: linesOf(stack, persistent).map(({ name, at, what }) => ({ name, bytes: at.toBytes(), what })),
    clients: { maxclients: server.maxclients, idlePercent: idle, busyPercent: busy },
  };
}

/** The same for people, in 80 columns. */
export function limitText(stack: ResolvedStack, hasColors: boolean): string {
  const { server } = stack.props;
  const persistent = isPersistent(server.persistence);
  const budget = memoryBudget(server, persistent);
  const lines = linesOf(stack, persistent);
  return [
    heading(stack, persistent),
    bar(budget, lines, hasColors),
    partsTable(budget, server.memoryLimit, hasColors),
    lines
      .map(({ name, at, what }) => wrapped(`${name}: ${what}`, 18, `  ${letterOf(name)}  ${mebibytes(at)}`))
      .join("\n"),
    wrapped(clientsSentence(server), 0),
    budget.parts.map(({ name, why }) => wrapped(why, 23, `  ${name}`)).join("\n"),
  ].join("\n\n");
}

/** `thresholds` and the server's own numbers, lowest first. */
function linesOf(stack: ResolvedStack, persistent: boolean): readonly Line[] {
  const { server, thresholds } = stack.props;
  const { maxmemory, maxmemoryPolicy, memoryReservation, memoryLimit } = server;
  const threshold = (name: "warning" | "critical", whom: string): Line => ({
    name,
    at: shareOf(maxmemory, thresholds.memory[name]),
    what: `${thresholds.memory[name]} % of maxmemory: ${whom}.`,
  });
  const lines: readonly Line[] = [
    threshold("warning", "somebody is told"),
    threshold("critical", "somebody is woken"),
    {
      name: "maxmemory",
      at: maxmemory,
      what: `${maxmemoryPolicy}. ${reasonFor("server.maxmemoryPolicy", maxmemoryPolicy)?.why}`,
    },
    ...(memoryReservation === undefined
      ? []
      : [
          {
            name: "reservation",
            at: memoryReservation,
            what: "left to it when the host is short of memory.",
          } as const,
        ]),
    { name: "limit", at: memoryLimit, what: persistent ? KILLS_CHILD : KILLS_SERVER },
  ];
  return [...lines].sort((one, other) => one.at.toBytes() - other.at.toBytes());
}

/** Measured on 7.0.15 in a container of 512 MiB with `oom-score-adj relative`: the child was killed and the server lived. */
const KILLS_CHILD =
  "the kernel kills. While a snapshot or rewrite is written, oom-score-adj makes it the child: the server lives on, and " +
  "refuses writes until a snapshot succeeds, where there are save points. At other times it is Redis, and Docker starts " +
  "it again with what is on disk.";

const KILLS_SERVER = "the kernel kills Redis, and Docker starts it again, empty.";

/** What the buffers of clients take, and what becomes of the data where they can take all of `maxmemory`. */
function clientsSentence({
  maxclients,
  maxmemory,
  maxmemoryPolicy,
}: ResolvedStack["props"]["server"]): string {
  const { idle, busy } = clientsShare(maxclients, maxmemory);
  const shares = `maxclients ${maxclients}: idle they take ${idle} % of maxmemory, all of them busy at once ${busy} %.`;
  return busy <= 100
    ? shares
    : `${shares} ${maxmemoryPolicy === "noeviction" ? "Every write would be refused" : "They would push out all data"}; ` +
        `maxclients ${maxclientsFor(maxmemory, 50)} would keep them to half.`;
}

const letterOf = (name: Line["name"]) => name.slice(0, 1).toUpperCase();

/** In MiB with one decimal at most. */
const mebibytes = (amount: Size | number) =>
  `${Math.round(((typeof amount === "number" ? amount : amount.toBytes()) * 10) / 1024 ** 2) / 10} MiB`;

function inputOf({ decisions }: ResolvedStack, path: string, amount: Size) {
  return { bytes: amount.toBytes(), ...decisions.sourceOf(path) };
}

function heading(stack: ResolvedStack, persistent: boolean): string {
  const { maxmemory, memoryLimit } = stack.props.server;
  const isGiven = (path: string) => stack.decisions.sourceOf(path)?.kind === "service";
  const [data, container] = [`maxmemory ${maxmemory}`, `limit ${memoryLimit}`];
  if (isGiven("server.maxmemory") && isGiven("server.memoryLimit")) {
    const needed = memoryLimitFor(maxmemory, persistent);
    return wrapped(
      `${stack.id}: ${data} and ${container} are given; ${memoryArithmetic("maxmemory", persistent)} would be ${needed}`,
      0,
    );
  }
  return wrapped(
    isGiven("server.maxmemory")
      ? `${stack.id}: ${data} is given, ${container} is derived: ${memoryArithmetic("maxmemory", persistent)}`
      : `${stack.id}: ${container} is given, ${data} is derived: ${memoryArithmetic("limit", persistent)}`,
    0,
  );
}

function bar({ parts, leftOver }: MemoryBudget, lines: readonly Line[], hasColors: boolean): string {
  return memoryBar(
    [
      ...parts.map(({ name, amount }) => ({ stroke: STROKES[name], bytes: amount.toBytes() })),
      { stroke: STROKES["left over"], bytes: leftOver },
    ],
    lines.map(({ name, at }) => ({ letter: letterOf(name), at })),
    hasColors,
  );
}

function partsTable({ parts, leftOver }: MemoryBudget, limit: Size, hasColors: boolean): string {
  const row = (glyph: string, name: string, bytes: number, how: string) => [
    `  ${glyph}`,
    name,
    mebibytes(bytes).padStart(12),
    `${((100 * bytes) / limit.toBytes()).toFixed(1)} %`.padStart(8),
    how,
  ];
  const glyphOf = (name: keyof typeof STROKES) => coloured(STROKES[name], STROKES[name].glyph, hasColors);
  return table(
    ["", "PART", "AMOUNT".padStart(12), "OF LIMIT", "HOW"],
    [
      ...parts.map((part) =>
        row(
          part.amount.toBytes() === 0 ? "" : glyphOf(part.name),
          part.name,
          part.amount.toBytes(),
          howOf(part),
        ),
      ),
      leftOver < 0
        ? row("", "missing", leftOver, "the limit is less than its parts")
        : row(leftOver === 0 ? "" : glyphOf("left over"), "left over", leftOver, ""),
      row("", "limit", limit.toBytes(), ""),
    ],
  );
}

function howOf({ percent, fixed }: BudgetedPart): string {
  const share = percent === 0 ? [] : [`${percent / 100} × maxmemory`];
  return [...share, ...(fixed.toBytes() === 0 ? [] : [`${fixed}`])].join(" + ");
}
