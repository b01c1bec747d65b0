import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConf } from "../../../ops/backup/deployed";
import { NotTaken } from "../../../ops/backup/failures";
import { AofSet } from "../../../ops/backup/take-aof";
import { answeringContainer } from "../../support/answering-container";

const MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";
const IDLE = "aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0\r\n";
const silent = { out: () => undefined, err: () => undefined };

interface Server {
  /** What INFO persistence says. */
  readonly info?: () => string;
  /** Milliseconds that a look at the files takes. */
  readonly slowness?: number;
  /** CONFIG SET of a value that does not work. */
  readonly refuses?: string;
}

/** A server with an append-only set of two small files, and the settings of CONFIG SET that it got. */
function serverOf({ info = () => `${IDLE}aof_buffer_length:0\r\n`, slowness = 0, refuses }: Server) {
  const said: string[] = [];
  const container = answeringContainer(async (argv) => {
    const [, , command, ...words] = argv;
    said.push([command, ...words].join(" "));
    if (argv[0] === "sh") {
      await sleep(slowness);
      return {
        stdout: `${MANIFEST}\n9 appendonly.aof.1.base.rdb\n3 appendonly.aof.1.incr.aof\n88 appendonly.aof.manifest\n`,
      };
    }
    if (argv[0] === "head") {
      return { stdout: argv.at(-1)?.endsWith("rdb") ? "REDIS0010" : "abc" };
    }
    if (command === "CONFIG" && words.at(-1) === refuses) {
      return { exitCode: 1, stderr: `no ${refuses}` };
    }
    return { stdout: command === "INFO" ? info() : "OK\n" };
  });
  const source = { container, image: "none", conf: parseConf("appendonly yes"), info: new Map() };
  const stop = new AbortController();
  const held = <T>(use: (set: AofSet) => Promise<T>) =>
    AofSet.held({ source, auth: { mode: "none" }, terminal: silent, stop: stop.signal }, use);
  return { held, stop, settings: () => said.filter((text) => text.startsWith("CONFIG")), said };
}

const SET = "CONFIG SET auto-aof-rewrite-percentage";
const NO_MOMENT =
  "there was no moment at which all that was written lay in the append-only file: try again when the machine has less to do";

test("the whole set is taken, and rewriting goes on afterwards", async () => {
  const { held, settings } = serverOf({});
  const archive = await held(async (set) => {
    const { content, facts } = await set.take();
    return { bytes: await buffer(content), facts };
  });
  expect(archive.bytes.toString("latin1")).toContain("appendonlydir/appendonly.aof.manifest");
  expect(archive.facts.rdbVersion).toBe(10);
  expect(settings()).toEqual([`${SET} 0`, `${SET} 100`]);
});

test.each<[string, Server]>([
  ["is written all the time", { info: () => `${IDLE}aof_buffer_length:17\r\n` }],
  ["is looked at for longer than the pause", { slowness: 1050 }],
])(
  "a set that %s is not taken",
  async (_, server) => {
    const { held, settings, said } = serverOf(server);
    await expect(held((set) => set.take())).rejects.toThrow(new NotTaken(NO_MOMENT));
    expect(said.filter((text) => text === "CLIENT PAUSE 1000 WRITE")).toHaveLength(3);
    expect(said.filter((text) => text === "CLIENT UNPAUSE")).toHaveLength(3);
    expect(settings()).toEqual([`${SET} 0`, `${SET} 100`]);
  },
  10_000,
);

test("a wait for a rewrite ends with the signal, and the setting is put back", async () => {
  const { held, stop, settings } = serverOf({
    info: () => "aof_rewrite_in_progress:1\r\naof_rewrite_scheduled:0\r\n",
  });
  setTimeout(() => stop.abort(new NotTaken("it was interrupted")), 150);
  await expect(held(async () => "used")).rejects.toThrow("it was interrupted");
  expect(settings()).toEqual([`${SET} 0`, `${SET} 100`]);
});

test("a setting that cannot be put back does not hide the first failure, and is one by itself", async () => {
  const failure = new Error("the store is full");
  const { held } = serverOf({ refuses: "100" });
  await expect(held(() => Promise.reject(failure))).rejects.toBe(failure);
  await expect(held(async () => "used")).rejects.toThrow(`${SET} 100: no 100`);
});
