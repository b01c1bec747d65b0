import {
  type DatabaseKeys,
  differences,
  type LoadedServer,
  parseKeyspace,
  totalOf,
} from "../../../ops/backup/compare-with-manifest";
import type { KeyCounts, SampledKey } from "../../../ops/backup/manifest";

const NOW = 1_800_000_000_000;

/** A server that answers the script with `facts`, in order, and keeps what it was asked. */
function server(found: readonly DatabaseKeys[], facts: readonly (readonly [string, number, number])[] = []) {
  const asked: string[][] = [];
  let next = 0;
  const loaded: LoadedServer = {
    keyspace: async () => found,
    command: async (...argv) => {
      asked.push([...argv.slice(3)]);
      const count = argv.slice(3).filter((_, index, words) => isDatabase(words, index)).length;
      const keys = facts.slice(next, next + count);
      next += count;
      return { exitCode: 0, stdout: JSON.stringify({ now: NOW, keys }), stderr: "" };
    },
  };
  return { loaded, asked };
}

/** Whether the word is where a key of the script's arguments begins. */
function isDatabase(words: readonly string[], index: number): boolean {
  for (let at = 0; at <= index; at += 2 + Number(words[at + 1])) {
    if (at === index) {
      return true;
    }
  }
  return false;
}

const key = (name: string, own: Partial<SampledKey> = {}): SampledKey => ({
  database: 0,
  key: Buffer.from(name).toString("base64"),
  type: "string",
  ...own,
});

const counted = (...databases: readonly [number, number, number][]): KeyCounts => {
  const list = databases.map(([database, keys, expiring]) => ({ database, keys, expiring }));
  const { keys: total, expiring } = totalOf(list);
  return { total, expiring, databases: list };
};

describe("the counts", () => {
  const keys = counted([0, 10, 4], [3, 5, 0]);

  it.each([
    [
      "the same",
      [
        [0, 10, 4],
        [3, 5, 0],
      ],
    ],
    [
      "with some that have expired",
      [
        [0, 7, 1],
        [3, 5, 0],
      ],
    ],
    [
      "with all that expire gone",
      [
        [0, 6, 0],
        [3, 5, 0],
      ],
    ],
  ] as const)("are good when they are %s", async (_, found) => {
    const { loaded } = server(counted(...(found as unknown as [number, number, number][])).databases ?? []);
    expect(await differences({ keys }, loaded)).toEqual([]);
  });

  it("differ in every database by itself", async () => {
    const { loaded } = server([
      { database: 0, keys: 11, expiring: 5 },
      { database: 2, keys: 1, expiring: 0 },
    ]);
    expect(await differences({ keys }, loaded)).toEqual([
      "database 0: 5 keys with a time to live, the backup has 4",
      "database 2: 1 keys without a time to live, the backup has 0",
      "database 3: 0 keys without a time to live, the backup has 5",
    ]);
  });

  it("are compared in all, where the backup does not say them for each database", async () => {
    const total = { total: 15, expiring: 4 };
    const same = server([
      { database: 1, keys: 5, expiring: 0 },
      { database: 2, keys: 8, expiring: 2 },
    ]);
    expect(await differences({ keys: total }, same.loaded)).toEqual([]);
    const fewer = server([{ database: 1, keys: 14, expiring: 4 }]);
    expect(await differences({ keys: total }, fewer.loaded)).toEqual([
      "all databases: 10 keys without a time to live, the backup has 11",
    ]);
  });

  it("are compared in all, also where each database is said and says less", async () => {
    const found = [{ database: 0, keys: 1, expiring: 0 }];
    const wrong = { total: 500, expiring: 0, databases: found };
    expect(await differences({ keys: wrong }, server(found).loaded)).toEqual([
      "all databases: 1 keys without a time to live, the backup has 500",
    ]);
  });

  it("are not compared where the backup has none", async () => {
    expect(await differences({}, server([{ database: 0, keys: 1, expiring: 0 }]).loaded)).toEqual([]);
  });
});

