import type { ResolvedStack } from "../../config/resolve-stack";
import { fieldOf, fileThatDecides, isReadWhereItRuns } from "./field";
import { type Answer, type Fact, LATER, OUTCOMES, outcomeOf, type Proof, type Row, type Seed } from "./row";
import { traps } from "./traps";

/** Tests that look at every value and every line of redis.conf. */
export const COMPARED: Proof = { file: "__tests__/conformance.test.ts", title: "$id $says" };
export const RUNNING: readonly Proof[] = [
  {
    file: "__tests__/engine/every-stack.test.ts",
    title: "runs with every directive of its redis.conf, and lets in the users of it alone",
  },
  {
    file: "__tests__/engine/every-stack.test.ts",
    title: "has the container that its values ask for",
  },
];

/** The text of `docs/conformance.md`. `stacks`: every stack, which knows the file that decides each value. */
export function renderConformance(seeds: readonly Seed[], stacks: readonly ResolvedStack[]): string {
  const rows = seeds.flatMap((seed) => seed.rows);
  return [
    "# Conformance",
    "",
    "The services of this repository come from five descriptions of Redis on Docker. Here is what became of every line of",
    "them. `npm run conformance` writes this file; a test fails when a line has no proof, or when one is no longer true.",
    "",
    "Where it says [compared], a unit test compares the value or the line of redis.conf with the stack. Where it says",
    "[running], a test deploys every stack, under names and ports of its own, and compares it with the server or its",
    "container. Other tests are named. **Differently** says why, with the number of the [trap](#traps) that it avoids.",
    "",
    ...table(
      ["description", "lines", "complete", ...OUTCOMES],
      [
        ...seeds.map((seed) => [`[${seed.title}](#${anchor(seed.title)})`, ...counts(seed.rows)]),
        ["**all**", ...counts(rows)],
      ],
    ),
    "",
    "A line is complete when nothing of it is *not yet*. What is still to come, and how often it is asked for:",
    "",
    ...table(
      ["still to come", "times"],
      LATER.map((later) => [later, `${facts(rows).filter((fact) => isLater(fact, later)).length}`]),
    ),
    ...seeds.flatMap((seed) => section(seed, stacks)),
    "",
    "## Out of scope",
    "",
    ...facts(rows).flatMap((fact) =>
      fact.kind === "out of scope" ? [`- ${fact.what}: ${fact.why}${cited(fact)}`] : [],
    ),
    "",
    "## Traps",
    "",
    "What goes wrong when the descriptions are followed as they are written.",
    "",
    ...table(
      ["", "what happens"],
      Object.entries(traps).map(([trap, text]) => [`<a id="${anchor(trap)}"></a>${trap}`, text]),
    ),
    "",
    `[compared]: ../${COMPARED.file}`,
    `[running]: ../${RUNNING[0]?.file}`,
    "",
  ].join("\n");
}

const facts = (rows: readonly Row[]): readonly Fact[] => rows.flatMap((row) => row.facts);
const isLater = (fact: Fact, later: string) => fact.kind === "not yet" && fact.later === later;
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

/** Lines, complete ones, and facts by outcome. */
function counts(rows: readonly Row[]): readonly string[] {
  const complete = rows.filter((row) => row.facts.every((fact) => fact.kind !== "not yet"));
  const outcomes = facts(rows).map(outcomeOf);
  return [
    rows.length,
    complete.length,
    ...OUTCOMES.map((outcome) => outcomes.filter((other) => other === outcome).length),
  ].map(String);
}

function section({ title, service, rows }: Seed, stacks: readonly ResolvedStack[]): readonly string[] {
  return [
    "",
    `## ${title}`,
    "",
    `Service [\`${service}\`](../config/services/${service}.ts).`,
    "",
    ...table(
      ["", "the description says", "what the product does"],
      rows.map((row) => [
        row.id,
        row.says,
        grouped(row.facts)
          .map((group) => told(group, stacks))
          .join("<br>"),
      ]),
    ),
  ];
}

