import fc from "fast-check";

/** Values that no JSON has. */
const ODD: readonly unknown[] = [
  containingItself({}),
  containingItself(Object.create(null)),
  containingItself([]),
  [Object.create(null)],
  { toString: 1, valueOf: 1, toJSON: 1 },
  Symbol("odd"),
  () => "odd",
  class Odd {},
  Promise.resolve(1),
  new Error("odd"),
  new Array(5),
  Object.freeze([]),
  JSON.parse('{"__proto__": {"name": "shop"}}'),
  -0,
  1n,
];

/** Anything that JavaScript can make, short of code that throws when it is looked at. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.anything({
      maxDepth: 3,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
  },
  fc.constantFrom(...ODD),
);

/** `value`, in which any one part, however deep, is any value. */
export function withPartReplaced(value: object): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...placesIn(value)), anyValue)
    .map(([path, part]) => replaced(value, path, part));
}

type Path = readonly string[];

function placesIn(value: unknown, path: Path = []): readonly Path[] {
  const inside = Object.entries(value !== null && typeof value === "object" ? value : {});
  return inside.flatMap(([key, part]) => [[...path, key], ...placesIn(part, [...path, key])]);
}

function replaced(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) {
    return part;
  }
  const copy: Record<string, unknown> = Object.assign(Array.isArray(value) ? [] : {}, value);
  return Object.assign(copy, { [key]: replaced(copy[key], rest, part) });
}

function containingItself(value: object): object {
  return Object.assign(value, { itself: value, 0: value });
}
