import {
  readBoolean,
  readChoice,
  readDescription,
  readKeys,
  readPort,
  readSize,
  readTtl,
} from "../../ops/service-values";

test("a description is one line of up to 120 characters, of which a picture is two", () => {
  expect(readDescription("  Baskets of the shop ")).toBe("Baskets of the shop");
  expect(readDescription("🙂".repeat(60))).toBe("🙂".repeat(60));
  const expected =
    "expected one line of 1 to 120 characters that says what the service is and what it keeps. Fix: write it for people, " +
    'such as "Baskets and sessions of the shop".';
  expect(() => readDescription("🙂".repeat(61))).toThrow("got 122 characters, expected one line");
  expect(readDescription("x".repeat(120))).toBe("x".repeat(120));
  expect(() => readDescription("x".repeat(121))).toThrow(`got 121 characters, ${expected}`);
  expect(() => readDescription(" ")).toThrow(`got " ", ${expected}`);
  expect(() => readDescription("a\tb")).toThrow(`got "a\\tb", ${expected}`);
  for (const hidden of ["\u2028", "\u2029", "\u0085", "\u202e", "\u200b", "\ufeff", "\ud800"]) {
    expect(() => readDescription(`a${hidden}b`)).toThrow("expected one line");
  }
});

test("sizes and times are taken with and without the blank that a file has", () => {
  expect([" 256MiB", "256 MiB", "0B"].map(readSize)).toEqual(["256 MiB", "256 MiB", "0 B"]);
  expect(["24h", "30 s", "none ", "5min"].map(readTtl)).toEqual(["24 h", "30 s", "none", "5 min"]);
  expect(() => readSize("256  MiB")).toThrow('got "256  MiB", expected a whole number and a unit');
  expect(() => readSize("none")).toThrow('got "none", expected a whole number and a unit');
  expect(() => readTtl("7d")).toThrow('got "7 d", expected a whole number and a unit (h, min, s, ms)');
});

test("a port is a whole number from 1 to 65535, or the word that leaves it out", () => {
  expect(["1", " 65535 ", "none"].map((text) => readPort(text, "none"))).toEqual([1, 65_535, "none"]);
  expect(() => readPort("0", "off")).toThrow(
    "got 0, expected a whole number from 1 to 65535. Fix: use 1 or more.",
  );
  expect(() => readPort("65536", "off")).toThrow("Fix: use 65535 or less.");
  expect(() => readPort("none", "off")).toThrow(
    'got "none", expected a port from 1 to 65535, or off. Fix: write a free port of the host, or off.',
  );
  expect(() => readPort("6379.5", "off")).toThrow('got "6379.5", expected a port');
  expect(() => readPort("", "off")).toThrow('got "", expected a port');
});

test("a pattern of keys has no blanks", () => {
  expect(readKeys(" {shop}:session:* ")).toBe("{shop}:session:*");
  expect(() => readKeys("a b")).toThrow(
    'got "a b", expected a pattern of keys without blanks. Fix: write what the keys begin with and a star, such as ' +
      '"session:*".',
  );
  expect(() => readKeys("a\u202eb")).toThrow("expected a pattern of keys without blanks");
  expect(() => readKeys("a\udc00b")).toThrow("expected a pattern of keys without blanks");
  expect(() => readKeys("")).toThrow('got "", expected a pattern of keys');
});

test("a choice is taken as it is written, and a near one is named", () => {
  expect([readBoolean("true"), readBoolean("false")]).toEqual([true, false]);
  expect(() => readBoolean("True")).toThrow(
    'got "True", expected one of true, false. Fix: did you mean "true"? Use that name.',
  );
  expect(() => readChoice("keys", ["appendonly", "none"])).toThrow(
    'got "keys", expected one of appendonly, none. Fix: ',
  );
});