/** Values and lines of one stack that are as the description says stand together, where one test shows them. */
function grouped(all: readonly Fact[]): readonly (readonly Fact[])[] {
  const groups: Fact[][] = [];
  for (const fact of all) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isPlain(fact) && belongTogether(last[0], fact)) {
      last.push(fact);
    } else {
      groups.push([fact]);
    }
  }
  return groups;
}

const stackOf = (fact: Fact) => ("stack" in fact ? fact.stack : undefined);
const isPlain = (fact: Fact) =>
  stackOf(fact) !== undefined && fact.differs === undefined && fact.traps === undefined;

const belongTogether = (one: Fact, other: Fact) =>
  isPlain(one) && stackOf(one) === stackOf(other) && proofOf([one]) === proofOf([other]);

function told(group: readonly Fact[], stacks: readonly ResolvedStack[]): string {
  const [first] = group;
  if (first === undefined) {
    return "";
  }
  const what = group.map((fact) => whatOf(fact, stacks)).join(", ");
  const outcome = outcomeOf(first);
  const mark = outcome === "as it says" ? "" : `**${outcome}** `;
  return `${mark}${what}${reasonOf(first)}${cited(first)}${proofOf(group)}`;
}

function whatOf(fact: Fact, stacks: readonly ResolvedStack[]): string {
  switch (fact.kind) {
    case "value":
      return `${fieldLink(fact.stack, fact.path, stacks)} ${code(fact.value)}`;
    case "line":
      return code(fact.line);
    case "does":
      return fact.command === undefined ? fact.what : `${code(fact.command)} ${fact.what}`;
    case "not yet":
      return `(${fact.later}) ${fact.what}`;
    case "refused":
      return "answer" in fact.proof && "warnedBy" in fact.proof.answer
        ? `warns about ${fact.what}`
        : `refuses ${fact.what}`;
    case "out of scope":
      return fact.what;
  }
}

function fieldLink(id: string, path: string, stacks: readonly ResolvedStack[]): string {
  const stack = stacks.find((other) => other.id === id);
  const file = stack && fileThatDecides(stack, path);
  return file === undefined ? code(fieldOf(path)) : `[${code(fieldOf(path))}](../${file})`;
}

function reasonOf(fact: Fact): string {
  const stack = stackOf(fact);
  const where = stack === undefined ? "" : ` in ${code(stack)}`;
  const why = fact.kind === "out of scope" ? fact.why : fact.differs;
  return why === undefined ? where : `${where}: ${why}`;
}

const cited = (fact: Fact) => (fact.traps ?? []).map((trap) => ` [${trap}](#${anchor(trap)})`).join("");

function proofOf(group: readonly Fact[]): string {
  const proofs = new Set(group.flatMap(proofsOf));
  return proofs.size === 0 ? "" : ` (${[...proofs].join(", ")})`;
}

function proofsOf(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case "value":
      return isReadWhereItRuns(fact.path) ? ["[compared]", "[running]"] : ["[compared]"];
    case "line":
      return ["[compared]", "[running]"];
    case "does":
      return [linkTo(fact.proof)];
    case "refused":
      return "answer" in fact.proof ? [answerOf(fact.proof.answer)] : [linkTo(fact.proof)];
    default:
      return [];
  }
}

function answerOf(answer: Answer): string {
  const gate = "refusedBy" in answer ? answer.refusedBy : "warnedBy" in answer ? answer.warnedBy : undefined;
  return gate === undefined ? "[compared]" : `gate ${code(gate)}, [compared]`;
}

function linkTo({ file, title }: Proof): string {
  const name = file.replace(/^.*\//, "").replace(/\.test\.ts$/, "");
  return `[${name}](../${file} "${title.replaceAll('"', "'")}")`;
}

const code = (text: string) => `\`${text}\``;

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)];
}
