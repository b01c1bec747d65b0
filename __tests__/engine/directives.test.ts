import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type SettableDirective, settableDirectives } from "../../config/directives";
import type { Word } from "../../config/directives/word";
import { devCache } from "../../config/services/dev-cache";
import { printTable } from "../../lab/directives/print-table";
import { readEngine } from "../../lab/directives/read-engine";
import { shellInImage } from "../../lab/directives/shell";
import { buildNextImage, NEXT_LAB_IMAGE } from "../support/next-engine";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { repository } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";

/** The tables of directives against an engine that runs. */

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

it.each([
  ["7.0", LAB_IMAGE, async () => undefined],
  ["8.0", NEXT_LAB_IMAGE, buildNextImage],
])(
  "the table of %s is what its engine tells",
  async (line, image, build) => {
    await build();
    const committed = readFileSync(join(repository, "config", "directives", `${line}.json`), "utf8");
    expect(printTable(await readEngine(shellInImage(image)))).toBe(committed);
  },
  300_000,
);

/** A text as redis.conf has it, and how CONFIG GET shows it. */
interface Written {
  readonly text: string;
  readonly shown: string;
}

const same = (text: string): Written => ({ text, shown: text });

/** A word at one end of what it may be, the lower one first. */
function ends(word: Word): readonly [Written, Written] {
  switch (word.type) {
    case "choice": {
      const [first = "", last = first] = [word.values[0], word.values.at(-1)];
      return [same(first), { text: last.toUpperCase(), shown: last }];
    }
    case "number":
    case "decimal":
      return [same(`${word.min}`), same(`${word.max}`)];
    case "memory":
      return [same(`${word.zero ? 0 : word.min}`), same(`${word.max}`)];
    case "memory-or-percent":
      return [same(`${word.zero ? 0 : word.min}`), same(`${word.maxPercent}%`)];
    case "text": {
      const [first = "", last = first] = [word.examples[0], word.examples.at(-1)];
      return [
        { text: `"${first}"`, shown: first },
        { text: `"${last}"`, shown: last },
      ];
    }
  }
}

/** CONFIG GET shows every class, and that of replicas by its old name. */
const BUFFERS = {
  text: "normal 1mb 2mb 3 replica 0 0 0 pubsub 4mb 1gb 2147483647",
  shown: "normal 1048576 2097152 3 slave 0 0 0 pubsub 4194304 1073741824 2147483647",
};

function written({ directive, words }: SettableDirective, end: 0 | 1): Written {
  const [word] = words;
  return directive === "client-output-buffer-limit" || word === undefined ? BUFFERS : ends(word)[end];
}

describe.each([
  ["least", 0],
  ["most", 1],
] as const)("with every directive that a service may set at its %s", (_, end) => {
  const directives = settableDirectives("7.0.15").filter(({ name, directive }) => name === directive);
  const values = directives.map((directive) => ({ name: directive.name, ...written(directive, end) }));
  let stack: TestStack;

  beforeAll(async () => {
    const service = {
      ...devCache,
      directives: Object.fromEntries(values.map(({ name, text }) => [name, text])),
    };
    stack = await TestStack.deploySmall(scratch, service, "dev");
  }, 120_000);

  it("the stack is healthy, and can be written and read", async () => {
    await stack.becomeHealthy();
  });

  it("Redis has the values", async () => {
    const config: Record<string, string> = JSON.parse(await stack.redis("--json", "CONFIG", "GET", "*"));
    const expected = values.map(({ name, shown }) => [name, shown]);
    expect(values.map(({ name }) => [name, config[name]])).toEqual(expected);
  });

  it("the data can be saved", async () => {
    expect(await stack.redis("SET", "key", "value")).toBe("OK");
    expect(await stack.redis("SAVE")).toBe("OK");
  });
});
