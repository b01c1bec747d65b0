import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sentraPortal } from "../../config/services/sentra-portal";
import { createBackup } from "../../ops/backup/create-backup";
import { deployedConf } from "../../ops/backup/deployed";
import { findBackups } from "../../ops/backup/find-backups";
import { openStore } from "../../ops/backup/open-store";
import { backupVerify } from "../../ops/commands/backup-verify";
import { isNotFound } from "../../ops/docker-engine";
import { terraformBinary } from "../../ops/terraform";
import { digestOf, writeAllTypes } from "../support/all-types";
import { BackupContainer } from "../support/backup-container";
import type { CommandOrder } from "../support/command-child";
import { eventually } from "../support/eventually";
import { untilInAppendOnlyFile } from "../support/keys";
import { CommandProcess, type Ended, KilledProcess } from "../support/killed-process";
import { recorded } from "../support/recorded";
import { edited } from "../support/renamed-service";
import { YES } from "../support/restored";
import { plainEnvironment } from "../support/run-program";
import { Scratch } from "../support/scratch";
import { randomNumbers, Tally, type Verdict } from "../support/tally";
import { TestStack } from "../support/test-stack";

/**
 * Every part is killed at any moment of its work. 100 trials of each with SOAK=1. One file, though a long one: every trial
 * begins with what the one before it left of one stack, which shows that nothing is left that blocks.
 */
const { SOAK, KILL_SEED = "20261121", KILL_TRIALS = SOAK === "1" ? "100" : undefined } = process.env;
const count = (few: number) => Number(KILL_TRIALS ?? few);
const TIMEOUT = 60_000 + count(2) * 60_000;
const random = randomNumbers(Number(KILL_SEED));
const tally = new Tally();
const SILENT = { out: () => undefined, err: () => undefined };
const PLAIN = { kind: "rdb", compression: "zstd", recipients: [] } as const;

type DataSet = "A" | "B";

let scratch: Scratch;
let stack: TestStack;
let at: string;
let serviceFile: string;
const ids: Record<DataSet, string> = { A: "", B: "" };
const digests: Record<DataSet, string> = { A: "", B: "" };
/** What the server has. */
let now: DataSet;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  at = join(scratch.folder, "backups");
  serviceFile = join(scratch.folder, "service.json");
  writeFileSync(serviceFile, JSON.stringify(stack.resolved.service));
  await writeAllTypes(stack);
  // Its DUMP has the time at which a consumer was seen, which the append-only file does not keep.
  await stack.redis("DEL", "stream");
  await keep("A");
  await stack.redis("EVAL", "for i = 1, 2000 do redis.call('SET', 'b:' .. i, i) end", "0");
  await stack.redis("DEL", "list", "hash");
  await keep("B");
  now = "B";
}, 120_000);

afterAll(async () => {
  console.info(`seed ${KILL_SEED}\n${tally.text}`);
  await scratch.remove();
});

async function keep(which: DataSet): Promise<void> {
  await untilInAppendOnlyFile(stack);
  digests[which] = await digestOf(stack);
  ids[which] = (await createBackup(stack.resolved, { ...PLAIN, at }, SILENT)).manifest.id;
}

const restoreOf = (which: DataSet): CommandOrder => ({
  command: "restore",
  options: { ...YES, from: ids[which], at },
});
const BACKUP = (): CommandOrder => ({ command: "backup create", options: { ...PLAIN, at, json: false } });
const other = (which: DataSet): DataSet => (which === "A" ? "B" : "A");

/** What a person does after a crash: `docker start`. Then what the server has. */
async function broughtUp(): Promise<DataSet | "lost" | "mixed"> {
  await stack.container.start().catch(() => undefined); // it runs
  const ping = () => stack.redis("PING").catch(() => "");
  if ((await eventually(ping, (reply) => reply === "PONG")) !== "PONG") {
    return "lost";
  }
  const digest = await digestOf(stack);
  const found = (["A", "B"] as const).find((which) => digests[which] === digest);
  return found ?? (digest.startsWith("0 ") ? "lost" : "mixed");
}

const killServer = () => stack.container.kill().catch(() => undefined); // it does not run

/** A command, and how long it takes when nobody disturbs it. */
async function undisturbed(order: CommandOrder): Promise<number> {
  const child = await new CommandProcess(serviceFile).isReady();
  const started = Date.now();
  child.order(order);
  const { exitCode, output } = await child.ended;
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  const whole = Date.now() - started;
  console.info(`${order.command}: ${whole} ms`);
  return whole;
}

