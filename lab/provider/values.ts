/** A value that Terraform will know only after an apply. */
export class Unknown {
  private readonly kind = "unknown";

  toJSON(): string {
    return `<${this.kind}>`;
  }
}

/** The one value of type {@link Unknown}. */
export const UNKNOWN = new Unknown();

/** Any value of Terraform's type system, sets as arrays, objects and maps as records. */
export type Value = null | string | number | boolean | Unknown | readonly Value[] | Attributes;

/** The attributes of an object, or the entries of a map. */
export interface Attributes {
  readonly [name: string]: Value;
}

/** A type, spelt as Terraform's schema JSON spells it. */
export type Type =
  | "string"
  | "number"
  | "bool"
  | readonly ["list" | "set" | "map", Type]
  | readonly ["object", Readonly<Record<string, Type>>];

export function isUnknown(value: Value): value is Unknown {
  return value instanceof Unknown;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isAttributes(value: Value): value is Attributes {
  return typeof value === "object" && value !== null && !isList(value) && !isUnknown(value);
}

/** Whether a value is unknown, or contains something unknown. */
export function hasUnknown(value: Value): boolean {
  if (isList(value)) {
    return value.some(hasUnknown);
  }
  return isAttributes(value) ? Object.values(value).some(hasUnknown) : isUnknown(value);
}

/** Whether a value says nothing: null, or the zero value of its type. */
export function isZero(value: Value): boolean {
  if (isList(value)) {
    return value.length === 0;
  }
  if (isAttributes(value)) {
    return Object.keys(value).length === 0;
  }
  return value === null || value === "" || value === 0 || value === false;
}

/** The fields of an object type; none for every other type. */
export function fieldsOf(type: Type): Readonly<Record<string, Type>> {
  return typeof type !== "string" && type[0] === "object" ? type[1] : {};
}

/** Whether values of this type are lists, sets or maps. */
export function isCollection(type: Type): boolean {
  return typeof type !== "string" && type[0] !== "object";
}

/**
 * Whether two values mean the same to the real provider: null equals the zero
 * value, and the order of a set does not count.
 */
export function equivalent(left: Value, right: Value, type: Type): boolean {
  if (isUnknown(left) || isUnknown(right)) {
    return left === right;
  }
  if (isZero(left) || isZero(right)) {
    return isZero(left) && isZero(right);
  }
  if (isList(left) && isList(right) && typeof type !== "string" && type[0] !== "object") {
    const [kind, element] = type;
    return kind === "set" ? sameSet(left, right, element) : sameList(left, right, element);
  }
  if (isAttributes(left) && isAttributes(right) && typeof type !== "string") {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    const typeOf = (name: string): Type => (type[0] === "object" ? type[1][name] : type[1]) ?? "string";
    return [...names].every((name) => equivalent(left[name] ?? null, right[name] ?? null, typeOf(name)));
  }
  return left === right;
}

function sameList(left: readonly Value[], right: readonly Value[], element: Type): boolean {
  return left.length === right.length && left.every((item, i) => equivalent(item, right[i] ?? null, element));
}

function sameSet(left: readonly Value[], right: readonly Value[], element: Type): boolean {
  const finds = (all: readonly Value[], one: Value): boolean =>
    all.some((other) => equivalent(one, other, element));
  return (
    left.length === right.length &&
    left.every((item) => finds(right, item)) &&
    right.every((item) => finds(left, item))
  );
}
