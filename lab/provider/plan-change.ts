import { type BlockSchema, typeOfBlock } from "./recorded-schema";
import type { Rule, Rules } from "./rules";
import {
  type Attributes,
  equivalent,
  fieldsOf,
  hasUnknown,
  isAttributes,
  isList,
  isUnknown,
  isZero,
  type Type,
  UNKNOWN,
  type Value,
} from "./values";

/** Where in a resource something is, e.g. `["ports", 0, "external"]`. */
export type Path = readonly (string | number)[];

/** What will become of a resource. */
export interface Plan {
  readonly planned: Attributes;

  /** What forces a replacement. Terraform drops the paths whose value stays. */
  readonly replace: readonly Path[];
}

/** One attribute or block, as the schema and the rules describe it. */
interface Field {
  readonly name: string;
  readonly type: Type;
  readonly rule: Rule;
  readonly computed: boolean;
  readonly block: BlockSchema | undefined;
}

const UNLISTED: Rule = { change: "replace" };

/**
 * Plan a create (`prior` is null) or an update, as the real provider does.
 *
 * `proposed` is Terraform's merge of the configuration with what the resource
 * already has for computed attributes.
 */
export function planChange(
  schema: BlockSchema,
  rules: Rules,
  prior: Attributes | null,
  proposed: Attributes,
): Plan {
  const planned: Record<string, Value> = {};
  const replace: Path[] = [];
  let changed = false;
  for (const field of fieldsOfBlock(schema, rules)) {
    const before = prior?.[field.name] ?? null;
    const wanted = fillField(field, proposed[field.name] ?? null, isList(before) ? before.length : 0);
    if (prior === null) {
      planned[field.name] = plannedAtCreate(field, wanted);
      continue;
    }
    if (wasNeverRead(field, before, wanted)) {
      changed = true;
      planned[field.name] = UNKNOWN;
      replace.push([field.name]);
      continue;
    }
    if (isSame(field, before, wanted)) {
      planned[field.name] = before;
      continue;
    }
    changed = true;
    planned[field.name] = wanted === null && typeof field.type !== "string" ? emptied(before) : wanted;
    replace.push(...replacePaths(field, before, wanted));
  }
  return prior !== null && !changed ? { planned: prior, replace: [] } : { planned, replace };
}

function fieldsOfBlock(schema: BlockSchema, rules: Rules): Field[] {
  return Object.entries(fieldsOf(typeOfBlock(schema))).map(([name, type]) => {
    const rule = rules[name] ?? UNLISTED;
    return {
      name,
      type,
      rule,
      computed: schema.attributes?.[name]?.computed === true || rule.unset === "computed",
      block: schema.block_types?.[name]?.block,
    };
  });
}

/** A wanted value with its defaults, also inside blocks, of which the first `existing` are not new. */
function fillField(field: Field, wanted: Value, existing: number): Value {
  if (wanted === null && field.rule.default !== undefined) {
    return field.rule.default;
  }
  const { block, rule } = field;
  if (block === undefined || !isList(wanted)) {
    return wanted;
  }
  const inner = fieldsOfBlock(block, rule.nested ?? {});
  return wanted.map((element, i) => {
    const fill = (sub: Field, value: Value): Value =>
      fillNested(sub, fillField(sub, value, 0), i >= existing);
    return isAttributes(element)
      ? Object.fromEntries(inner.map((sub) => [sub.name, fill(sub, element[sub.name] ?? null)]))
      : element;
  });
}

/** Inside blocks the real provider knows no null text, list or set. */
function fillNested(field: Field, value: Value, isNew: boolean): Value {
  if (value !== null) {
    return value;
  }
  if (field.computed && isNew) {
    return UNKNOWN;
  }
  if (field.type === "string") {
    return "";
  }
  return typeof field.type !== "string" && (field.type[0] === "set" || field.type[0] === "list") ? [] : null;
}

function plannedAtCreate(field: Field, wanted: Value): Value {
  const isEmptySetOrMap = isZero(wanted) && typeof field.type !== "string" && field.type[0] !== "list";
  const nothing = wanted === null || (isEmptySetOrMap && field.block === undefined);
  if (field.computed && (nothing || (field.block !== undefined && isZero(wanted)))) {
    return UNKNOWN;
  }
  return nothing ? null : wanted;
}

/**
 * A computed set that is null in the state, as `env` is after an import. The real
 * provider wants to know it, and replaces the resource to find out.
 */
function wasNeverRead(field: Field, before: Value, wanted: Value): boolean {
  const isSet = typeof field.type !== "string" && field.type[0] === "set" && field.block === undefined;
  return field.computed && isSet && before === null && wanted === null;
}

function isSame(field: Field, before: Value, wanted: Value): boolean {
  if (hasUnknown(wanted)) {
    return false;
  }
  const keeps = field.rule.unset === "keeps" || field.computed;
  const isLeftOut =
    field.block !== undefined || field.rule.unset === "keeps" ? isZero(wanted) : wanted === null;
  if (keeps && isLeftOut) {
    return true;
  }
  return equivalent(before, wanted, field.type) || field.rule.same?.(before, wanted) === true;
}

/** A collection that is taken away is empty afterwards, not null. */
function emptied(before: Value): Value {
  if (isList(before)) {
    return [];
  }
  return isAttributes(before) ? {} : null;
}

function replacePaths(field: Field, before: Value, wanted: Value): Path[] {
  if (field.rule.change !== "replace") {
    return [];
  }
  const isBlockList = field.block !== undefined && typeof field.type !== "string" && field.type[0] === "list";
  if (!isBlockList || !isList(before) || !isList(wanted) || wanted.length === 0) {
    return [[field.name]];
  }
  const whole: Path[] = before.length === wanted.length ? [] : [[field.name]];
  return [...whole, ...elementPaths(field, before, wanted)];
}

function elementPaths(field: Field, before: readonly Value[], wanted: readonly Value[]): Path[] {
  const inner = field.block === undefined ? [] : fieldsOfBlock(field.block, field.rule.nested ?? {});
  const paths: Path[] = [];
  for (let i = 0; i < Math.max(before.length, wanted.length); i++) {
    for (const sub of inner) {
      const was = at(before, i, sub.name);
      const will = at(wanted, i, sub.name);
      const isLeftToEngine = sub.computed && (i >= wanted.length || isUnknown(will));
      if (sub.rule.change === "replace" && !isLeftToEngine && !equivalent(was, will, sub.type)) {
        paths.push([field.name, i, sub.name]);
      }
    }
  }
  return paths;
}

function at(list: readonly Value[], index: number, name: string): Value {
  const element = list[index];
  return element !== undefined && isAttributes(element) ? (element[name] ?? null) : null;
}
