import fields from "./fields.json";
import owned from "./owned.json";

/** What else decides a directive, so that the escape hatch refuses it. */
export type Owner =
  /** A field of a service or of an environment, by its path. */
  { readonly of: "service" | "environment"; readonly field: string } | { readonly why: string };

const SERVICE_FIELDS = new Map(Object.entries(fields.service));
const ENVIRONMENT_FIELDS = new Map(Object.entries(fields.environment));

/** The owner of a directive, or undefined when a service may set it. `names`: its name and its aliases, in lower case. */
export function ownerOf(names: readonly string[]): Owner | undefined {
  for (const name of names) {
    const field = SERVICE_FIELDS.get(name);
    if (field !== undefined) {
      return { of: "service", field };
    }
    const policy = ENVIRONMENT_FIELDS.get(name);
    if (policy !== undefined) {
      return { of: "environment", field: policy };
    }
  }
  const row = owned.find(({ directives }) => directives.some((pattern) => names.some(matches(pattern))));
  return row === undefined ? undefined : { why: row.why };
}

/** A star at the end of `pattern` stands for any rest. */
function matches(pattern: string): (name: string) => boolean {
  return (name) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern);
}