/** Kills something at a moment of the work of a command, while the next one loads. `few`: trials of a short run. */
async function trials(
  kind: string,
  order: () => CommandOrder,
  kill: (child: CommandProcess) => unknown,
  judge: (ended: Ended) => Promise<readonly [Verdict, string]>,
  whole: number,
  few: number,
): Promise<void> {
  let next = new CommandProcess(serviceFile).isReady();
  while (tally.of(kind) < count(few)) {
    const child = await next;
    next = new CommandProcess(serviceFile).isReady();
    const moment = Math.round(random() * whole * 1.05);
    child.order(order());
    await Promise.race([child.ended, sleep(moment)]);
    await kill(child);
    const [verdict, seen] = await judge(await child.ended);
    tally.add(kind, verdict, `after ${moment} of ${whole} ms: ${seen}`);
  }
  (await next).kill();
  expect(tally.bad).toEqual([]);
}

/** After a restore of the other data set: the old or the new, and the exit code says which. */
async function judgeRestore({ exitCode, output }: Ended): Promise<readonly [Verdict, string]> {
  const before = now;
  await eventually(lockIsGone, (isGone) => isGone);
  const found = await broughtUp();
  const seen = `exit code ${exitCode}, ${before} before, ${found} now: ${output}`;
  if (found === "lost" || found === "mixed") {
    return [found, seen];
  }
  now = found;
  const isTrue = exitCode === null || (exitCode === 0) === (found !== before);
  return [isTrue ? (found === before ? "as before" : "completed") : "false success", seen];
}

async function lockIsGone(): Promise<boolean> {
  const lock = scratch.docker.getContainer(`redis-ops-restore-${stack.resolved.id}`);
  return lock.inspect().then(() => false, isNotFound);
}

/** After a backup: the store has what is whole, the server what it had, and success is a backup more. */
function judgeBackup(known: Set<string>) {
  return async ({ exitCode, output }: Ended): Promise<readonly [Verdict, string]> => {
    const found = await broughtUp();
    const store = openStore(at, stack.resolved, scratch.docker);
    const { good, broken } = await findBackups([store], stack.resolved.id);
    const fresh = good.map(({ manifest }) => manifest.id).filter((id) => !known.has(id));
    const seen = `exit code ${exitCode}, ${found} now, made ${fresh}: ${output}`;
    for (const id of fresh) {
      known.add(id);
      if ((await verifies(id, at)) !== 0) {
        return ["mixed", seen];
      }
    }
    if (found !== now || broken.length > 0) {
      return [found === "lost" ? "lost" : "mixed", seen];
    }
    if (exitCode === 0 && fresh.length !== 1) {
      return ["false success", seen];
    }
    return [fresh.length === 1 ? "completed" : "as before", seen];
  };
}

async function verifies(id: string, where: string, of = stack.resolved): Promise<number> {
  return (await recorded((terminal) => backupVerify(of, { id, at: where, json: false }, terminal))).exitCode;
}

describe("backup create", () => {
  const known = new Set<string>();
  let whole: number;
  beforeAll(async () => {
    whole = await undisturbed(BACKUP());
    const { good } = await findBackups([openStore(at, stack.resolved, scratch.docker)], stack.resolved.id);
    for (const { manifest } of good) {
      known.add(manifest.id);
    }
  });

  it.each([
    ["backup create, itself killed", (child: CommandProcess) => child.kill()],
    ["backup create, the server killed", killServer],
  ])("%s", (kind, kill) => trials(kind, BACKUP, kill, judgeBackup(known), whole, 2), TIMEOUT);

  it("works after that, and has made nothing that is not whole", async () => {
    await undisturbed(BACKUP());
    expect(await verifies("all", at)).toBe(0);
  }, 600_000);
});

describe("restore", () => {
  let whole: number;
  beforeAll(async () => {
    whole = await undisturbed(restoreOf("A"));
    now = "A";
    expect(await broughtUp()).toBe(now);
  }, 60_000);

  it.each([
    ["restore, itself killed", (child: CommandProcess) => child.kill()],
    ["restore, the server killed", killServer],
    [
      "restore, both killed, and the container that it works in",
      async (child: CommandProcess) => {
        const lock = scratch.docker.getContainer(`redis-ops-restore-${stack.resolved.id}`);
        await Promise.all([lock.kill().catch(() => undefined), child.kill(), killServer()]);
      },
    ],
  ])("%s", (kind, kill) => trials(kind, () => restoreOf(other(now)), kill, judgeRestore, whole, 1), TIMEOUT);

  it("works after that, and nothing is left of what was interrupted", async () => {
    await undisturbed(restoreOf(other(now)));
    now = other(now);
    expect(await broughtUp()).toBe(now);
    const left = (await stack.exec("ls", "/data")).stdout.split("\n");
    expect(left.filter((name) => name.startsWith("restore-"))).toEqual([]);
  });
});

