/**
 * What lies in an RDB file, as data. Source: src/rdb.h and `rdbLoadObject` in src/rdb.c of Redis 7.0.15, 7.2.4 and 7.4.1.
 * A part is: a number: so many bytes; `string`, `length`, `score`: passed over; `module`: a value of a module up to its end;
 * `each`: a count, and so many times what follows. The others also say the length of the value, as STRLEN, LLEN, HLEN,
 * SCARD, ZCARD and XLEN do: `text`: the bytes of this string; `counted`: the count of an `each`; `elements`: this length;
 * `node`: those of a node of a list; `packed`: a string with a count in its first bytes.
 */
type Part =
  | number
  | "string"
  | "length"
  | "score"
  | "module"
  | "moduleName"
  | "text"
  | "elements"
  | "node"
  | { readonly each: readonly Part[]; readonly counted?: true }
  | Packed;

/** A string that has its number of elements at `at`, little-endian; `per` of them are one element of the value. */
export interface Packed {
  readonly at: number;
  readonly bytes: 2 | 4;
  readonly per: number;
}

const intset: Packed = { at: 4, bytes: 4, per: 1 };
const listpack = (per: number): Packed => ({ at: 4, bytes: 2, per });
const ziplist = (per: number): Packed => ({ at: 8, bytes: 2, per });
const counted = (...each: readonly Part[]): Part => ({ each, counted: true });

function stream(version: 1 | 2 | 3): readonly Part[] {
  const id = ["length", "length"] as const;
  const since2 = (...parts: readonly Part[]) => (version >= 2 ? parts : []);
  const consumer: readonly Part[] = ["string", 8, ...(version >= 3 ? [8] : []), { each: [16] }];
  const group: readonly Part[] = [
    ...["string" as const, ...id, ...since2("length")],
    { each: [16, 8, "length"] },
    { each: consumer },
  ];
  return [
    { each: ["string", "string"] },
    ...["elements" as const, ...id, ...since2(...id, ...id, "length")],
    { each: group },
  ];
}

interface ValueType {
  /** As TYPE says it. */
  readonly type: string;
  readonly parts: readonly Part[];
}

/** By the number that comes before the key. The lengths of hashes with times to live are left out: fields go by themselves. */
const VALUES: Readonly<Record<number, ValueType>> = {
  0: { type: "string", parts: ["text"] },
  1: { type: "list", parts: [counted("string")] },
  2: { type: "set", parts: [counted("string")] },
  3: { type: "zset", parts: [counted("string", "score")] },
  4: { type: "hash", parts: [counted("string", "string")] },
  5: { type: "zset", parts: [counted("string", 8)] },
  7: { type: "module", parts: ["moduleName", "module"] },
  9: { type: "hash", parts: ["string"] },
  10: { type: "list", parts: [ziplist(1)] },
  11: { type: "set", parts: [intset] },
  12: { type: "zset", parts: [ziplist(2)] },
  13: { type: "hash", parts: [ziplist(2)] },
  14: { type: "list", parts: [{ each: [ziplist(1)] }] },
  15: { type: "stream", parts: stream(1) },
  16: { type: "hash", parts: [listpack(2)] },
  17: { type: "zset", parts: [listpack(2)] },
  18: { type: "list", parts: [{ each: ["node"] }] },
  19: { type: "stream", parts: stream(2) },
  20: { type: "set", parts: [listpack(1)] },
  21: { type: "stream", parts: stream(3) },
  22: { type: "hash", parts: [{ each: ["length", "string", "string"] }] },
  23: { type: "hash", parts: ["string"] },
  24: { type: "hash", parts: [8, { each: ["length", "string", "string"] }] },
  25: { type: "hash", parts: [8, "string"] },
};

/** What stands between keys, by its number. */
export const OPCODE = {
  slotInfo: 244,
  function: 245,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resize: 251,
  expireMilliseconds: 252,
  expireSeconds: 253,
  select: 254,
  end: 255,
} as const;

/** The steps of a reader, those of values first. Each has a number beside it. */
export const STEP = {
  string: 0,
  length: 1,
  bytes: 2,
  each: 3,
  counted: 4,
  next: 5,
  score: 6,
  module: 7,
  moduleName: 8,
  text: 9,
  elements: 10,
  node: 11,
  packed: 12,
  record: 13,
  key: 14,
  valueEnd: 15,
  recordEnd: 16,
  select: 17,
  expireSeconds: 18,
  expireMilliseconds: 19,
  auxName: 20,
  auxValue: 21,
  magic: 22,
  checksum: 23,
  after: 24,
} as const;

type Step = keyof typeof STEP;

const steps: number[] = [];
const packed: Packed[] = [];
/** Where the steps of a record begin, by the number that it begins with; 0: not known. */
export const START = new Int32Array(256);

function emit(step: Step, beside = 0): number {
  return steps.push(STEP[step], beside) - 2;
}

function emitPart(part: Part): void {
  if (typeof part === "number") {
    emit("bytes", part);
  } else if (typeof part === "string") {
    emit(part);
  } else if ("each" in part) {
    const begin = emit(part.counted ? "counted" : "each");
    for (const inner of part.each) {
      emitPart(inner);
    }
    emit("next", begin + 2);
    steps[begin + 1] = steps.length;
  } else {
    emit("packed", packed.push(part) - 1);
  }
}

function emitRecord(number: number, begin: Step | undefined, parts: readonly Part[], end: Step): void {
  START[number] = steps.length;
  if (begin !== undefined) {
    emit(begin, number);
  }
  for (const part of parts) {
    emitPart(part);
  }
  emit(end, number);
}

/** Where the steps of a file begin, and those of each record. */
export const BEGIN = emit("magic");
export const RECORD = emit("record");
for (const [number, { parts }] of Object.entries(VALUES)) {
  emitRecord(Number(number), "key", parts, "valueEnd");
}
emitRecord(OPCODE.slotInfo, undefined, ["length", "length", "length"], "recordEnd");
emitRecord(OPCODE.function, undefined, ["string"], "recordEnd");
emitRecord(OPCODE.moduleAux, undefined, ["length", "module"], "recordEnd");
emitRecord(OPCODE.idle, undefined, ["length"], "recordEnd");
emitRecord(OPCODE.frequency, undefined, [1], "recordEnd");
emitRecord(OPCODE.aux, "auxName", [], "auxValue");
emitRecord(OPCODE.resize, undefined, ["length", "length"], "recordEnd");
emitRecord(OPCODE.expireMilliseconds, undefined, [], "expireMilliseconds");
emitRecord(OPCODE.expireSeconds, undefined, [], "expireSeconds");
emitRecord(OPCODE.select, undefined, [], "select");
emitRecord(OPCODE.end, undefined, [], "checksum");

/** Where the steps after the end are: one that takes nothing. */
export const AFTER = emit("after");
/** Step, what is beside it, step, … */
export const STEPS = Int32Array.from(steps);
export const PACKED: readonly Packed[] = packed;

/** As TYPE says it; of a module: `module`. */
export function typeOf(number: number): string {
  return VALUES[number]?.type ?? "";
}
