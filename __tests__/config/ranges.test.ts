import { problemsOf, type StackOptions, unchecked } from "../support/stack-fixtures";

type Make = (value: number) => StackOptions;

/** Fields with a range of whole numbers: its edges and how a value gets there. */
const WHOLE_NUMBERS: readonly (readonly [field: string, min: number, max: number, make: Make])[] = [
  ["shop.environments.dev.hostPort", 1, 65_535, (hostPort) => ({ deployment: { hostPort } })],
  [
    "shop.environments.dev.exporter.hostPort",
    1,
    65_535,
    (hostPort) => ({ deployment: { exporter: { hostPort } } }),
  ],
  ["shop.maxmemorySamples", 1, 64, (maxmemorySamples) => ({ service: { maxmemorySamples } })],
  ["shop.maxclients", 2, 100_000, (maxclients) => ({ service: { maxclients } })],
  ["shop.environments.dev.cpuShares", 2, 262_144, (cpuShares) => ({ deployment: { cpuShares } })],
  [
    "shop.encoding.hashMaxListpackEntries",
    0,
    65_536,
    (hashMaxListpackEntries) => ({ service: { encoding: { hashMaxListpackEntries } } }),
  ],
  [
    "shop.encoding.listMaxListpackSize",
    -5,
    65_536,
    (listMaxListpackSize) => ({ service: { encoding: { listMaxListpackSize } } }),
  ],
  [
    "shop.encoding.setMaxIntsetEntries",
    0,
    65_536,
    (setMaxIntsetEntries) => ({ service: { encoding: { setMaxIntsetEntries } } }),
  ],
  ["shop.slowlogMaxLen", 1, 10_000, (slowlogMaxLen) => ({ service: { slowlogMaxLen } })],
  ["shop.client.database", 0, 15, (database) => ({ service: { client: { database } } })],
  ["shop.client.poolSize", 1, 1000, (poolSize) => ({ service: { client: { poolSize } } })],
  ["shop.healthcheck.retries", 1, 20, (retries) => ({ service: { healthcheck: { retries } } })],
  [
    "shop.persistence.autoAofRewritePercentage",
    0,
    1000,
    (autoAofRewritePercentage) => ({
      service: { persistence: { appendonly: true, save: [], autoAofRewritePercentage } },
    }),
  ],
  [
    "shop.persistence.save[1].changes",
    1,
    1_000_000_000,
    (changes) => ({
      service: {
        persistence: {
          appendonly: false,
          save: [
            { after: "1 h", changes: 1 },
            { after: "1 min", changes },
          ],
        },
      },
    }),
  ],
];

/** Fields with a range of whole seconds. */
const SECONDS: readonly (readonly [field: string, min: number, max: number, make: Make])[] = [
  ["shop.timeout", 0, 2_147_483_647, (ms) => ({ service: { timeout: `${ms} ms` } })],
  ["shop.tcpKeepalive", 0, 32_767, (ms) => ({ service: { tcpKeepalive: `${ms} ms` } })],
  ["environments/dev.stopTimeout", 10, 600, (ms) => ({ environment: { stopTimeout: `${ms} ms` } })],
  ["shop.healthcheck.interval", 1, 600, (ms) => ({ service: { healthcheck: { interval: `${ms} ms` } } })],
  ["shop.healthcheck.timeout", 1, 60, (ms) => ({ service: { healthcheck: { timeout: `${ms} ms` } } })],
  [
    "shop.healthcheck.startPeriod",
    1,
    3600,
    (ms) => ({ service: { healthcheck: { startPeriod: `${ms} ms` } } }),
  ],
  [
    "shop.persistence.save[0].after",
    1,
    2_147_483_647,
    (ms) => ({ service: { persistence: { appendonly: true, save: [{ after: `${ms} ms`, changes: 1 }] } } }),
  ],
];

describe("a whole number", () => {
  it.each(WHOLE_NUMBERS)("%s may be %d and %d", (_, min, max, make) => {
    expect([...problemsOf("dev", make(min)), ...problemsOf("dev", make(max))]).toEqual([]);
  });

  it.each(WHOLE_NUMBERS)(
    "%s may not lie outside of %d to %d, nor between two numbers",
    (field, min, max, make) => {
      const expected = `expected a whole number from ${min} to ${max}`;
      expect(problemsOf("dev", make(min - 1))).toEqual([
        `${field}: got ${min - 1}, ${expected}. Fix: use ${min} or more.`,
      ]);
      expect(problemsOf("dev", make(max + 1))).toEqual([
        `${field}: got ${max + 1}, ${expected}. Fix: use ${max} or less.`,
      ]);
      expect(problemsOf("dev", make(min + 0.5))).toEqual([
        `${field}: got ${min + 0.5}, ${expected}. Fix: write ${min + 1}.`,
      ]);
    },
  );
});

