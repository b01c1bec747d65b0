import { RENAMEABLE_COMMANDS } from "../../config/check-commands";
import { problemsOf } from "../support/stack-fixtures";

const FIELD = "environments/prod";

describe("an environment's command policy", () => {
  it.each(RENAMEABLE_COMMANDS)("may disable %s, and may rename it", (command) => {
    const none = { disabledCommands: [], renamedCommands: {} };
    expect(problemsOf("prod", { environment: { ...none, disabledCommands: [command] } })).toEqual([]);
    expect(
      problemsOf("prod", { environment: { ...none, renamedCommands: { [command]: `OPS_${command}` } } }),
    ).toEqual([]);
  });

  it.each(["SELECT", "MULTI", "DEL", "PEXPIREAT", "EVAL", "EVALSHA", "INFO"])(
    "may not disable %s, which clients or the append-only file need",
    (command) => {
      const environment = { disabledCommands: [command], renamedCommands: {} };
      expect(problemsOf("prod", { environment }).map((problem) => problem.split(". Fix:")[0])).toEqual([
        `${FIELD}.disabledCommands: got "${command}", expected a command that neither clients nor the append-only file need`,
      ]);
    },
  );

  it("names the command that was probably meant", () => {
    const environment = { disabledCommands: ["FLUSHAL"], renamedCommands: {} };
    expect(problemsOf("prod", { environment })).toEqual([
      `${FIELD}.disabledCommands: got "FLUSHAL", expected a command that neither clients nor the append-only file need. ` +
        'Fix: did you mean "FLUSHALL"? Use that name.',
    ]);
  });

  it("may not disable and rename the same command", () => {
    const environment = { disabledCommands: ["CONFIG"], renamedCommands: { CONFIG: "OPS_CONFIG" } };
    expect(problemsOf("prod", { environment })).toEqual(
      ["disabledCommands", "renamedCommands"].map(
        (list) =>
          `${FIELD}.${list}: got "CONFIG" more than once, expected each command once, disabled or renamed. ` +
          "Fix: remove one of them.",
      ),
    );
  });

  it.each(["", "AB", "ops_config", "OPS CONFIG", "OPS\nrequirepass x", "1CONFIG", "C".repeat(65)])(
    "may not rename to %j",
    (newName) => {
      const environment = { disabledCommands: [], renamedCommands: { CONFIG: newName } };
      expect(problemsOf("prod", { environment })).toEqual([
        `${FIELD}.renamedCommands.CONFIG: got ${JSON.stringify(newName)}, expected 3 to 64 capital letters, digits ` +
          'and underscores, and no other command\'s name. Fix: use a name such as "OPS_CONFIG".',
      ]);
    },
  );

  it("may not give two commands one name", () => {
    const environment = { disabledCommands: [], renamedCommands: { CONFIG: "OPS", SHUTDOWN: "OPS" } };
    expect(problemsOf("prod", { environment })).toHaveLength(2);
  });
});

it("an alias on the network is a name that Docker accepts", () => {
  expect(problemsOf("dev", { deployment: { aliases: ["redis", "re dis"] } })).toEqual([
    'shop.environments.dev.aliases: got "re dis", expected 2 to 128 letters, digits, dots, dashes or underscores, ' +
      "the first a letter or digit. Fix: use a name that Docker accepts.",
  ]);
});

it("a directive is not taken twice under two names", () => {
  const directives = { "hash-max-listpack-entries": "256", "hash-max-ziplist-entries": "512" };
  expect(problemsOf("dev", { service: { directives } })).toEqual([
    'shop.directives.hash-max-ziplist-entries: got "hash-max-ziplist-entries", which is another name of ' +
      '"hash-max-listpack-entries", expected each directive once. Fix: remove one of them.',
  ]);
});

it("the derived start period ends at an hour, however much there is to load", () => {
  expect(problemsOf("dev", { deployment: { memory: { maxmemory: "512 GiB" } } })).toEqual([]);
});
