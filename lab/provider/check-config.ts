import type { Path } from "./plan-change";
import { Problem } from "./problem";
import type { BlockSchema } from "./recorded-schema";
import type { Rules } from "./rules";
import { type Attributes, hasUnknown, isAttributes, isList, isUnknown, isZero, type Value } from "./values";

const REAL_PROVIDER = "the real provider kreuzwerker/docker 4.5.0";

/**
 * Everything in a configuration that the stand-in does not implement, or that has a
 * value the real provider refuses. What is not implemented may be named with null,
 * false, zero or nothing in it: tools that write configurations name every attribute.
 */
export function checkConfig(
  resource: string,
  schema: BlockSchema,
  rules: Rules,
  config: Attributes,
  at: Path = [],
): Problem[] {
  const names = [...Object.keys(schema.attributes ?? {}), ...Object.keys(schema.block_types ?? {})];
  return names.flatMap((name) => {
    const value = config[name] ?? null;
    const path = [...at, name];
    const label = `${resource}.${path.filter((step) => typeof step === "string").join(".")}`;
    const rule = rules[name];
    if (value === null || (rule === undefined && isNotSet(value))) {
      return [];
    }
    if (rule === undefined) {
      return [notImplemented(label, path)];
    }
    const block = schema.block_types?.[name]?.block;
    if (block !== undefined && isList(value)) {
      return value.flatMap((element, i) =>
        isAttributes(element) ? checkConfig(resource, block, rule.nested ?? {}, element, [...path, i]) : [],
      );
    }
    const expected = hasUnknown(value) ? undefined : rule.check?.(value);
    return expected === undefined ? [] : [wrongValue(label, path, value, expected)];
  });
}

function isNotSet(value: Value): boolean {
  if (isUnknown(value)) {
    return false;
  }
  return isZero(value) || (isAttributes(value) && Object.values(value).every(isNotSet));
}

function notImplemented(label: string, path: Path): Problem {
  return new Problem(
    `${label}: got a value, expected nothing: the lab's stand-in provider does not implement it. ` +
      `Fix: remove it, or use ${REAL_PROVIDER}.`,
    path,
  );
}

function wrongValue(label: string, path: Path, value: Value, expected: string): Problem {
  return new Problem(
    `${label}: got ${JSON.stringify(value)}, expected ${expected}. Fix: change it; ${REAL_PROVIDER} refuses it, too.`,
    path,
  );
}
