import {
  type Attributes,
  fieldsOf,
  hasUnknown,
  isAttributes,
  isCollection,
  isList,
  isUnknown,
  isZero,
  type Type,
  type Value,
} from "./values";

/**
 * The state after an apply: what was planned, over it what was read from the engine.
 *
 * Where the two differ only between null and empty, the plan wins, or Terraform
 * would see a provider that broke its word. A set that was planned stays as planned.
 */
export function settleAfterApply(planned: Attributes, observed: Attributes, type: Type): Attributes {
  const settled: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fieldsOf(type))) {
    const plan = planned[name] ?? null;
    const seen = Object.hasOwn(observed, name)
      ? zeroFilled(observed[name] ?? null, field)
      : known(plan, field);
    settled[name] = agree(seen, plan, field);
  }
  return settled;
}

/** The state after a refresh: what was read from the engine, and the rest as it was. */
export function settleAfterRead(state: Attributes, observed: Attributes, type: Type): Attributes {
  const settled: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fieldsOf(type))) {
    const value = Object.hasOwn(observed, name) ? observed[name] : state[name];
    settled[name] = zeroFilled(value ?? null, field);
  }
  return settled;
}

/** What is still unknown after an apply will never be known. */
function known(value: Value, type: Type): Value {
  if (isUnknown(value)) {
    return typeof type !== "string" && type[0] === "set" ? [] : null;
  }
  if (isList(value) && typeof type !== "string" && type[0] !== "object") {
    return value.map((item) => known(item, type[1]));
  }
  if (isAttributes(value) && typeof type !== "string") {
    const typeOf = (name: string): Type => (type[0] === "object" ? type[1][name] : type[1]) ?? "string";
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, known(item, typeOf(name))]));
  }
  return value;
}

function agree(seen: Value, plan: Value, type: Type): Value {
  if (isUnknown(plan)) {
    return seen;
  }
  if (isCollection(type) && isZero(seen) && isZero(plan)) {
    return plan;
  }
  if (plan === null || typeof type === "string") {
    return seen === null && plan === "" ? plan : seen;
  }
  if (type[0] === "set") {
    return hasUnknown(plan) ? seen : plan;
  }
  if (type[0] === "list" && isList(seen) && isList(plan) && seen.length === plan.length) {
    return seen.map((item, i) => agree(item, plan[i] ?? null, type[1]));
  }
  if (type[0] === "object" && isAttributes(seen) && isAttributes(plan)) {
    const fields = Object.entries(type[1]);
    return Object.fromEntries(
      fields.map(([name, field]) => [name, agree(seen[name] ?? null, plan[name] ?? null, field)]),
    );
  }
  return seen;
}

/** Blocks read back have no null inside: every attribute has the zero value of its type. */
function zeroFilled(value: Value, type: Type): Value {
  if (typeof type === "string" || type[0] === "object" || type[0] === "map" || typeof type[1] === "string") {
    return value;
  }
  const element = type[1];
  if (element[0] !== "object") {
    return value;
  }
  const elements = isList(value) ? value : [];
  return elements.map((item) =>
    isAttributes(item)
      ? Object.fromEntries(
          Object.entries(element[1]).map(([name, field]) => [
            name,
            zeroFilled(item[name] ?? zero(field), field),
          ]),
        )
      : item,
  );
}

function zero(type: Type): Value {
  if (type === "string") {
    return "";
  }
  if (type === "number") {
    return 0;
  }
  if (type === "bool") {
    return false;
  }
  return type[0] === "map" || type[0] === "object" ? {} : [];
}
