import { dockerEngine } from "../../ops/docker-engine";
import { DataLab } from "../support/data-lab";
import { Scratch } from "../support/scratch";

/** What people did to their data by hand, on bare Redis and through the start script. 100 keys are there before each. */

interface Disaster {
  readonly what: string;
  /** Leaves the volume as somebody made it. */
  readonly made: string;
  /** Options of bare Redis, and the same as lines of redis.conf. */
  readonly conf: readonly string[];
  /** What bare Redis has then: its keys, or why it does not start. */
  readonly byHand: string;
  /** What the start script says; `undefined`: it is for preflight to refuse it (engine/transition.test.ts). */
  readonly refused?: RegExp;
}

const RDB = "plain --save '900 1'; fill; stop";
const AOF = "plain --appendonly yes --save ''; fill; stop";

const DISASTERS: readonly Disaster[] = [
  {
    what: "the append-only file switched on over a snapshot",
    made: RDB,
    conf: ["appendonly yes", "save 900 1"],
    byHand: "0",
    refused: /got dump\.rdb with data, which appendonly yes ignores/,
  },
  {
    what: "the manifest of the append-only set deleted",
    made: `${AOF}; rm /data/appendonlydir/*.manifest`,
    conf: ["appendonly yes"],
    byHand: "0",
    refused: /got appendonlydir\/appendonly\.aof\.1\.incr\.aof and no appendonly\.aof\.manifest/,
  },
  {
    what: "the append-only file switched off over an old snapshot",
    made: `plain --save '900 1'; fill 40; stop; touch -d '2026-01-01 10:00:00' /data/dump.rdb; ${AOF}`,
    conf: ["appendonly no"],
    byHand: "40",
    refused:
      /got appendonlydir\/appendonly\.aof\.1\.incr\.aof, which appendonly no ignores, newer than dump\.rdb/,
  },
  {
    what: "a command of the append-only file disabled",
    made: "plain --appendonly yes --save ''; fill; cli FLUSHALL; fill; stop",
    conf: ["appendonly yes", 'rename-command FLUSHALL ""'],
    byHand: "Unknown command 'FLUSHALL' reading the append only file",
  },
  {
    what: "an older engine on newer data",
    made: `${RDB}; printf REDIS0099 | dd of=/data/dump.rdb conv=notrunc 2>/dev/null`,
    conf: ["appendonly no"],
    byHand: "Can't handle RDB format version 99",
  },
];

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.create();
});
afterAll(() => scratch.remove());

it("loses data or does not start by hand, and through the start script keeps every byte", async () => {
  await DataLab.use(dockerEngine({}), async (lab) => {
    for (const { what, made, conf, byHand, refused } of DISASTERS) {
      const lines = conf.map((line) => `'${line}'`).join(" ");
      const start = `printf '%s\\n' ${lines} > /tmp/more.conf`;
      const bare = await lab.run(`fresh; ${made}; ${start}
        launch redis-server /tmp/more.conf --port 0 --unixsocket $socket --dir /data && { keys; crash; }`);
      const seen = `${bare.stdout}${bare.stderr}`;
      expect([what, seen.includes(byHand) ? byHand : seen]).toEqual([what, byHand]);
      if (/^\d+$/.test(byHand)) {
        expect([what, bare.stdout]).toEqual([what, `${byHand}\n`]);
      }
      const product = await lab.run(`fresh; ${made}; hashes > /tmp/before
        product ${lines}; echo "status $?"; hashes | cmp - /tmp/before && echo untouched`);
      if (refused !== undefined) {
        expect([what, product.stdout]).toEqual([what, "status 78\nuntouched\n"]);
        expect(product.stderr).toMatch(refused);
      }
    }
  });
}, 60_000);

it("says of a snapshot beside an append-only file that it is not loaded, where by hand nothing says so", async () => {
  await DataLab.use(dockerEngine({}), async (lab) => {
    const made = `fresh; plain --appendonly yes --save ''; fill 7; stop
      touch -d '2026-01-01 10:00:00' /data/appendonlydir/*; cp /tmp/keys.rdb /data/dump.rdb`;
    const bare = await lab.run(
      `${made}; plain --appendonly yes --save ''; keys; grep -c dump.rdb /tmp/log; crash`,
    );
    expect(bare.stdout).toBe("7\n0\n");
    const product = await lab.run(
      `${made}; product 'appendonly yes' 'save ""'; keys; grep redis-start: /tmp/log; crash`,
    );
    expect(product.stdout).toBe(
      "7\nredis-start: /data: dump.rdb is newer than appendonlydir and is not loaded. " +
        "To load a backup: bin/redis-ops restore STACK.\n",
    );
  });
}, 60_000);
