import type { FieldRow, Kind } from "./service-fields";

/** Names that every object has without anybody writing them. */
export const PROTOTYPE_NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"] as const;

const LONG = "x".repeat(100_000);

/** Values of every type that a file can have. */
const OF_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  text: ["", "1", "true", "null", "yes", LONG],
  number: [0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY],
  flag: [true, false],
  list: [[], [1], [[]]],
  object: [{}, { a: 1 }, new Date(0), new Map([["a", 1]]), Object.create(null)],
  nothing: [null],
  odd: [1n, Symbol("odd"), () => "odd"],
};

const TYPE: Readonly<Record<Kind, string>> = {
  whole: "number",
  cpus: "number",
  flag: "flag",
  list: "list",
  object: "object",
  seconds: "text",
  milliseconds: "text",
  bytes: "text",
  mebibytes: "text",
  choice: "text",
  engine: "text",
  name: "text",
  address: "text",
  "host:port": "text",
  ttl: "text",
  line: "text",
  text: "text",
  events: "text",
};

/** What people write in place of `"256 MiB"`. */
const NO_SIZES = [
  ...[
    "",
    "256",
    "256MB",
    "256 MB",
    "256mb",
    "256MiB",
    "1.5 GiB",
    "1,5 GiB",
    "-1 MiB",
    "+1 MiB",
    "1e3 MiB",
    "0x10 MiB",
  ],
  ...[
    " 256 MiB",
    "256 MiB ",
    "256  MiB",
    "256 MiB\n",
    "256\tMiB",
    "256 mib",
    "256 TiB",
    "256 s",
    "MiB",
    "1 MiB 1 MiB",
  ],
  // A blank that does not break, digits of full width, Arabic digits, a Cyrillic M.
  ...[
    "256\u00a0MiB",
    "２５６ MiB",
    "٢٥٦ MiB",
    "256 МiB",
    "NaN MiB",
    "Infinity MiB",
    `${"9".repeat(400)} MiB`,
  ],
  ...["256 MiB\u0000", "\u202e256 MiB", ...PROTOTYPE_NAMES, LONG],
];

/** What people write in place of `"30 s"`. */
const NO_DURATIONS = [
  ...[
    "",
    "30",
    "30s",
    "30 S",
    "30 sec",
    "1.5 min",
    "-1 s",
    "+1 s",
    "1 d",
    "100 us",
    "100 µs",
    "1e3 s",
    "30 s 5 ms",
    "30 MiB",
  ],
  ...[
    " 30 s",
    "30 s ",
    "30  s",
    "30 s\n",
    "30\u00a0s",
    "３０ s",
    "٣٠ s",
    "30 ѕ",
    "soon",
    "never",
    "Infinity s",
    "NaN s",
  ],
  ...[`${"9".repeat(400)} h`, "9007199254740992 ms", "\u202e30 s", ...PROTOTYPE_NAMES, LONG],
];

const NO_CHOICES = [
  "",
  " ",
  "LRU",
  "allkeys-lru ",
  "аllkeys-lru",
  "allkeys-lru\u200b",
  "cache\n",
  LONG,
  ...PROTOTYPE_NAMES,
];

const WRONG: Partial<Readonly<Record<Kind, readonly unknown[]>>> = {
  bytes: NO_SIZES,
  mebibytes: [...NO_SIZES, "134217729 B", "131073 KiB"],
  seconds: NO_DURATIONS,
  milliseconds: NO_DURATIONS,
  ttl: [...NO_DURATIONS.filter((text) => text !== "none"), "None", "0 s", "2147483648 s", "596524 h"],
  cpus: [0, -1, 0.05, 0.25, 1.55, 64.1, 65, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE, 1e300],
  choice: NO_CHOICES,
  engine: ["", "redis", "redis-7.4 ", "Redis-7.4", "redis-9", ...NO_CHOICES],
  name: [
    "",
    "a",
    "-ab",
    ".ab",
    "_ab",
    "a b",
    "a/b",
    "a:b",
    "ab\n",
    "äb",
    "a\u0000b",
    "a".repeat(129),
    "а-cyrillic",
    LONG,
  ],
  address: [
    ...[
      "",
      "localhost",
      "127.0.0.1 ",
      "127.0.0.1:6379",
      "256.0.0.1",
      "127.0.0",
      "1.2.3.4.5",
      "0x7f.0.0.1",
      "127.1",
      "::g",
    ],
    ...["[::1]", "::1%lo", "fe80::1%eth0", "١٢٧.0.0.1", "127.0.0.1\n", "*", LONG, ...PROTOTYPE_NAMES],
  ],
  "host:port": [
    ...[
      "",
      "9093",
      ":9093",
      "host",
      "host:",
      "host:0",
      "host:65536",
      "host:09093",
      "host:9093/",
      "host:9093 ",
    ],
    ...["http://host:9093", "user:pass@host:9093", "a b:9093", "host:9093\n", "::1:9093", "hôst:9093", LONG],
  ],
  line: ["", " ", "\u202ea", LONG, "a\nb", "a\u0000", "\t", "a\u007f", "a\u0085b", "\n"],
  events: ["Q", "k", "Ex ", "E,x", "yes", "Ex\n", "Ех", "\u0000", ...PROTOTYPE_NAMES],
};

/** Everything that the field may not be. */
export function wrongValues(row: FieldRow): readonly unknown[] {
  const type = TYPE[row.kind];
  const otherTypes = Object.entries(OF_TYPE).flatMap(([name, values]) => (name === type ? [] : values));
  return [
    ...(row.optional ? [] : [undefined]),
    ...otherTypes.filter((value) => row.path !== "environments.<environment>.exporter" || value !== "off"),
    ...(WRONG[row.kind] ?? []),
    ...outOfRange(row),
  ];
}

function outOfRange({ kind, min, max }: FieldRow): readonly unknown[] {
  switch (kind) {
    case "whole":
      return [
        min - 1,
        max + 1,
        min + 0.5,
        max + 0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        1e21,
      ];
    case "seconds":
      return [...beyond(min, max, "s"), `${min * 1000 + 500} ms`, `${BigInt(max) * 1000n + 1n} ms`];
    case "milliseconds":
      return beyond(min, max, "ms");
    case "bytes":
      return beyond(min, max, "B");
    case "mebibytes":
      return beyond(min, max, "MiB");
    default:
      return [];
  }
}

/** One less where that is not negative, and one more. */
function beyond(min: number, max: number, unit: string): readonly string[] {
  return [...(min > 0 ? [`${min - 1} ${unit}`] : []), `${BigInt(max) + 1n} ${unit}`];
}
