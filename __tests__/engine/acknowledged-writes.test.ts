import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { table } from "../../ops/terminal";
import { LoadClient } from "../support/load-client";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/**
 * What a client was told to be written is there after the server was killed, or replaced by a deploy, in the middle of
 * its writes. Twice each; `npm run soak` does it twenty times, and prints what it saw.
 */
const ROUNDS = process.env.SOAK === "1" ? 20 : 2;
const MAX_WRITES = 20_000;
const TIMEOUT = 60_000 + ROUNDS * 30_000;

type Persistence = Required<Service>["persistence"];

const APPEND_ONLY: Persistence = { appendonly: true, appendfsync: "everysec", save: [] };
const SNAPSHOTS: Persistence = { appendonly: false, save: [{ after: "1 h", changes: 1 }] };

interface Outcome {
  readonly what: string;
  readonly downtimes: readonly number[];
  readonly acknowledged: number;
  readonly lost: number;
}

let scratch: Scratch;
const outcomes: Outcome[] = [];

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(async () => {
  await scratch.remove();
  process.stdout.write(`${tableOf(outcomes)}\n`);
});

describe.each([
  { name: "appendonly, appendfsync everysec", persistence: APPEND_ONLY },
  { name: "save points alone", persistence: SNAPSHOTS },
])("with $name", ({ name, persistence }) => {
  let service: Service;
  let stack: TestStack;

  beforeAll(async () => {
    service = edited(await renamed(devCache, "dev", scratch), {
      memory: { maxmemory: "192 MiB" },
      dataVolumeName: `${scratch.prefix}-${persistence.appendonly}`,
      containerName: `${scratch.prefix}-${persistence.appendonly}`,
      networkName: `${scratch.prefix}-${persistence.appendonly}-network`,
    });
    service = { ...service, name: `${service.name}-${persistence.appendonly ? "aof" : "rdb"}` };
    service = { ...service, persistence, maxmemoryPolicy: "noeviction" };
    stack = new TestStack(scratch, service);
    await stack.deploy();
  }, 120_000);

  /** Has the server go away and come back under load, `ROUNDS` times, and looks each time for all that was acknowledged. */
  async function underLoad(what: string, goAway: (round: number) => Promise<void>): Promise<Outcome> {
    const client = new LoadClient(stack.props.server.hostPort ?? 0);
    const downtimes: number[] = [];
    let lost = 0;
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        const before = client.count;
        client.start(MAX_WRITES);
        // Another moment of the server's second in each round.
        await sleep(700 + ((round * 370) % 1000));
        await goAway(round);
        await client.answersAgain();
        await client.stop();
        expect(client.count - before).toBeGreaterThan(100);
        downtimes.push(client.downtime);
        lost += await client.lost();
      }
    } finally {
      client.close();
    }
    const outcome = { what: `${what}, ${name}`, downtimes, acknowledged: client.count, lost };
    outcomes.push(outcome);
    return outcome;
  }

  if (persistence.appendonly) {
    it(
      "loses no acknowledged write when the server is killed, in the middle of a rewrite either",
      async () => {
        const { lost } = await underLoad("kill -9", async (round) => {
          if (round % 2 === 0) {
            await stack.redis("BGREWRITEAOF");
          }
          await stack.container.kill({ signal: "SIGKILL" });
          await stack.container.start();
        });
        expect(lost).toBe(0);
      },
      TIMEOUT,
    );
  }

  it(
    "loses no acknowledged write when a deploy replaces the container",
    async () => {
      const { lost } = await underLoad("replaced", async (round) => {
        const { Id } = await stack.container.inspect();
        stack.write({ ...service, slowlogMaxLen: 1000 + round });
        await stack.apply();
        expect((await stack.container.inspect()).Id).not.toBe(Id);
      });
      expect(lost).toBe(0);
    },
    TIMEOUT,
  );
});

function tableOf(rows: readonly Outcome[]): string {
  const seconds = (value: number | undefined) => `${value?.toFixed(2)} s`;
  return table(
    ["SERVER WAS", "TIMES", "ACKNOWLEDGED", "LOST", "DOWN, MEDIAN", "DOWN, MOST"],
    rows.map(({ what, downtimes, acknowledged, lost }) => {
      const sorted = [...downtimes].sort((a, b) => a - b);
      return [
        what,
        `${downtimes.length}`,
        `${acknowledged}`,
        `${lost}`,
        seconds(sorted[Math.floor(sorted.length / 2)]),
        seconds(sorted.at(-1)),
      ];
    }),
  );
}
