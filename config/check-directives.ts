import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import { canonicalDirective, directivesOf, reasonWhyOwned } from "./directives";
import type { ResolvedStack } from "./resolve-stack";

/** Notes what is wrong with the directives that a service sets itself. */
export function checkDirectives(
  stack: ResolvedStack,
  ofTemplate: readonly string[],
  problems: Problems,
): void {
  const { directives, version } = stack.props.server;
  const known = directivesOf(version);
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(directives)) {
    const field = `${stack.service.name}.directives.${name}`;
    const canonical = canonicalDirective(name);
    const other = seen.get(canonical ?? name);
    seen.set(canonical ?? name, name);
    if (other !== undefined) {
      problems.add({
        field,
        got: `${JSON.stringify(name)}, which is another name of ${JSON.stringify(other)}`,
        expected: "each directive once",
        fix: "remove one of them",
      });
    }
    const owned = reasonWhyOwned(name);
    if (ofTemplate.includes(canonical ?? name)) {
      problems.add({
        field,
        got: JSON.stringify(value),
        expected: "a directive that redis.conf.tpl does not set itself",
        fix: "use the service's own field for it",
      });
    } else if (owned !== undefined) {
      problems.add({
        field,
        got: JSON.stringify(name),
        expected: `a directive that a service may set; ${owned}`,
        fix: "remove it",
      });
    } else if (canonical === undefined || !known.includes(canonical)) {
      problems.add({
        field,
        got: JSON.stringify(name),
        expected: `a directive that Redis ${version} knows`,
        fix:
          canonical === undefined
            ? fixForUnknownName(name, known.slice(0))
            : "choose a newer engine or remove it",
      });
    } else if (!/^[^\p{Cc}]+$/u.test(value) || /@(secret|sha256):/.test(value)) {
      problems.add({
        field,
        got: JSON.stringify(value),
        expected: "one line that is not empty and names no secret",
        fix: 'write the value as redis.conf takes it; "" in quotes for an empty one',
      });
    }
  }
}
