import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { environments } from "../config/environments";
import { readStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import type { Deployment, Service } from "../config/service";
import { services } from "../config/services";
import { formatProblem, Problems } from "../core/problem";
import { renderRedisConf } from "../core/redis-conf";
import { valueAt } from "../docs/conformance/field";
import { COMPARED, RUNNING, renderConformance } from "../docs/conformance/render";
import { type Answer, type Fact, LATER, type Proof, type Row, type Trial } from "../docs/conformance/row";
import { seeds } from "../docs/conformance/seeds";
import { traps } from "../docs/conformance/traps";
import { buildProgram } from "../ops/program";
import { repository, template, today } from "./support/stack-fixtures";

/** Lines that the five descriptions have, counted when they were read. */
const LINES = { "3.1": 18, "3.2": 28, "3.3": 17, "3.4": 10, "3.5": 7 };

/** Those of the files as they are, refused or not, so that each line says what is wrong with it. */
const { stacks } = readStacks({ template, today });
const rows = seeds.flatMap((seed) => seed.rows);
const facts = rows.flatMap((row) => row.facts);
const read = (file: string) => readFileSync(join(repository, file), "utf8");

/** What is not true in a row; empty when all of it is. */
function untrueIn({ facts }: Row, stacks: readonly ResolvedStack[]): readonly string[] {
  return facts.flatMap((fact) => untrue(fact, stacks));
}

function untrue(fact: Fact, stacks: readonly ResolvedStack[]): readonly string[] {
  switch (fact.kind) {
    case "value": {
      const value = valueAt(stackCalled(fact.stack, stacks), fact.path);
      return value === fact.value ? [] : [`${fact.stack} ${fact.path}: ${value}, not ${fact.value}`];
    }
    case "line":
      return linesOf(stackCalled(fact.stack, stacks)).includes(fact.line)
        ? []
        : [`${fact.stack}: no line ${fact.line}`];
    case "does":
      return [...missingProof(fact.proof), ...unknownCommand(fact.command)];
    case "refused":
      return "answer" in fact.proof ? unanswered(fact.proof) : missingProof(fact.proof);
    case "out of scope":
      return read("docs/conformance.md").includes(`- ${fact.what}: ${fact.why}`)
        ? []
        : [`not said: ${fact.what}`];
    case "not yet":
      return [];
  }
}

function stackCalled(id: string, stacks: readonly ResolvedStack[]): ResolvedStack {
  const stack = stacks.find((other) => other.id === id);
  if (stack === undefined) {
    throw new Error(`no stack ${id}`);
  }
  return stack;
}

function linesOf({ props }: ResolvedStack): readonly string[] {
  const problems = new Problems();
  const conf = renderRedisConf(template, props.server, props.exporter !== undefined, problems);
  problems.throwIfAny();
  return conf.split("\n");
}

/** A title has to stand in its file as the first argument of a call. */
function missingProof({ file, title }: Proof): readonly string[] {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const isThere =
    existsSync(join(repository, file)) && new RegExp(`\\(\\s*(["'\`])${quoted}\\1,`).test(read(file));
  return isThere ? [] : [`${file} has no test ${JSON.stringify(title)}`];
}

/** `bin/up --adopt`, or `redis-ops secrets import --from FILE`; words in capitals stand for what people write. */
function unknownCommand(typed: string | undefined): readonly string[] {
  const [program = "", ...words] = typed?.split(" ") ?? [];
  const options = words.filter((word) => word.startsWith("--"));
  const names = words.filter((word) => /^[a-z]/.test(word));
  const missing = [`no command ${typed}`];
  if (typed === undefined) {
    return [];
  }
  if (program !== "redis-ops") {
    const isThere = existsSync(join(repository, program));
    return isThere && options.every((option) => read(program).includes(option)) ? [] : missing;
  }
  const root = buildProgram({ out: () => {}, err: () => {} }, () => {});
  const command = names.reduce<Command | undefined>(
    (parent, name) => parent?.commands.find((child) => child.name() === name),
    root,
  );
  const has = (option: string) => command?.options.some(({ long }) => long === option) === true;
  return command !== undefined && names.length > 0 && options.every(has) ? [] : missing;
}

/** Asks for what the trial asks, and for what the files say, where the answer must not come. */
function unanswered(trial: Trial): readonly string[] {
  const asked = `${trial.stack}: ${JSON.stringify(trial.answer)}`;
  const before = answers(trial, services, environments).some((answer) => isAnswer(answer, trial.answer));
  const { service, environment } = stackCalled(trial.stack, stacks);
  const name = environment.name as keyof Service["environments"];
  const changed: Service = {
    ...service,
    ...trial.service,
    environments: {
      ...service.environments,
      [name]: { ...(service.environments[name] as Deployment), ...trial.deployment },
    },
  };
  const after = answers(
    trial,
    services.map((other) => (other.name === service.name ? changed : other)),
    { ...environments, [name]: { ...environment, ...trial.environment } },
  );
  return [
    ...(before ? [`${asked} without being asked for it`] : []),
    ...(after.some((answer) => isAnswer(answer, trial.answer)) ? [] : [`${asked} does not come`]),
  ];
}

function answers(
  { stack, today: day = today }: Trial,
  asked: readonly Service[],
  known: typeof environments,
): readonly Answer[] {
  const { problems, findings } = readStacks({ template, today: day, services: asked, environments: known });
  return [
    ...problems.map((problem) => ({ problem: formatProblem(problem) })),
    ...findings
      .filter((finding) => finding.stack === stack)
      .map(({ gate, status }) => (status === "refused" ? { refusedBy: gate } : { warnedBy: gate })),
  ];
}

function isAnswer(found: Answer, wanted: Answer): boolean {
  return "problem" in found && "problem" in wanted
    ? found.problem.startsWith(wanted.problem)
    : JSON.stringify(found) === JSON.stringify(wanted);
}

describe("what a description says", () => {
  it.each(rows)("$id $says", (row) => {
    expect(row.facts.length).toBeGreaterThan(0);
    expect(untrueIn(row, stacks)).toEqual([]);
  });

  it("has every line, in order, and none twice", () => {
    expect(rows.map(({ id }) => id)).toEqual(
      Object.entries(LINES).flatMap(([section, count]) =>
        Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
      ),
    );
  });

  it("belongs to a service that there is", () => {
    expect(seeds.map(({ service }) => existsSync(join(repository, `config/services/${service}.ts`)))).toEqual(
      seeds.map(() => true),
    );
  });

  it("meets every trap, and is still without each thing that is to come", () => {
    expect([...new Set(facts.flatMap(({ traps: cited = [] }) => cited))].sort()).toEqual(
      Object.keys(traps).sort(),
    );
    expect(
      [...new Set(facts.flatMap((fact) => (fact.kind === "not yet" ? [fact.later] : [])))].sort(),
    ).toEqual([...LATER].sort());
  });

  it.each(seeds.filter(({ service }) => ["prospectflow", "dev-cache"].includes(service)))(
    "is done, and leaves nothing to come: $title",
    ({ rows }) => {
      const open = rows.filter(({ facts }) => facts.some(({ kind }) => kind === "not yet"));
      expect(open.map(({ id }) => id)).toEqual([]);
    },
  );

  it("is compared with the stack and the running server by tests that there are", () => {
    expect([COMPARED, ...RUNNING].flatMap(missingProof)).toEqual([]);
  });
});

describe("a change in a service file", () => {
  const untrueWith = (change: Partial<Service>): readonly string[] => {
    const changed = services.map((service) =>
      service.name === "vedfolnir" ? { ...service, ...change } : service,
    );
    const found = readStacks({ template, today, services: changed }).stacks;
    return rows.filter((row) => untrueIn(row, found).length > 0).map(({ id }) => id);
  };

  it.each<[string, Partial<Service>, readonly string[]]>([
    ["maxmemorySamples", { maxmemorySamples: 9 }, ["3.3.8"]],
    [
      "a TTL",
      { stores: [{ kind: "sessions", keys: "vedfolnir:session:*", ttl: "3 h", lossAcceptable: false }] },
      ["3.3.11", "3.3.12"],
    ],
    ["the slow log", { slowlogLogSlowerThan: "20 ms" }, ["3.3.13"]],
    ["the save points", { persistence: { appendonly: true, save: [] } }, ["3.3.10", "3.3.15"]],
  ])("of %s turns its lines red, and no other", (_, change, ids) => {
    expect(untrueWith(change)).toEqual(ids);
  });
});

describe("a fact without a proof", () => {
  const proof = { file: "__tests__/conformance.test.ts", title: "$id $says" };
  const does: Fact = { kind: "does", what: "", proof };

  it.each<[string, Fact, string]>([
    ["a title that is in no test", { ...does, proof: { ...proof, title: "nothing" } }, "has no test"],
    ["a file that is not there", { ...does, proof: { ...proof, file: "nothing.ts" } }, "has no test"],
    ["a program that is not there", { ...does, command: "bin/nothing" }, "no command"],
    ["an option that is not there", { ...does, command: "bin/up --nothing" }, "no command"],
    ["a subcommand that is not there", { ...does, command: "redis-ops secrets nothing" }, "no command"],
    ["an option of no subcommand", { ...does, command: "redis-ops secrets import --nothing" }, "no command"],
    ["what is said nowhere", { kind: "out of scope", what: "nothing", why: "" }, "not said"],
    [
      "a refusal that does not come",
      {
        kind: "refused",
        what: "",
        differs: "",
        proof: { stack: "dev-cache-dev", answer: { refusedBy: "authentication" } },
      },
      "does not come",
    ],
    [
      "an answer that comes anyway",
      {
        kind: "refused",
        what: "",
        differs: "",
        proof: { stack: "dev-cache-dev", answer: { warnedBy: "authentication" } },
      },
      "without being asked for",
    ],
  ])("is seen: %s", (_, fact, complaint) => {
    expect(untrue(fact, stacks).join()).toContain(complaint);
  });

  it("is not one with a test, a command and options that there are", () => {
    expect(untrue({ ...does, command: "redis-ops secrets import --from FILE" }, stacks)).toEqual([]);
    expect(untrue({ ...does, command: "bin/up --adopt" }, stacks)).toEqual([]);
  });
});

test("docs/conformance.md is what npm run conformance writes", () => {
  expect(renderConformance(seeds, stacks)).toBe(read("docs/conformance.md"));
});
