import { Duration } from "../../core/duration";
import type { StoreProps } from "../../core/store-props";
import { ttlText } from "../../ops/amounts";
import { parseKeyText } from "../../ops/keys/key-text";
import { storeOf } from "../../ops/keys/store-of";
import { keyShape } from "../../ops/look/key-shape";
import { readKeys } from "../../ops/look/memory-keys";
import { Prefixes } from "../../ops/look/memory-prefixes";
import { MemoryTally } from "../../ops/look/memory-tally";
import { memoryKeysText } from "../../ops/memory-keys-text";
import { fakeSource, measured, quiet, STORES } from "../support/measured-keys";

const prefixesOf = (...keys: readonly (string | Buffer)[]) =>
  new Prefixes(STORES).of(keys.map((key) => Buffer.from(key as string))).map(({ prefix }) => prefix);

test("a key belongs to the store that says most of it, else to its shape", () => {
  expect(
    prefixesOf(
      "session:1:x",
      "rq:queue:default",
      "rq:job:12345678",
      "api:users:7",
      "a:b:c:d:e",
      "user:12345:name",
      "v1:x:y",
      "news:today",
      "plain",
      "12345:x",
      ":x",
      "name with blank:x",
      `${"w".repeat(24)}:x`,
      `${"w".repeat(25)}:x`,
    ),
  ).toEqual([
    "session:*",
    "rq:queue:*",
    "rq:job:*",
    "api:users:*",
    "a:b:c:d:*",
    "user:*:*",
    "*:x:*",
    "news:*",
    "plain",
    "*:*",
    "*:*",
    "*:*",
    `${"w".repeat(24)}:*`,
    "*:*",
  ]);
});

test("however many shapes there are, memory is bounded", () => {
  const letters = (number: number) => [...`${number}`].map((digit) => "abcdefghij"[Number(digit)]).join("");
  const found = prefixesOf(
    ...Array.from({ length: 1500 }, (_, at) => `${letters(at)}:x`),
    "a:again",
    "session:1",
  );
  expect(new Set(found).size).toBe(1002);
  expect(found.filter((prefix) => prefix === "(other)")).toHaveLength(500);
  expect(found.slice(-2)).toEqual(["a:*", "session:*"]);
});

test("a key is of the same store, or shape, wherever it is told", () => {
  const stores: readonly StoreProps[] = [
    { kind: "sessions", keys: "session:*", lossAcceptable: false },
    { kind: "locks", keys: "session:lock:*", lossAcceptable: true },
  ];
  for (const key of [
    "session:lock:1",
    "session:1",
    "user:42:name",
    "alice@example.org",
    `${"x:".repeat(999)}`,
  ]) {
    const bytes = Buffer.from(key);
    const shape = keyShape(bytes, stores);
    expect(new Prefixes(stores).of([bytes])).toMatchObject([{ prefix: shape }]);
    expect(shape).toBe(storeOf(stores, bytes)?.keys ?? keyShape(bytes, []));
  }
  expect(keyShape("session:lock:1", stores)).toBe("session:lock:*");
});

test("the biggest keys are told so that they can be given to --key", () => {
  const keys = ["plain", `session:${"x".repeat(200)}`, "two words\n", "\ufffd", "\\"].map((key) =>
    Buffer.from(key),
  );
  const tally = new MemoryTally([]);
  tally.add([...keys, Buffer.from([0x61, 0xff])].map((key) => ({ key, bytes: 1, type: "string", ttlMs: 1 })));
  const report = tally.report(6, true);
  expect(report.biggest.map(({ key }) => parseKeyText(key))).toEqual([...keys, Buffer.from([0x61, 0xff])]);
  for (const { key } of report.biggest) {
    expect(memoryKeysText(report, 0)).toContain(`  ${key}\n`);
  }
});

test.each([1, 59_999, 86_399_999, 86_400_000])("a TTL of %j ms is told as sessions list does", (ttl) => {
  const tally = new MemoryTally([]);
  tally.add([measured("s:1", 1, ttl)]);
  expect(memoryKeysText(tally.report(1, true), 0)).toContain(`  ${ttlText(ttl)}  s:1\n`);
});

