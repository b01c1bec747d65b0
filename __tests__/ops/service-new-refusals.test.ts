import { ProgramCopy } from "../support/program-copy";

const copy = new ProgramCopy({
  alpha: 'dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6379 }',
  omega: 'prod: { memory: { maxmemory: "64 MiB" }, exporter: { hostPort: 9121 } }',
});
afterEach(() => copy.reset());
afterAll(() => copy.remove());

const SHOP = ["--description", "Baskets of the shop", "--store", "sessions", "--maxmemory", "256MiB"];

/** What a command says that is refused, and that has written nothing. */
async function refused(...argv: readonly string[]): Promise<readonly string[]> {
  const before = copy.files;
  const { exitCode, stdout, stderr } = await copy.run("bin/redis-ops", "service", "new", ...argv);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(copy.files).toEqual(before);
  return stderr.trimEnd().split("\n");
}

test("without a terminal and without --yes it says which flags to give", async () => {
  expect(await refused("shop")).toEqual([
    "4 problems, nothing was changed",
    "  --yes: got no terminal to ask on, expected --yes, and a flag for everything that has no suggestion. Fix: write " +
      'bin/redis-ops service new shop --yes --description "Baskets of the shop" --store sessions --maxmemory 256MiB.',
    "  --description: got nothing, expected one line that says what the service is and what it keeps. Fix: write " +
      '--description "Baskets of the shop".',
    "  --store: got nothing, expected what it stores, a --store for each kind. Fix: write --store sessions.",
    "  --maxmemory: got nothing, expected how much data it may keep, or a maxmemory in each --environment. Fix: write " +
      "--maxmemory 256MiB.",
  ]);
  expect(await refused("shop", "--json", ...SHOP)).toEqual([
    "1 problem, nothing was changed",
    expect.stringMatching(/^ {2}--yes: got --json alone, expected --yes, and a flag for everything/),
  ]);
});

test("every flag that says nothing usable is told at once", async () => {
  const kinds = "one of sessions, tokens, cache, queue, jobs, results, locks, rate-limits, pub-sub";
  const store = '--store "cache ttl=1.5h key=a foo keys keys=a keys=b lossAcceptable=no"';
  const words = "expected keys=…, ttl=…, lossAcceptable=… behind the first word.";
  expect(
    await refused(
      "shop",
      "--yes",
      ...["--description", "two\nlines", "--maxmemory", "256mb"],
      ...["--store", "sesions", "--store", "cache ttl=1.5h key=a foo keys keys=a keys=b lossAcceptable=no"],
      ...[
        "--environment",
        "dev hostPort=0 exporter=x",
        "--environment",
        "dev",
        "--environment",
        "prd maxmemory=1",
      ],
      ...["--engine", "redis-7.5", "--maxmemory-policy", "lru", "--persistence", "always"],
    ),
  ).toEqual([
    "17 problems, nothing was changed",
    '  --description: got "two\\nlines", expected one line of 1 to 120 characters that says what the service is and what it ' +
      'keeps. Fix: write it for people, such as "Baskets and sessions of the shop".',
    '  --engine: got "redis-7.5", expected one of redis-7.2, redis-7.4, debian-7.0.15, debian-8.0.2. Fix: did you mean "redis-7.2"? Use ' +
      "that name.",
    `  --store "sesions": got "sesions", expected ${kinds}. Fix: did you mean "sessions"? Use that name.`,
    `  ${store}: got "key=a", ${words} Fix: did you mean "keys"? Use that name.`,
    `  ${store}: got "foo", ${words} Fix: write keys=VALUE, without blanks in it.`,
    `  ${store}: got "keys", expected keys=VALUE, once. Fix: write keys= and the value behind it, without blanks.`,
    `  ${store}: got keys more than once, expected keys=VALUE, once. Fix: remove one of them.`,
    expect.stringContaining(
      `  ${store} ttl: got "1.5h", expected a whole number and a unit (h, min, s, ms), `,
    ),
    `  ${store} lossAcceptable: got "no", expected one of true, false. Fix: use one of true, false.`,
    expect.stringMatching(
      /^ {2}--maxmemory: got "256 mb", expected a whole number and a unit \(GiB, MiB, KiB, B\), /,
    ),
    expect.stringMatching(
      /^ {2}--maxmemory-policy: got "lru", expected one of noeviction, allkeys-lru, .*\.$/,
    ),
    '  --persistence: got "always", expected one of appendonly, none. Fix: use one of appendonly, none.',
    '  --environment "dev hostPort=0 exporter=x" hostPort: got 0, expected a whole number from 1 to 65535. Fix: use 1 or more.',
    '  --environment "dev hostPort=0 exporter=x" exporter: got "x", expected a port from 1 to 65535, or off. Fix: write a ' +
      "free port of the host, or off.",
    '  --environment "dev": got "dev" once more, expected each environment once. Fix: write all of it into one --environment.',
    expect.stringMatching(
      /^ {2}--environment "prd maxmemory=1" maxmemory: got "1", expected a whole number and a unit /,
    ),
    '  shop.environments: got "prd", expected an environment of config/environments. Fix: did you mean "prod"? Use that name.',
  ]);
});

