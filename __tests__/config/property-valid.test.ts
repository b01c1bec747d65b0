import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { settableDirectives } from "../../config/directives";
import { type EngineName, engines } from "../../config/engines";
import { loadStacks, readStacks } from "../../config/load-stacks";
import { formatProblem, Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { LAB_ENGINE } from "../support/scratch";
import { type FieldRow, SERVICE_FIELDS } from "../support/service-fields";
import { repository, single, template, today } from "../support/stack-fixtures";
import { redisConfOf, synthStack } from "../support/synthesized-stack";
import { bytesIn, millisecondsIn } from "../support/texts-with-units";
import { type ValidCase, validCase } from "../support/valid-service";

/** What the other property tests rest on: their services are accepted, and are as different as services can be. */
const COUNT = 2000;

const sample = (engine: EngineName) => fc.sample(validCase({ engine }), { numRuns: COUNT, seed: 20_261_121 });

const cases = sample(LAB_ENGINE);

/** Of so many of each engine it is looked whether they are accepted. */
const ACCEPTED = process.env.SOAK === undefined ? 300 : COUNT;

/** Share of the cases in which an optional field may be there, so that both are tried often. */
const [RARE, USUAL] = [0.05, 0.95];

const optionsOf = ({ service, environment }: Omit<ValidCase, "directives">) => ({
  template,
  today,
  services: [service],
  environments: { [environment.name]: environment },
});

const problemsOf = (given: ValidCase) => readStacks(optionsOf(given)).problems.map(formatProblem);

it.each(Object.keys(engines) as EngineName[])(
  "every service that is made up for %s is accepted",
  (engine) => {
    expect(sample(engine).slice(0, ACCEPTED).flatMap(problemsOf)).toEqual([]);
  },
);

it("every service that is accepted is synthesized, with the redis.conf that its values make", () => {
  for (const { service, environment } of cases.slice(0, 50)) {
    const { id, props } = single(loadStacks(optionsOf({ service, environment })));
    const redisConf = renderRedisConf(template, props.server, props.exporter !== undefined, new Problems());
    expect(redisConfOf(synthStack(id, props))).toBe(redisConf.replace(/[$%](?=\{)/g, "$&$&"));
  }
});

it("every optional field of a service is there in some, and in others it is not", () => {
  const shares = SERVICE_FIELDS.filter(({ optional }) => optional).map((row) => {
    const there = cases.filter(
      ({ service, environment }) => partAt(service, row, environment.name) !== undefined,
    );
    return [row.path, there.length / COUNT] as const;
  });
  expect(shares.filter(([, share]) => share < RARE || share > USUAL)).toEqual([]);
});

it("the table of fields that are corrupted has every field of a service", () => {
  const described = readFileSync(join(repository, "config", "service.ts"), "utf8");
  const names = [...described.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = ""]) => name);
  const inTable = new Set(SERVICE_FIELDS.map(({ path }) => /(\w+)(\[0\])?$/.exec(path)?.[1] ?? ""));
  // A waiver's own fields are corrupted in contradictions.ts, and the name in corruptions.ts.
  const elsewhere = ["name", "rule", "reason", "expires"];
  expect(names.filter((name) => !inTable.has(name) && !elsewhere.includes(name))).toEqual([]);
});

const RANGES = SERVICE_FIELDS.filter(({ kind }) => ["whole", "seconds", "mebibytes"].includes(kind));

it.each(RANGES.filter(({ path }) => !path.startsWith("thresholds.")))(
  "$path is made up from $min to $max, and both are tried",
  (row) => {
    const values = cases.flatMap(({ service, environment }) => numbersAt(service, row, environment.name));
    expect(values.filter((value) => value < row.min || value > row.max)).toEqual([]);
    expect([Math.min(...values), Math.max(...values)]).toEqual([row.min, row.max]);
  },
);

it("every directive that a service may set is tried, by each of its names", () => {
  const tried = new Set(cases.flatMap(({ directives }) => directives.map(({ name }) => name)));
  const untried = settableDirectives("7.0.15").filter(({ name }) => !tried.has(name));
  expect(untried.map(({ name }) => name)).toEqual([]);
});

it("every policy of an environment is tried", () => {
  for (const [field, values] of Object.entries({
    auth: ["none", "requirepass"],
    network: ["bridge", "internal"],
    dataVolume: ["destroyable", "protected"],
    exporter: ["off", "on"],
    gates: ["refuse", "warn"],
  })) {
    const tried = new Set(cases.map(({ environment }) => environment[field as "auth"]));
    expect([...tried].sort()).toEqual(values);
  }
  for (const list of ["disabledCommands", "renamedCommands"] as const) {
    const empty = cases.filter(({ environment }) => Object.keys(environment[list]).length === 0);
    expect(empty.length).toBeGreaterThan(0);
    expect(empty.length).toBeLessThan(COUNT);
  }
});

function partAt(service: unknown, { path }: FieldRow, environment: string): unknown {
  const keys = path
    .replace("<environment>", environment)
    .split(/[.[\]]+/)
    .filter(Boolean);
  return keys.reduce<unknown>(
    (part, key) => (part !== null && typeof part === "object" ? Reflect.get(part, key) : undefined),
    service,
  );
}

/** The number at a path, in the unit of its row. */
function numbersAt(service: unknown, row: FieldRow, environment: string): readonly number[] {
  const value = partAt(service, row, environment);
  switch (typeof value) {
    case "number":
      return [value];
    case "string":
      return [
        row.kind === "seconds" ? Number(millisecondsIn(value)) / 1000 : Number(bytesIn(value)) / 1024 ** 2,
      ];
    default:
      return [];
  }
}