it(
  "the scheduled backup, its container killed",
  async () => {
    const kind = "scheduled backup, its container killed";
    const { schedule, ...props } = { ...stack.props, schedule: stack.props.backups.schedule };
    const volume = `${scratch.prefix}-scheduled`;
    const backup = await BackupContainer.start(scratch, "scheduled", {
      host: props.server.containerName,
      network: props.network.name,
      ...(schedule?.secretsVolume === undefined ? {} : { secretsVolume: schedule.secretsVolume }),
      volume,
      every: 1,
      keepLast: 10_000,
    });
    let made = (await backup.hasMade(2)).length;
    for (let trial = 0; trial < count(1); trial += 1) {
      const moment = Math.round(random() * 1500);
      await sleep(moment);
      await backup.container.kill();
      await backup.container.start();
      const wrong = await backup.sh(WRONG_SUMS);
      const count = (await backup.ids()).length;
      const verdict =
        wrong !== "" ? "mixed" : count < made ? "lost" : count > made ? "completed" : "as before";
      made = count;
      tally.add(kind, verdict, `after ${moment} ms: ${wrong}`);
    }
    await backup.hasMade(made + 1);
    await backup.container.stop();
    expect(await verifies("all", `volume:${volume}`, { ...stack.resolved, id: "shop-prod" })).toBe(0);
    expect(await broughtUp()).toBe(now);
    expect(tally.bad).toEqual([]);
  },
  TIMEOUT,
);

/** Names of the 20 newest backups whose data is not what their manifest says. */
const WRONG_SUMS = `
cd /data/shop-prod
ls *.json | tail -n 20 | while read -r manifest; do
  sum=$(sed -n 's/.*"sha256": "\\(.*\\)".*/\\1/p' "$manifest" | head -n 1)
  [ "$sum" = "$(sha256sum "\${manifest%.json}.rdb" | cut -d " " -f 1)" ] || echo "$manifest"
done`;

describe("replacement of the server's container by terraform apply", () => {
  let mebibytes = 64;
  let whole: number;

  const apply = () =>
    new KilledProcess(terraformBinary(), ["apply", "-input=false", "-auto-approve", "-no-color"], {
      cwd: stack.directory,
      env: plainEnvironment({
        TF_REATTACH_PROVIDERS: scratch.provider.reattach,
        TF_CLI_CONFIG_FILE: "",
      }),
    });

  const edit = () => {
    mebibytes = mebibytes === 64 ? 65 : 64;
    stack.write(edited(stack.resolved.service, { memory: { maxmemory: `${mebibytes} MiB` } }));
  };

  const isReplaced = async () =>
    (await deployedConf(stack.container))?.directive("maxmemory") === `${mebibytes}mb`;

  /** As `bin/up --adopt`: containers that the state does not know are stopped, with time to save, and made anew. */
  async function applyAgain(): Promise<void> {
    for (let left = 3; ; left -= 1) {
      const { exitCode, output } = await apply().ended;
      if (exitCode === 0) {
        return;
      }
      const [, name] = /container name "\/?([^"]+)" is already in use/i.exec(output) ?? [];
      if (left === 0 || name === undefined) {
        throw new Error(output);
      }
      await scratch.docker
        .getContainer(name)
        .stop()
        .catch(() => undefined); // it does not run
      await scratch.docker.getContainer(name).remove();
    }
  }

  beforeAll(async () => {
    edit();
    const started = Date.now();
    expect(await apply().ended).toMatchObject({ exitCode: 0 });
    whole = Date.now() - started;
    console.info(`terraform apply: ${whole} ms`);
    expect(await isReplaced()).toBe(true);
  }, 60_000);

  it.each([
    [
      "replacement, the server killed",
      // And started, as the restart policy does unless it is by the engine that it was killed.
      async () => {
        await killServer();
        await sleep(500);
        await stack.container.start().catch(() => undefined); // it is gone
      },
    ],
    ["replacement, terraform killed", (process: KilledProcess) => process.kill()],
  ])(
    "%s",
    async (kind, kill) => {
      while (tally.of(kind) < count(1)) {
        edit();
        const process = apply();
        const moment = Math.round(random() * whole * 1.05);
        await Promise.race([process.ended, sleep(moment)]);
        await kill(process);
        const { exitCode, output } = await process.ended;
        const isDone = exitCode === 0;
        const isFalse = isDone && !(await isReplaced());
        if (!isDone) {
          await applyAgain();
        }
        const found = await broughtUp();
        const seen = `after ${moment} of ${whole} ms: exit code ${exitCode}, ${found} now: ${output}`;
        const verdict =
          isFalse || !(await isReplaced()) ? "false success" : isDone ? "completed" : "as before";
        tally.add(kind, found === now ? verdict : found === "lost" ? "lost" : "mixed", seen);
      }
      await stack.becomeHealthy();
      expect((await stack.plan()).isEmpty).toBe(true);
      expect(tally.bad).toEqual([]);
    },
    TIMEOUT,
  );
});
