import { fixForUnknownName } from "../core/nearest";
import { isPrintableLine } from "../core/printable";
import type { Problems } from "../core/problem";
import { ENCODINGS, type FormatProps, type StoreKind } from "../core/store-props";
import type { ResolvedStack } from "./resolve-stack";

const FIELDS = ["user", "organisation", "createdAt", "lastActivity"] as const;

const MAX_FIELD = 200;

/** Lists of work and messages have no value of their own that a field could be read from. */
const WITHOUT_VALUES: readonly StoreKind[] = ["queue", "pub-sub"];

/** What belongs to somebody: without a user nobody's could be found. */
const OF_A_USER: readonly StoreKind[] = ["sessions", "tokens"];

/** Notes formats of values by which nothing could be found. */
export function checkFormats({ service, props }: ResolvedStack, problems: Problems): void {
  props.stores.forEach(({ kind, keys, format }, index) => {
    if (format === undefined) {
      return;
    }
    const field = `${service.name}.stores[${index}].format`;
    checkFormat(field, format, problems);
    if (WITHOUT_VALUES.includes(kind)) {
      problems.add({
        field,
        got: `a format of a store of kind ${kind}`,
        expected: "one of a store whose keys hold a value each",
        fix: 'leave format out, or write what is stored as another kind, such as "sessions"',
      });
    } else if (
      OF_A_USER.includes(kind) &&
      format.user === undefined &&
      !keys.includes("*") &&
      !problems.has(`${service.name}.stores[${index}].keys`)
    ) {
      problems.add({
        field: `${field}.user`,
        got: `nothing, with keys ${JSON.stringify(keys)}`,
        expected: "the field of the user, or a star in keys that stands for the user",
        fix: 'write the field, such as user: "userId"',
      });
    }
  });
}

function checkFormat(field: string, format: FormatProps, problems: Problems): void {
  if (!ENCODINGS.includes(format.encoding)) {
    problems.add({
      field: `${field}.encoding`,
      got: JSON.stringify(format.encoding),
      expected: `one of ${ENCODINGS.join(", ")}`,
      fix: fixForUnknownName(format.encoding, ENCODINGS),
    });
  }
  for (const name of FIELDS) {
    const path = format[name];
    if (path !== undefined && !isPath(path)) {
      problems.add({
        field: `${field}.${name}`,
        got: path.length > MAX_FIELD ? `${path.length} characters` : JSON.stringify(path),
        expected: `the name of a field: 1 to ${MAX_FIELD} characters that can be read, with single dots between names`,
        fix: 'write it as the value has it, such as "userId", or "user.id" for a field of a field',
      });
    }
  }
}

function isPath(path: string): boolean {
  return isPrintableLine(path, MAX_FIELD) && path.split(".").every((name) => name.trim() !== "");
}
