import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { renamed } from "../support/renamed-service";
import { plainEnvironment } from "../support/run-program";
import { LAB_ENGINE, Scratch } from "../support/scratch";
import { repository } from "../support/stack-fixtures";
import { rdbOf, storeBackup } from "../support/stored-backup";
import { TestStack } from "../support/test-stack";

/** Kills of the whole program: after it says this, and so many milliseconds. 100 of them with SOAK=1. */
const TRIALS: readonly (readonly [said: string, milliseconds: number])[] =
  process.env.SOAK === "1"
    ? Array.from(
        { length: 100 },
        (_, trial) => [trial % 4 === 0 ? "reading" : "stopping", trial * 25] as const,
      )
    : [
        ["reading", 300],
        ["stopping", 150],
        ["stopping", 500],
      ];

let scratch: Scratch;
let stack: TestStack;
let argv: readonly string[];

const program = () =>
  spawn(join(repository, "node_modules/.bin/tsx"), argv, {
    cwd: repository,
    env: plainEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });

/** What the server has: `old`, `new`, or something else, which must not be. */
async function dataSet(): Promise<string> {
  const [size, which, many] = [
    await stack.redis("DBSIZE"),
    await stack.redis("GET", "which"),
    await stack.redis("EXISTS", "new:2000"),
  ];
  return `${size} ${which} ${many}`;
}
const OLD = "1 old 0";
const NEW = "2001 new 1";

beforeAll(async () => {
  scratch = await Scratch.create();
  const service: Service = await renamed(devCache, "dev", scratch);
  const small = {
    ...service,
    environments: { dev: { ...service.environments.dev, memory: { maxmemory: "64 MiB" } } },
  };
  stack = new TestStack(scratch, small as Service);
  await stack.deploy();
  await stack.redis("EVAL", "for i = 1, 2000 do redis.call('SET', 'new:' .. i, i) end", "0");
  await stack.redis("SET", "which", "new");
  const store = storeBackup(`${scratch.folder}/backups`, stack.resolved.id, await rdbOf(stack));
  const file = `${scratch.folder}/service.json`;
  writeFileSync(file, JSON.stringify(small));
  argv = [join(repository, "__tests__/support/restore-child.ts"), file, LAB_ENGINE, store];
}, 120_000);

afterAll(() => scratch.remove());

it(
  "leaves the old data or the new when it is killed, and a restore after that does what it says",
  async () => {
    const seen: string[] = [];
    for (const [said, milliseconds] of TRIALS) {
      await stack.redis("FLUSHALL");
      await stack.redis("SET", "which", "old");
      const child = program();
      const closed = new Promise((resolve) => child.on("close", resolve));
      await new Promise<void>((resolve) => {
        child.stderr.on("data", (text: Buffer) => {
          if (text.includes(said)) {
            resolve();
          }
        });
        child.on("close", () => resolve());
      });
      await sleep(milliseconds);
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It has come to its end.
      }
      await closed;
      await sleep(500);
      await stack.container.start().catch(() => undefined); // it runs
      await stack.becomeHealthy();
      seen.push(await dataSet());
    }
    const lost = seen.filter((one) => one !== OLD && one !== NEW);
    console.info(`killed ${seen.length} times, lost ${lost.length}`);
    expect(lost).toEqual([]);
    expect(await new Promise((resolve) => program().on("close", resolve))).toBe(0);
    expect(await dataSet()).toBe(NEW);
  },
  60_000 + TRIALS.length * 15_000,
);