test("the TTL of a store is told as it is declared", () => {
  const ttl = Duration.parse("90 min");
  const tally = new MemoryTally([{ kind: "sessions", keys: "s:*", ttl, lossAcceptable: false }]);
  tally.add([measured("s:1", 1)]);
  expect(memoryKeysText(tally.report(1, true), 0)).toContain("config/services says 90 min: they stay");
});

test("a long look tells how far it is", async () => {
  const lines: string[] = [];
  const terminal = { ...quiet, err: (line: string) => lines.push(line) };
  const clock = jest.spyOn(Date, "now");
  let now = 0;
  clock.mockImplementation(() => {
    now += 1500;
    return now;
  });
  const keys = Array.from({ length: 200 }, (_, at) => measured(`session:${at}`, 100, 5));
  await readKeys(fakeSource(keys), STORES, { sample: 128, all: false }, terminal);
  clock.mockRestore();
  expect(lines).toEqual(["100 %: about 128 of 128 keys, 43/s, about 0 s left"]);
});

test("few keys are looked at one by one, by SCAN", async () => {
  const keys = Array.from({ length: 7 }, (_, at) =>
    measured(`session:${at}`, 100 + at, at < 6 ? 60_000 : undefined),
  );
  const source = fakeSource(keys);
  const report = await readKeys(source, STORES, { sample: 7, all: false }, quiet);
  expect(report).toMatchObject({
    keys: 7,
    looked: 7,
    exact: true,
    bytes: { value: 721, error: 0 },
  });
  expect(report.prefixes).toEqual([
    {
      prefix: "session:*",
      store: { kind: "sessions", ttl: Duration.parse("2 h") },
      keys: { value: 7, error: 0 },
      bytes: { value: 721, error: 0 },
      withoutTtl: { value: 1, error: 0 },
    },
  ]);
  expect(source.calls.filter((call) => call.startsWith("draw"))).toEqual([]);
});

test("more keys are drawn, 64 at a time, unless all are asked for", async () => {
  const keys = Array.from({ length: 200 }, (_, at) => measured(`session:${at}`, 100, 5));
  const source = fakeSource(keys);
  const report = await readKeys(source, STORES, { sample: 100, all: false }, quiet);
  expect(report).toMatchObject({
    keys: 200,
    looked: 100,
    exact: false,
    bytes: { value: 20_000, error: 0 },
  });
  expect(source.calls).toEqual(["draw 64", "measure 64", "draw 36", "measure 36"]);
  expect(await readKeys(fakeSource(keys), STORES, { sample: 100, all: true }, quiet)).toMatchObject({
    looked: 200,
    exact: true,
  });
});

test("keys that go between being found and being measured are not counted", async () => {
  const keys = [measured("session:1", 100), measured("session:2", 100)];
  const source = { ...fakeSource(keys), measure: async () => keys.slice(0, 1) };
  expect(await readKeys(source, STORES, { sample: 10, all: false }, quiet)).toMatchObject({
    keys: 1,
    looked: 1,
  });
  expect(await readKeys(fakeSource([]), STORES, { sample: 10, all: false }, quiet)).toMatchObject({
    keys: 0,
    looked: 0,
    bytes: { value: 0, error: 0 },
    biggest: [],
  });
});

test("the interval of an estimate is that of its sample", () => {
  const tally = new MemoryTally(STORES);
  tally.add([
    ...Array.from({ length: 90 }, (_, at) => measured(`session:${at}`, 100, 1)),
    ...Array.from({ length: 10 }, (_, at) => measured(`rq:queue:q${at}`, 1000, undefined, "list")),
  ]);
  const { prefixes, types } = tally.report(1000, false);
  // 1.96 × 1000 × √(0.1 × 0.9 / 100), and 1,000 times that for values of 1,000 B.
  expect(prefixes[0]).toMatchObject({
    prefix: "rq:queue:*",
    keys: { value: 100, error: 59 },
    bytes: { value: 100_000, error: 58_800 },
  });
  expect(types.map(({ type, keys }) => [type, keys.value])).toEqual([
    ["list", 100],
    ["string", 900],
  ]);
});

