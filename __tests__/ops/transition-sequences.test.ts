import type Docker from "dockerode";
import { parseConf } from "../../ops/backup/deployed";
import { type ExecResult, exec } from "../../ops/docker-engine";
import { ExitCode } from "../../ops/exit-code";
import { redisCommand } from "../../ops/redis-command";
import { liveSave } from "../../ops/transition/facts";
import { SequenceFailed, switchAofOff, switchAofOn } from "../../ops/transition/sequences";
import { recorded } from "../support/recorded";

jest.mock("../../ops/redis-command");
jest.mock("../../ops/docker-engine");

const container = { id: "shop-redis" } as Docker.Container;
const server = { container, conf: parseConf("appendonly yes") };

const IDLE =
  "redis_version:7.0.15\nrdb_bgsave_in_progress:0\naof_rewrite_in_progress:0\naof_rewrite_scheduled:0\n";
const said = (stdout: string): ExecResult => ({ exitCode: 0, stdout, stderr: "" });
const refused = (stderr: string): ExecResult => ({ exitCode: 1, stdout: "", stderr });

let sent: string[];

/** A server that refuses what `refuses` gives an answer for, the n-th time that it is sent. */
function answering(refuses: (command: string, nth: number) => string | undefined, mv: ExecResult = said("")) {
  sent = [];
  jest.mocked(exec).mockResolvedValue(mv);
  jest.mocked(redisCommand).mockImplementation(async (_container, _auth, words) => {
    const command = words.join(" ");
    if (command !== "INFO") {
      sent.push(command);
    }
    const refusal = refuses(command, sent.filter((text) => text === command).length);
    if (refusal !== undefined) {
      return refused(refusal);
    }
    if (command === "CONFIG GET save") {
      return said("save\n900 1\n");
    }
    return said(
      command === "INFO" ? `${IDLE}aof_last_bgrewrite_status:ok\nrdb_last_bgsave_status:ok\n` : "OK",
    );
  });
}

async function failureOf(sequence: typeof switchAofOn): Promise<string> {
  const failure = await recorded(async (terminal) => {
    await sequence(server, terminal);
    return ExitCode.ok;
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SequenceFailed);
  return (failure as Error).message;
}

const off: typeof switchAofOn = (given, terminal) => switchAofOff(given, [], terminal);

const SWITCHED = ["CONFIG GET save", "CONFIG SET save 3600 1", "CONFIG SET appendonly no"];

it("switches the append-only file off, and puts nothing back", async () => {
  answering(() => undefined);
  const { err } = await recorded(async (terminal) => {
    await off(server, terminal);
    return ExitCode.ok;
  });
  expect(err).toMatch(
    /^the append-only set is kept as (\/data\/appendonlydir\.off-\d{8}T\d{6}Z) in the data volume; when it is not needed any more: docker exec shop-redis rm -r \1\s*$/,
  );
  expect(sent).toEqual([...SWITCHED, "BGSAVE"]);
});

it("puts everything back when the append-only set cannot be moved", async () => {
  answering(() => undefined, refused("mv: read-only file system\n"));
  expect(await failureOf(off)).toBe('mv: read-only file system; put back: appendonly yes, save "900 1"');
  expect(sent).toEqual([...SWITCHED, "BGSAVE", "CONFIG SET appendonly yes", "CONFIG SET save 900 1"]);
});

it("puts the save points back when the append-only file cannot be switched off", async () => {
  answering((command) => (command === "CONFIG SET appendonly no" ? "ERR no" : undefined));
  expect(await failureOf(off)).toBe('CONFIG SET appendonly no: ERR no; put back: save "900 1"');
  expect(sent).toEqual([...SWITCHED, "CONFIG SET save 900 1"]);
});

it("keeps the first failure, and the save points, where the append-only file stays off", async () => {
  answering((command) =>
    command === "BGSAVE" ? "ERR disk" : command === "CONFIG SET appendonly yes" ? "ERR full" : undefined,
  );
  expect(await failureOf(off)).toBe(
    "BGSAVE: ERR disk; not put back: appendonly yes (CONFIG SET appendonly yes: ERR full; nothing had been switched), " +
      'save "900 1"',
  );
  expect(sent.at(-1)).toBe("CONFIG SET appendonly yes");
});

it("says what was put back, and what was not", async () => {
  answering((command) => (command === "CONFIG SET save 900 1" ? "ERR gone" : undefined), refused("mv: no"));
  expect(await failureOf(off)).toBe(
    'mv: no; put back: appendonly yes; not put back: save "900 1" (CONFIG SET save 900 1: ERR gone)',
  );
});

it("changes nothing where it is not told the save points", async () => {
  answering((command) => (command === "CONFIG GET save" ? "NOPERM" : undefined));
  expect(await failureOf(off)).toBe("CONFIG GET save: NOPERM; nothing had been switched");
  expect(sent).toEqual(["CONFIG GET save"]);
});

it("keeps the first failure when the append-only file cannot be switched off again", async () => {
  let asked = 0;
  answering((command) => {
    if (command === "INFO") {
      asked += 1;
      return "the server is gone";
    }
    return command === "CONFIG SET appendonly no" ? "connection refused" : undefined;
  });
  expect(await failureOf(switchAofOn)).toBe(
    "the server is gone; not put back: appendonly no (CONFIG SET appendonly no: connection refused)",
  );
  expect(asked).toBe(1);
});

it("takes no answer about the save points for no save points", async () => {
  answering((command) => (command === "CONFIG GET save" ? "NOPERM no" : undefined));
  expect(await liveSave(container, server.conf)).toEqual({ refusal: "CONFIG GET save: NOPERM no" });
  answering(() => undefined);
  expect(await liveSave(container, server.conf)).toEqual({ save: "900 1" });
  const disabled = parseConf('save "60 1"\nrename-command CONFIG ""');
  expect(await liveSave(container, disabled)).toEqual({ save: "60 1" });
});
