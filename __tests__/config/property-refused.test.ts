import fc from "fast-check";
import { loadStacks, readStacks } from "../../config/load-stacks";
import { formatProblem, InvalidInputError } from "../../core/problem";
import { contradictions } from "../support/contradictions";
import { type Corruption, fieldCorruptions } from "../support/corruptions";
import { directiveCorruptions } from "../support/directive-corruptions";
import { environmentCorruptions } from "../support/environment-corruptions";
import { anyValue, withPartReplaced } from "../support/odd-values";
import { LAB_ENGINE } from "../support/scratch";
import { template, today, unchecked } from "../support/stack-fixtures";
import { type ValidCase, validCase } from "../support/valid-service";

/**
 * One thing is wrong with a service that nothing else is wrong with: it is refused, and nothing but that field is
 * complained about. `npm run soak` tries each with ten services, and to repeat a failure give its seed as `PROPERTY_SEED`.
 */
const { SOAK, PROPERTY_SEED = "20261121" } = process.env;
const SERVICES_EACH = SOAK === undefined ? 1 : 10;
const FUZZ_RUNS = SOAK === undefined ? 300 : 5000;
const TIMEOUT = SOAK === undefined ? 120_000 : 1_200_000;

const valid = validCase({ engine: LAB_ENGINE });

/** Longest time in which somebody is told, in milliseconds, and longest line of it. */
const [MOST_TIME, LONGEST_LINE] = [1000, 2000];

interface Project {
  readonly services: readonly unknown[];
  readonly environments: Readonly<Record<string, unknown>>;
}

const optionsOf = ({ services, environments }: Project) => ({
  template,
  today,
  services: unchecked<[]>(services),
  environments: unchecked<Record<string, never>>(environments),
});

function isRefusedAtItsField({ name, corrupt }: Corruption, given: ValidCase): void {
  const { fields, ...project } = corrupt(given);
  const started = performance.now();
  const { problems } = readStacks(optionsOf(project));
  const time = performance.now() - started;
  const found = [...new Set(problems.map(({ field }) => field))];
  expect({ name, fields: found }).toEqual({ name, fields });
  expect(problems.map(formatProblem).filter((line) => !isReadable(line))).toEqual([]);
  expect(time).toBeLessThan(MOST_TIME);
}

/** Field, got, expected and fix, none of them empty, in one line. */
function isReadable(line: string): boolean {
  return (
    line.length <= LONGEST_LINE && /^[^\p{Cc}\p{Zl}\p{Zp}]+: got .+, expected .+\. Fix: .+\.$/u.test(line)
  );
}

describe.each([
  ["fields of a service", fieldCorruptions],
  ["fields that contradict each other", contradictions],
  ["directives", directiveCorruptions],
  ["fields of an environment", environmentCorruptions],
])("%s", (_, corruptions) => {
  it(
    `are refused where they are wrong, and nowhere else: ${corruptions.length} corruptions, ${SERVICES_EACH} of each`,
    () => {
      corruptions.forEach((corruption, index) => {
        fc.assert(
          fc.property(valid, (given) => isRefusedAtItsField(corruption, given)),
          { numRuns: SERVICES_EACH, seed: Number(PROPERTY_SEED) + index },
        );
      });
    },
    TIMEOUT,
  );
});

/** Whatever is given: it is loaded, or refused in lines that can be read. Anything else is a bug. */
function isLoadedOrRefused(project: Project): void {
  try {
    loadStacks(optionsOf(project));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    expect(error.problems.map(formatProblem).filter((line) => !isReadable(line))).toEqual([]);
  }
}

describe("any value at all is loaded or refused, and never a bug", () => {
  const settings = { numRuns: FUZZ_RUNS, seed: Number(PROPERTY_SEED) };

  it(
    "in place of a service",
    () => {
      fc.assert(
        fc.property(valid, anyValue, ({ service, environment }, value) =>
          isLoadedOrRefused({
            services: [value, service],
            environments: { [environment.name]: environment },
          }),
        ),
        settings,
      );
    },
    TIMEOUT,
  );

  it(
    "in place of an environment",
    () => {
      fc.assert(
        fc.property(valid, anyValue, ({ service, environment }, value) =>
          isLoadedOrRefused({ services: [service], environments: { [environment.name]: value } }),
        ),
        settings,
      );
    },
    TIMEOUT,
  );

  it(
    "in place of the list of services, or of the environments",
    () => {
      fc.assert(
        fc.property(valid, anyValue, ({ service, environment }, value) => {
          isLoadedOrRefused({
            services: unchecked(value),
            environments: { [environment.name]: environment },
          });
          isLoadedOrRefused({ services: [service], environments: unchecked(value) });
        }),
        settings,
      );
    },
    TIMEOUT,
  );

  it(
    "in place of any part of a service or of an environment",
    () => {
      fc.assert(
        fc.property(
          valid.chain(({ service, environment }) =>
            withPartReplaced({ services: [service], environments: { [environment.name]: environment } }),
          ),
          (project) => isLoadedOrRefused(unchecked(project)),
        ),
        settings,
      );
    },
    TIMEOUT,
  );
});