describe("a sampled key", () => {
  it.each<[string, Partial<SampledKey>, readonly [string, number, number], readonly string[]]>([
    ["is the same", { type: "list", length: 3 }, ["list", 3, -1], []],
    ["is of a length that the file did not say", { type: "list" }, ["list", 3, -1], []],
    ["has expired", { expiresAt: NOW }, ["none", -1, -2], []],
    ["has its expiry", { expiresAt: NOW + 1 }, ["string", 2, NOW + 1], []],
    [
      "is gone before its time",
      { expiresAt: NOW + 1 },
      ["none", -1, -2],
      ['database 0, key "k": is not there, the backup has a string'],
    ],
    ["is gone", {}, ["none", -1, -2], ['database 0, key "k": is not there, the backup has a string']],
    [
      "has another type",
      { type: "set" },
      ["hash", 1, -1],
      ['database 0, key "k": is a hash, the backup has a set'],
    ],
    [
      "has another length",
      { length: 3 },
      ["string", 4, -1],
      ['database 0, key "k": has the length 4, the backup 3'],
    ],
    [
      "expires although it should stay",
      {},
      ["string", 4, NOW],
      ['database 0, key "k": expires 2027-01-15T08:00:00.000Z, in the backup never'],
    ],
    [
      "stays although it should expire",
      { expiresAt: NOW },
      ["string", 4, -1],
      ['database 0, key "k": expires never, in the backup 2027-01-15T08:00:00.000Z'],
    ],
  ])("that %s", async (_, own, fact, expected) => {
    expect(await differences({ sample: [key("k", own)] }, server([], [fact]).loaded)).toEqual(expected);
  });

  it("is asked for in hexadecimal, in words that a command line takes, whatever its bytes are", async () => {
    const odd = Buffer.from([0, 255, 34, 10]).toString("base64");
    const long = Buffer.alloc(40_000, 7).toString("base64");
    const { loaded, asked } = server(
      [],
      [
        ["string", 1, -1],
        ["string", 1, -1],
        ["string", 1, -1],
      ],
    );
    const sample = [key("", { key: odd, database: 3 }), key("", { key: long }), key("")];
    expect(await differences({ sample }, loaded)).toEqual([]);
    expect(asked).toEqual([
      ["3", "1", "00ff220a", "0", "2", "07".repeat(32_768), "07".repeat(40_000 - 32_768), "0", "0"],
    ]);
  });

  it("is told up to ten times, and in one line", async () => {
    const sample = Array.from({ length: 12 }, (_, index) => key(`${index}\n\u202e${"x".repeat(100)}`));
    const told = await differences({ sample }, server([]).loaded);
    expect(told).toHaveLength(11);
    expect(told[0]).toBe(
      `database 0, key "0\\n\\u202e${"x".repeat(77)}…": is not there, the backup has a string`,
    );
    expect(told[10]).toBe("2 more sampled keys differ");
  });

  it("of many is asked for in several commands", async () => {
    const long = Buffer.alloc(60_000, 7).toString("base64");
    const sample = Array.from({ length: 20 }, () => key("", { key: long }));
    const { loaded, asked } = server(
      [],
      sample.map(() => ["string", 1, -1] as const),
    );
    expect(await differences({ sample }, loaded)).toEqual([]);
    expect(asked.length).toBeGreaterThan(1);
    for (const words of asked) {
      expect(words.join(" ").length).toBeLessThan(1_500_000);
    }
  });
});

it("a database that no server has is a difference", async () => {
  const few: LoadedServer = {
    keyspace: async () => [],
    command: async () => ({ exitCode: 1, stdout: "", stderr: "ERR DB index is out of range\n" }),
  };
  expect(await differences({ sample: [key("k", { database: 2000 })] }, few)).toEqual([
    "sampled keys are in databases that the server does not have",
  ]);
});

it("a server that does not answer is an error, and not the same data", async () => {
  const broken: LoadedServer = {
    keyspace: async () => [],
    command: async () => ({ exitCode: 1, stdout: "", stderr: "NOPERM no EVAL\n" }),
  };
  await expect(differences({ sample: [key("k")] }, broken)).rejects.toThrow(
    "the sampled keys could not be looked at: NOPERM no EVAL",
  );
});

it("INFO's databases are read, and nothing else of it", () => {
  const info =
    "# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=0\r\ndb15:keys=1,expires=0,avg_ttl=0,subexpiry=0\r\n";
  expect(parseKeyspace(info)).toEqual([
    { database: 0, keys: 3, expiring: 1 },
    { database: 15, keys: 1, expiring: 0 },
  ]);
});