test("an environment is unknown whatever JavaScript means by its name", async () => {
  const flags = ["--environment", "dev", "--environment", "__proto__ hostPort=7000"];
  expect(await refused("shop", "--yes", ...SHOP, ...flags)).toEqual([
    "1 problem, nothing was changed",
    '  shop.environments: got "__proto__", expected an environment of config/environments. Fix: use one of dev, prod.',
  ]);
  expect(await refused("shop", "--yes", ...SHOP, "--environment", "__proto__ hostPort=7000")).toEqual([
    "1 problem, nothing was changed",
    expect.stringMatching(/^ {2}shop\.environments: got .*__proto__/),
  ]);
});

test("what checks and gates refuse is refused, with what others have already", async () => {
  const lines = await refused(
    "shop",
    ...["--yes", "--description", "Baskets", "--maxmemory", "8GiB", "--maxmemory-policy", "allkeys-lru"],
    ...["--store", "sessions ttl=0s", "--store", "sessions", "--environment", "prod exporter=9121"],
    ...["--environment", "dev hostPort=6379"],
  );
  expect(lines).toHaveLength(6);
  // In whatever order the checks are run.
  expect(lines).toEqual(
    expect.arrayContaining([
      "5 problems, nothing was changed",
      '  shop.stores[0].ttl: got 0 s, expected more than 0 s, 2147483647 s at most, or "none". Fix: write "none" for keys that ' +
        "stay until somebody deletes them.",
      expect.stringMatching(
        /^ {2}shop\.maxmemoryPolicy: got "allkeys-lru".*\(rule sessions-evicted for shop-prod;.*\)\.$/,
      ),
      '  shop.environments.dev: got host port "6379", expected a host port that no other stack on the same Docker engine has; ' +
        "alpha-dev has it. Fix: give shop-dev another one.",
      '  shop.environments.prod: got host port "9121", expected a host port that no other stack on the same Docker engine has; ' +
        "omega-prod has it. Fix: give shop-prod another one.",
      '  shop.stores[1].keys: got "shop:session:*", which another store has, expected a pattern for each store. Fix: write what ' +
        'these keys begin with, such as "shop:other:*".',
    ]),
  );
});

const NAME_RULES =
  "expected lower-case letters, digits and single dashes, a letter first. Fix: rename the service; stacks and containers " +
  "are named after it.";

test.each([
  [
    "alpha",
    '  name: got "alpha", expected a name that no service has. Fix: choose another name, or edit config/services/alpha.ts.',
  ],
  [
    "index",
    '  name: got "index", and config/services/index.ts is there, expected a name of which there is no file. Fix: choose ' +
      "another name, or edit that file.",
  ],
  ["Shop", `  service "Shop".name: got "Shop", ${NAME_RULES}`],
  ["../../shop", `  service "../../shop".name: got "../../shop", ${NAME_RULES}`],
  ["", `  service "".name: got "", ${NAME_RULES}`],
])("the name %j is refused with its reason alone", async (name, line) => {
  expect(await refused(name, "--yes", ...SHOP)).toEqual(["1 problem, nothing was changed", line]);
});

test("a file that is not in the list yet is not overwritten", async () => {
  copy.write("shop.ts", "// half done\n");
  expect(await refused("shop", "--yes", ...SHOP)).toEqual([
    "1 problem, nothing was changed",
    expect.stringContaining('name: got "shop", and config/services/shop.ts is there'),
  ]);
});

test("a configuration that is refused already is told before anything else", async () => {
  copy.write("alpha.ts", copy.files["alpha.ts"]?.replace("hostPort: 6379", "hostPort: 0") ?? "");
  expect(await refused("shop", "--yes", "--store", "nothing")).toEqual([
    "1 problem, nothing was changed",
    "  alpha.environments.dev.hostPort: got 0, expected a whole number from 1 to 65535. Fix: use 1 or more, before a service is " +
      "added.",
  ]);
});
