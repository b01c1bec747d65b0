import { fixForUnknownName } from "../core/nearest";
import type { Problem, Problems } from "../core/problem";
import { canonicalDirective, directiveOf, KNOWN_LINES, namesOf, type Owner, ownerOf } from "./directives";
import { checkValue } from "./directives/check-value";
import type { ResolvedStack } from "./resolve-stack";

/** Notes what is wrong with the directives that a service sets itself. */
export function checkDirectives(
  stack: ResolvedStack,
  ofTemplate: readonly string[],
  problems: Problems,
): void {
  const { directives, version, cpus } = stack.props.server;
  const written = new Map<string, string>();
  for (const [name, value] of Object.entries(directives)) {
    const field = `${stack.service.name}.directives.${name}`;
    const refuse = (problem: Omit<Problem, "field">) => problems.add({ field, ...problem });
    const canonical = canonicalDirective(name) ?? name;
    const other = written.get(canonical);
    written.set(canonical, name);
    if (other !== undefined) {
      refuse({
        got: `${JSON.stringify(name)}, which is another name of ${JSON.stringify(other)}`,
        expected: "each directive once",
        fix: "remove one of them",
      });
    }
    const owner = ownerOf(name);
    const directive = directiveOf(version, name);
    if (owner !== undefined || ofTemplate.includes(canonical)) {
      refuse(ownedProblem(name, value, owner, stack.service.name));
    } else if (directive?.shape === undefined) {
      refuse(unknownProblem(name, version));
    } else if (!/^[^\p{Cc}]+$/u.test(value) || /@(secret|sha256):/.test(value)) {
      refuse({
        got: JSON.stringify(value),
        expected: "one line that is not empty and names no secret",
        fix: 'write the value as redis.conf takes it; "" in quotes for an empty one',
      });
    } else {
      const { shape } = directive;
      problems.read(field, undefined, () => checkValue(shape, value));
      if (canonical === "io-threads" && !problems.has(field)) {
        checkThreads(Number(value.replace(/\D/g, "")), cpus, refuse);
      }
    }
  }
}

function ownedProblem(
  name: string,
  value: string,
  owner: Owner | undefined,
  service: string,
): Omit<Problem, "field"> {
  if (owner !== undefined && "why" in owner) {
    const expected = `a directive that a service may set; ${owner.why}`;
    return { got: JSON.stringify(name), expected, fix: "remove it" };
  }
  return {
    got: JSON.stringify(value),
    expected: "a directive that redis.conf.tpl does not set itself",
    fix:
      owner === undefined
        ? "remove it, or its line in the template"
        : `use ${owner.of === "service" ? service : "environments/<environment>"}.${owner.field}`,
  };
}

function unknownProblem(name: string, version: string): Omit<Problem, "field"> {
  const known = namesOf(version);
  const expected = `a directive that Redis ${version} knows`;
  if (known.length === 0) {
    return {
      got: JSON.stringify(name),
      expected: `${expected}, and there is no table of its directives`,
      fix: `choose an engine of ${KNOWN_LINES.join(", ")}, or make the table with lab/directives/read-directives.ts`,
    };
  }
  return {
    got: JSON.stringify(name),
    expected,
    fix:
      canonicalDirective(name) === undefined
        ? fixForUnknownName(name, known)
        : "choose a newer engine or remove it",
  };
}

/** More threads than CPUs wait for each other, and spend the container's share on it. */
function checkThreads(
  threads: number,
  cpus: number | undefined,
  refuse: (problem: Omit<Problem, "field">) => void,
): void {
  // A number of CPUs that cannot be is told by itself.
  const most = cpus === undefined || !(cpus > 0) ? threads : Math.max(1, Math.floor(cpus));
  if (threads > most) {
    refuse({
      got: `${threads} threads`,
      expected: `${most} at most, as the container may use ${cpus} CPUs`,
      fix: "raise cpus or lower io-threads",
    });
  }
}
