import { RENAMEABLE_COMMANDS } from "../../config/check-commands";
import type { Environment } from "../../config/environment";
import { problemsOf } from "../support/stack-fixtures";

const FIELD = "environments/prod";

/** Problems of production with this policy; which commands it has to guard is a gate. */
const problemsWith = (policy: Pick<Environment, "disabledCommands" | "renamedCommands">) =>
  problemsOf("prod", { environment: { ...policy, gates: "warn" } });

describe("an environment's command policy", () => {
  it.each(RENAMEABLE_COMMANDS)("may disable %s, and may rename it", (command) => {
    const none = { disabledCommands: [], renamedCommands: {} };
    expect(problemsWith({ ...none, disabledCommands: [command] })).toEqual([]);
    expect(problemsWith({ ...none, renamedCommands: { [command]: `OPS_${command}` } })).toEqual([]);
  });

  it.each(["SELECT", "MULTI", "DEL", "PEXPIREAT", "EVAL", "EVALSHA", "INFO"])(
    "may not disable %s, which clients or the append-only file need",
    (command) => {
      const policy = { disabledCommands: [command], renamedCommands: {} };
      expect(problemsWith(policy).map((problem) => problem.split(". Fix:")[0])).toEqual([
        `${FIELD}.disabledCommands: got "${command}", expected a command that neither clients nor the append-only file need`,
      ]);
    },
  );

  it("names the command that was probably meant", () => {
    const policy = { disabledCommands: ["FLUSHAL"], renamedCommands: {} };
    expect(problemsWith(policy)).toEqual([
      `${FIELD}.disabledCommands: got "FLUSHAL", expected a command that neither clients nor the append-only file need. ` +
        'Fix: did you mean "FLUSHALL"? Use that name.',
    ]);
  });

  it("may not disable and rename the same command", () => {
    const policy = { disabledCommands: ["CONFIG"], renamedCommands: { CONFIG: "OPS_CONFIG" } };
    expect(problemsWith(policy)).toEqual(
      ["disabledCommands", "renamedCommands"].map(
        (list) =>
          `${FIELD}.${list}: got "CONFIG" more than once, expected each command once, disabled or renamed. ` +
          "Fix: remove one of them.",
      ),
    );
  });

  it.each([
    ...["", "A_", "ops_config", "OPS CONFIG", "OPS\nrequirepass x", "1_CONFIG", `C_${"C".repeat(63)}`],
    // Commands of Redis, which then does not start, and what could become one.
    ...["GET", "SORT_RO", "OPSCONFIG"],
  ])("may not rename to %j", (newName) => {
    const policy = { disabledCommands: [], renamedCommands: { CONFIG: newName } };
    expect(problemsWith(policy)).toEqual([
      `${FIELD}.renamedCommands.CONFIG: got ${JSON.stringify(newName)}, expected 3 to 64 capital letters, digits ` +
        'and underscores, one underscore at least, and no other command\'s name. Fix: use a name such as "OPS_CONFIG".',
    ]);
  });

  it("may not give two commands one name", () => {
    const policy = { disabledCommands: [], renamedCommands: { CONFIG: "OPS", SHUTDOWN: "OPS" } };
    expect(problemsWith(policy)).toHaveLength(2);
  });
});

it("an alias on the network is a name that Docker accepts", () => {
  expect(problemsOf("dev", { deployment: { aliases: ["redis", "re dis"] } })).toEqual([
    'shop.environments.dev.aliases: got "re dis", expected 2 to 128 letters, digits, dots, dashes or underscores, ' +
      "the first a letter or digit. Fix: use a name that Docker accepts.",
  ]);
});

it("an alias on the network stands once", () => {
  expect(problemsOf("dev", { deployment: { aliases: ["redis", "cache", "redis", "redis"] } })).toEqual([
    'shop.environments.dev.aliases: got "redis" more than once, expected each name once. ' +
      "Fix: remove all but one of them.",
  ]);
});

it("a directive is not taken twice under two names", () => {
  const directives = { "zset-max-listpack-entries": "256", "zset-max-ziplist-entries": "512" };
  expect(problemsOf("dev", { service: { directives } })).toEqual([
    'shop.directives.zset-max-ziplist-entries: got "zset-max-ziplist-entries", which is another name of ' +
      '"zset-max-listpack-entries", expected each directive once. Fix: remove one of them.',
  ]);
});

it("the derived start period ends at an hour, however much there is to load", () => {
  expect(problemsOf("dev", { deployment: { memory: { maxmemory: "512 GiB" } } })).toEqual([]);
});