test("both edges of each class of TTL", () => {
  const tally = new MemoryTally([]);
  const edges = [60_000, 600_000, 3_600_000, 86_400_000];
  tally.add([...edges.flatMap((ms) => [measured("a", 1, ms - 1), measured("a", 1, ms)]), measured("a", 1)]);
  expect(tally.report(9, true).ttl.map(({ ttl, keys }) => [ttl, keys.value])).toEqual([
    ["< 1 min", 1],
    ["< 10 min", 2],
    ["< 1 h", 2],
    ["< 1 d", 2],
    ["longer", 1],
    ["none", 1],
  ]);
});

test("the ten biggest are kept, each once, whatever their order", () => {
  const sizes = Array.from({ length: 50 }, (_, at) => ((at * 37) % 50) + 1);
  const tally = new MemoryTally([]);
  for (const size of [...sizes, ...sizes]) {
    tally.add([measured(`k${size}`, size)]);
  }
  expect(tally.report(100, true).biggest.map(({ bytes }) => bytes)).toEqual([
    50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
  ]);
});

test("what people read of it", async () => {
  const keys = [
    measured("session:a\u001b[2J", 5000, 90_000),
    measured("session:b", 100),
    measured("rq:queue:default", 2_000_000, undefined, "list"),
    measured("stray:x", 50, 100 * 86_400_000),
  ];
  const report = await readKeys(fakeSource(keys), STORES, { sample: 10, all: false }, quiet);
  expect(memoryKeysText(report, 3)).toMatchInlineSnapshot(`
    "keys of database 3: all 4 of them, 1.9 MiB. Bytes as MEMORY USAGE counts: of a
    value with many parts, from 5 of them.

    PREFIX      KEYS  BYTES    OF ALL  WITHOUT TTL  STORE
    rq:queue:*  1     1.9 MiB  100 %   1            queue
    session:*   2     5.0 KiB  0 %     1            sessions
    stray:*     1     50 B     0 %     0            not in config/services

    TYPE    KEYS  BYTES
    list    1     1.9 MiB
    string  3     5.0 KiB

    TTL       KEYS  BYTES
    < 1 min   0     0 B      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    < 10 min  1     4.9 KiB  ███████████████░░░░░░░░░░░░░░░
    < 1 h     0     0 B      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    < 1 d     0     0 B      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    longer    1     50 B     ███████████████░░░░░░░░░░░░░░░
    none      2     1.9 MiB  ██████████████████████████████

    BYTES    TYPE    TTL       BIGGEST
    1.9 MiB  list    none      rq:queue:default
    4.9 KiB  string  1 min     "session:a\\x1b[2J"
    100 B    string  none      session:b
    50 B     string  100 days  stray:x

      ! session:*: 1 without a TTL, and config/services says 2 h: they stay until
        somebody deletes them. Next: find what writes them without EX.

      ! 1 prefix is not in config/services. Next: declare the store there, with its
        TTL and whether it may be lost, or find who writes them.

    Looking at them counts as 8 reads in keyspace_hits."
  `);
  const sample = new MemoryTally(STORES);
  sample.add([
    ...keys,
    ...Array.from({ length: 30 }, (_, at) => measured(`p${"abcdefghij"[at % 10]}${"xyz"[at % 3]}:1`, 1, 1)),
  ]);
  const text = memoryKeysText(sample.report(1000, false), 0);
  expect(text).toContain(
    "keys of database 0: 34 of 1000 were drawn by RANDOMKEY. All numbers are\nestimates; ±:",
  );
  expect(text).toContain("\nand 13 more, which --json has\n");
  expect(text).toContain("BIGGEST OF THE SAMPLE");
});
