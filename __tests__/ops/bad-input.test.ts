import * as loading from "../../config/load-stacks";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();
afterEach(() => jest.restoreAllMocks());

/** What is written to standard error when the command line is refused. */
const refused = async (...words: readonly string[]) => {
  const { exitCode, out, err } = await redisOps(...words);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).not.toMatch(/^ +at /m);
  return err;
};

test("an unknown command is refused with the nearest one", async () => {
  expect(await refused("stcks")).toMatchInlineSnapshot(`
    "error: unknown command 'stcks'
    (Did you mean stacks?)
    (add --help for what it takes)"
  `);
});

test("an unknown option is refused with the nearest one", async () => {
  expect(await refused("stacks", "--jsn")).toMatchInlineSnapshot(`
    "error: unknown option '--jsn'
    (Did you mean --json?)
    (add --help for what it takes)"
  `);
});

test("a choice that does not exist is refused with those that do", async () => {
  expect(await refused("connection", "cache-dev", "--format", "yaml")).toMatchInlineSnapshot(`
    "error: option '--format <format>' argument 'yaml' is invalid. Allowed choices are env, json, url.
    (add --help for what it takes)"
  `);
});

test("a stack that is not given is refused", async () => {
  expect(await refused("connection")).toMatchInlineSnapshot(`
    "error: missing required argument 'stack'
    (add --help for what it takes)"
  `);
});

test("a word too many is refused", async () => {
  expect(await refused("config", "show", "cache-dev", "server")).toMatchInlineSnapshot(`
    "error: too many arguments for 'show'. Expected 1 argument but got 2.
    (add --help for what it takes)"
  `);
});

test("a password file that is not given is refused", async () => {
  expect(await refused("secrets", "import", "shop-prod")).toMatchInlineSnapshot(`
    "error: required option '--from <file>' not specified
    (add --help for what it takes)"
  `);
});

test.each([["0"], ["3601"], ["-1"], ["1.5"], ["soon"], [""], ["0x10"], ["1e2"], [" 5"], ["+5"], ["٣"]])(
  "a timeout of %j is refused",
  async (seconds) => {
    expect(await refused("verify", "cache-dev", `--timeout=${seconds}`)).toContain(
      `got "${seconds}", expected 1 to 3600. Fix: write whole seconds.`,
    );
  },
);

describe("an unknown stack", () => {
  test("is refused with the nearest name", async () => {
    expect(await refused("config", "show", "cash-dev")).toMatchInlineSnapshot(`
      "1 problem, nothing was changed
        stack: got "cash-dev", expected one of cache-dev, shop-dev, shop-prod. Fix: did you mean "cache-dev"? Use that name."
    `);
  });

  test("is refused with all names where none is near", async () => {
    expect(await refused("connection", "x")).toMatchInlineSnapshot(`
      "1 problem, nothing was changed
        stack: got "x", expected one of cache-dev, shop-dev, shop-prod. Fix: use one of cache-dev, shop-dev, shop-prod."
    `);
  });

  test.each([["verify"], ["secrets init"], ["secrets status"], ["secrets import --from /dev/null"]])(
    "is refused by %s before the engine is asked",
    async (command) => {
      process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
      expect(await refused(...command.split(" "), "cash-dev")).toContain(
        'did you mean "cache-dev"? Use that name.',
      );
    },
  );
});

test.each([["verify"], ["secrets init"], ["secrets status"]])(
  "an engine that does not answer is refused by %s",
  async (command) => {
    process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
    expect(await refused(...command.split(" "), "shop-prod")).toContain(
      "docker: got no answer from unix:///nowhere/docker.sock, expected a running Docker engine. " +
        "Fix: start Docker (bin/up does it on Debian and Ubuntu), or set DOCKER_HOST.",
    );
  },
);

test("a bug is thrown, not reported as bad input", async () => {
  jest.spyOn(loading, "loadStacks").mockImplementation(() => {
    throw new TypeError("cannot read properties of undefined");
  });
  await expect(redisOps("stacks")).rejects.toThrow(new TypeError("cannot read properties of undefined"));
});

test.each([
  [
    ["restore", "shop-prod", "--from", "a", "--of", "b", "--from", "a", "--of", "c", "--of", "d"],
    [
      "2 problems, nothing was changed",
      "  --from: got it twice, expected it once. Fix: leave out all but one, or run the command once for each.",
      "  --of: got it 3 times, expected it once. Fix: leave out all but one, or run the command once for each.",
    ],
  ],
  [
    [
      "sessions",
      "delete",
      "shop-prod",
      "--user",
      "a",
      "--user=b",
      "--yes",
      "--yes",
      "--key",
      "a",
      "--key",
      "b",
    ],
    [
      "1 problem, nothing was changed",
      "  --user: got it twice, expected it once. Fix: leave out all but one, or run the command once for each.",
    ],
  ],
])("an option that is given twice is refused: %j", async (words, lines) => {
  expect(await refused(...words)).toBe(lines.join("\n"));
});
