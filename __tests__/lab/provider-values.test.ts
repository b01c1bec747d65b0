import { ExtData, encode } from "@msgpack/msgpack";
import { formatCpus, parseCpus } from "../../lab/provider/cpus";
import { formatDuration, parseDuration } from "../../lab/provider/duration";
import { equivalent, type Type, UNKNOWN, type Value } from "../../lab/provider/values";
import { conform, decodeValue, encodeValue } from "../../lab/provider/wire-value";

const TYPE: Type = [
  "object",
  {
    name: "string",
    size: "number",
    on: "bool",
    tags: ["set", "string"],
    options: ["map", "string"],
    ports: ["list", ["object", { internal: "number" }]],
  },
];

describe("a value on the wire", () => {
  it("comes back as it was sent, with what is unknown", () => {
    const value: Value = {
      name: "é",
      size: 65_536,
      on: null,
      tags: ["b", "a"],
      options: { a: UNKNOWN },
      ports: [{ internal: UNKNOWN }],
    };
    expect(decodeValue(encodeValue(value), TYPE)).toEqual(value);
  });

  it("is written as Terraform writes unknowns: extension 0 with one byte", () => {
    expect([...encodeValue(UNKNOWN).msgpack]).toEqual([0xd4, 0, 0]);
  });

  it("is unknown also when Terraform says more about it", () => {
    const refined = encode({ name: new ExtData(12, new Uint8Array([0x81, 1, 0xc2])) });
    expect(decodeValue({ msgpack: refined }, ["object", { name: "string" }])).toEqual({ name: UNKNOWN });
  });

  it("is null when the message is empty", () => {
    expect(decodeValue({ msgpack: new Uint8Array() }, TYPE)).toBeNull();
    expect(decodeValue(null, TYPE)).toBeNull();
  });

  it("has every attribute of its type and no other, and numbers sent as text are numbers", () => {
    expect(conform({ name: "a", size: "12", unheard: 1 }, TYPE)).toEqual({
      name: "a",
      size: 12,
      on: null,
      tags: null,
      options: null,
      ports: null,
    });
  });
});

describe("two values mean the same", () => {
  it.each<[string, Value, Value, Type]>([
    ["null and empty text", null, "", "string"],
    ["null and zero", null, 0, "number"],
    ["null and false", null, false, "bool"],
    ["null and an empty list", null, [], ["list", "string"]],
    ["null and an empty map", null, {}, ["map", "string"]],
    ["sets in another order", ["a", "b"], ["b", "a"], ["set", "string"]],
    [
      "a missing and a null attribute",
      { a: "x" },
      { a: "x", b: null },
      ["object", { a: "string", b: "string" }],
    ],
  ])("%s", (_name, left, right, type) => {
    expect(equivalent(left, right, type)).toBe(true);
    expect(equivalent(right, left, type)).toBe(true);
  });

  it.each<[string, Value, Value, Type]>([
    ["lists in another order", ["a", "b"], ["b", "a"], ["list", "string"]],
    ["sets of other sizes", ["a"], ["a", "b"], ["set", "string"]],
    ["sets that share one element", ["a", "a"], ["a", "b"], ["set", "string"]],
    ["null and text", null, "a", "string"],
    ["something and the unknown", "a", UNKNOWN, "string"],
    ["nothing and the unknown", null, UNKNOWN, "string"],
    ["maps with another key", { a: "1" }, { b: "1" }, ["map", "string"]],
  ])("but not %s", (_name, left, right, type) => {
    expect(equivalent(left, right, type)).toBe(false);
    expect(equivalent(right, left, type)).toBe(false);
  });
});

describe("a duration", () => {
  it.each([
    ["0", "0s"],
    ["0s", "0s"],
    ["1ns", "1ns"],
    ["1500ns", "1.5µs"],
    ["250ms", "250ms"],
    ["1.5s", "1.5s"],
    ["60s", "1m0s"],
    ["90s", "1m30s"],
    ["1h", "1h0m0s"],
    ["1h1m1.000000001s", "1h1m1.000000001s"],
    ["-5s", "-5s"],
  ])("%s is %s to the engine's client", (text, canonical) => {
    expect(formatDuration(parseDuration(text) ?? -1n)).toBe(canonical);
  });

  it.each(["", "5", "s", "5 s", "5s ", "1x", "1m-5s", "five seconds"])("is not %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("a number of CPUs", () => {
  it.each([
    ["1", "1.0"],
    ["1.0", "1.0"],
    ["0.5", "0.5"],
    ["0.25", "0.25"],
    ["1.5", "1.5"],
    ["1.25", "1.25"],
    ["0.05", "0.1"],
    ["10", "10."],
  ])("given as %s is %s in the real provider's state", (text, written) => {
    expect(formatCpus(parseCpus(text) ?? 0n)).toBe(written);
  });

  it.each(["", "one", "-1", "1,5", "0.0000000001"])("is not %j", (text) => {
    expect(parseCpus(text)).toBeUndefined();
  });
});
