import { join } from "node:path";
import { lintOf } from "../support/biome";
import { Conversation } from "../support/conversation";
import { ProgramCopy } from "../support/program-copy";
import { plainEnvironment } from "../support/run-program";

const ENTER = "\r";
const DOWN = "\x1b[B";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
/** Empties the line. */
const CTRL_U = "\x15";

const copy = new ProgramCopy({
  alpha: 'dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6379 }',
  omega: 'prod: { memory: { maxmemory: "64 MiB" }, exporter: { hostPort: 9121 } }',
});
const before = copy.files;
let conversation: Conversation;
afterEach(() => {
  conversation.stop();
  copy.reset();
});
afterAll(() => copy.remove());

function talk(...argv: readonly string[]): Conversation {
  conversation = new Conversation(join(copy.directory, "bin", "redis-ops"), ["service", "new", ...argv], {
    cwd: copy.directory,
    env: plainEnvironment({ TERM: "xterm" }),
  });
  return conversation;
}

test("it asks what is stored and how much, refuses what cannot work, and writes after a yes", async () => {
  const asked = talk("shop");
  await asked.answer("What is it for, in one line?", ENTER);
  await asked.answer('got "", expected one line of 1 to 120 characters', `Baskets of the shop${ENTER}`);
  await asked.answer("What does it store?", ENTER);
  await asked.answer("Pattern of the keys? (shop:session:*)", `basket:*${ENTER}`);
  await asked.answer("Time to live? (none: until somebody deletes them) (24 h)", `2 hours${ENTER}`);
  await asked.answer("expected a whole number and a unit", `${CTRL_U}2h${ENTER}`);
  await asked.answer("May they be lost earlier, without anybody noticing? (y/N)", ENTER);
  await asked.answer("What else?", `${DOWN.repeat(3)}${ENTER}`);
  await asked.answer("Pattern of the keys? (shop:cache:*)", `basket:*${ENTER}`);
  await asked.answer('got "basket:*", which another store has', `${CTRL_U}prices:*${ENTER}`);
  await asked.answer("Time to live? (none: until somebody deletes them) (1 h)", ENTER);
  await asked.answer("May they be lost earlier, without anybody noticing? (Y/n)", ENTER);
  await asked.answer("What else?", `${DOWN.repeat(9)}${ENTER}`);
  await asked.answer("Pattern of the channels? (shop:events)", ENTER);
  await asked.answer("What else?", ENTER);
  await asked.answer("Which environments?", ENTER);
  await asked.answer("How much data may shop-prod keep at most? (256 MiB)", `512KiB${ENTER}`);
  await asked.answer("got 512 KiB, expected 1 MiB or more", `${CTRL_U}1GiB${ENTER}`);
  await asked.answer("How much data may shop-dev keep at most? (256 MiB)", `${CTRL_U}48 MiB${ENTER}`);
  await asked.answer("Port of shop-dev on the host? (none: not published) (6380)", `6379${ENTER}`);
  await asked.answer("alpha-dev has it", `${CTRL_U}6400${ENTER}`);
  await asked.answer("Port of the metrics of shop-prod on the host? (off: none) (9122)", ENTER);
  await asked.answer("every key has a TTL; sessions in use stay", "");
  await asked.answer("1 GiB of data in a container of 2318 MiB", "");
  expect(copy.files).toEqual(before);
  await asked.answer("Write config/services/shop.ts? (Y/n)", ENTER);
  expect(await asked.end()).toBe(0);
  expect(asked.shown).toContain("made config/services/shop.ts, and added it to config/services/index.ts");
  expect(asked.shown).toContain("Next: bin/plan shop-dev");
  const text = copy.files["shop.ts"] ?? "";
  expect(text.slice(text.indexOf("export"))).toBe(`export const shop: Service = {
  name: "shop",
  description: "Baskets of the shop",
  engine: "redis-7.4",
  stores: [
    { kind: "sessions", keys: "basket:*", ttl: "2 h", lossAcceptable: false },
    { kind: "cache", keys: "prices:*", ttl: "1 h", lossAcceptable: true },
    { kind: "pub-sub", keys: "shop:events", ttl: "none", lossAcceptable: true },
  ],

  environments: {
    dev: {
      memory: { maxmemory: "48 MiB" },
      hostPort: 6400,
    },
    prod: {
      memory: { maxmemory: "1 GiB" },
      exporter: { hostPort: 9122 },
    },
  },
};
`);
  expect(lintOf(copy.files)).toBe("");
});

test("what flags say is not asked, and a no writes nothing", async () => {
  const asked = talk(
    "toys",
    ...[
      "--description",
      "Toys",
      "--store",
      "cache",
      "--maxmemory",
      "64MiB",
      "--environment",
      "prod exporter=off",
    ],
  );
  await asked.answer("Write config/services/toys.ts? (Y/n)", `n${ENTER}`);
  expect(await asked.end()).toBe(2);
  expect(asked.shown).not.toContain("What does it store?");
  expect(asked.shown).toMatch(/nothing was written\n$/);
  expect(copy.files).toEqual(before);
});

test("wrong flags are told before the first question", async () => {
  const asked = talk("alpha", "--maxmemory", "lots");
  expect(await asked.end()).toBe(2);
  expect(asked.shown).toMatch(/^2 problems, nothing was changed\n/);
  expect(asked.shown).not.toContain("What is it for");
});

test.each([
  ["at the first question", CTRL_C, []],
  ["at the end of the input", CTRL_D, []],
  ["in a list", CTRL_C, ["--description", "Toys"]],
  [
    "at the last question",
    CTRL_C,
    [
      "--description",
      "Toys",
      "--store",
      "cache",
      "--maxmemory",
      "64MiB",
      "--environment",
      "prod exporter=off",
    ],
  ],
])("Ctrl-C %s writes nothing, with exit code 2", async (_, keys, flags) => {
  const asked = talk("toys", ...flags);
  await asked.answer("?", keys);
  expect(await asked.end()).toBe(2);
  expect(asked.shown).toMatch(/\nnothing was written\n$/);
  expect(asked.shown).not.toContain("ExitPromptError");
  expect(copy.files).toEqual(before);
});

test("--dry-run asks, prints the file and writes nothing", async () => {
  const asked = talk(
    "toys",
    "--dry-run",
    "--description",
    "Toys",
    "--store",
    "cache",
    "--environment",
    "dev hostPort=none",
  );
  await asked.answer("How much data may toys-dev keep at most? (256 MiB)", ENTER);
  expect(await asked.end()).toBe(0);
  expect(asked.shown).toContain('    dev: {\n      memory: { maxmemory: "256 MiB" },\n    },\n');
  expect(copy.files).toEqual(before);
});