describe("a duration in whole seconds", () => {
  it.each(SECONDS)("%s may be %d s and %d s", (_, min, max, make) => {
    expect([...problemsOf("dev", make(min * 1000)), ...problemsOf("dev", make(max * 1000))]).toEqual([]);
  });

  it.each(SECONDS.filter(([, min]) => min > 0))(
    "%s may not be shorter than %d s",
    (field, min, max, make) => {
      expect(problemsOf("dev", make(min * 1000 - 1))).toEqual([
        `${field}: got ${min * 1000 - 1} ms, expected whole seconds from ${min} s to ${max} s. ` +
          `Fix: use "${min} s" or more.`,
      ]);
    },
  );

  it.each(SECONDS)("%s (%d s or more) may not be longer than %d s", (field, min, max, make) => {
    expect(problemsOf("dev", make(max * 1000 + 1))).toEqual([
      `${field}: got ${max * 1000 + 1} ms, expected whole seconds from ${min} s to ${max} s. ` +
        `Fix: use "${max} s" or less.`,
    ]);
  });

  it.each(SECONDS)(
    "%s (%d s to %d s) may not have a fraction, which would be cut off",
    (field, min, max, make) => {
      expect(problemsOf("dev", make(min * 1000 + 500))).toEqual([
        `${field}: got ${min * 1000 + 500} ms, expected whole seconds from ${min} s to ${max} s. ` +
          `Fix: write "${min + 1} s".`,
      ]);
    },
  );

  it("is reported once when it cannot be read at all", () => {
    expect(problemsOf("dev", { environment: { stopTimeout: unchecked("soon") } })).toEqual([
      'environments/dev.stopTimeout: got "soon", expected a whole number and a unit (h, min, s, ms), such as "30 s". ' +
        'Fix: write a number without sign or fraction, one blank and the unit; "90 s" instead of "1.5 min".',
    ]);
  });

  it("may be 0 s for a timeout, which Redis takes as never", () => {
    expect(problemsOf("dev", { service: { timeout: "0 ms" } })).toEqual([]);
  });
});

describe("the encoding of hashes and lists", () => {
  const field = "shop.encoding.listMaxListpackSize";

  it.each([-5, -1, 1, 65_536])("takes %d for a node of a list", (listMaxListpackSize) => {
    expect(problemsOf("dev", { service: { encoding: { listMaxListpackSize } } })).toEqual([]);
  });

  it("does not take 0 for a node of a list, which means nothing to Redis", () => {
    expect(problemsOf("dev", { service: { encoding: { listMaxListpackSize: 0 } } })).toEqual([
      `${field}: got 0, expected -1 to -5, which is 4 KiB to 64 KiB, or 1 to 65536 elements. ` +
        "Fix: leave it out for -2, which is 8 KiB.",
    ]);
  });

  it.each(["0 B", "64 KiB", "65536 B"] as const)("takes a value of %s", (hashMaxListpackValue) => {
    expect(problemsOf("dev", { service: { encoding: { hashMaxListpackValue } } })).toEqual([]);
  });

  it("does not take a value longer than 64 KiB", () => {
    expect(problemsOf("dev", { service: { encoding: { hashMaxListpackValue: "65537 B" } } })).toEqual([
      'shop.encoding.hashMaxListpackValue: got 65537 B, expected 0 B to 64 KiB. Fix: use "64 KiB" or less.',
    ]);
  });

  it("is told once when a size cannot be read", () => {
    const encoding = { hashMaxListpackValue: unchecked<"1 B">("64") };
    expect(problemsOf("dev", { service: { encoding } })).toEqual([
      'shop.encoding.hashMaxListpackValue: got "64", expected a whole number and a unit (GiB, MiB, KiB, B), such as ' +
        '"256 MiB". Fix: write the unit, too, such as "64 MiB".',
    ]);
  });
});

describe("the share of CPUs", () => {
  it.each([0.1, 1.5, 64])("may be %d", (cpus) => {
    expect(problemsOf("dev", { deployment: { cpus } })).toEqual([]);
  });

  it.each([0, 0.09, 0.25, 64.1, Number.NaN])("may not be %d", (cpus) => {
    expect(problemsOf("dev", { deployment: { cpus } })).toEqual([
      `shop.environments.dev.cpus: got ${cpus}, expected a number from 0.1 to 64 with one decimal at most. ` +
        "Fix: write the share of CPUs, such as 1.5, or leave it out.",
    ]);
  });
});
