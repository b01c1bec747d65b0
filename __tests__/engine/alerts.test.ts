import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentName } from "../../config/environments";
import type { Deployment, Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { prospectflow } from "../../config/services/prospectflow";
import { sentraPortal } from "../../config/services/sentra-portal";
import { vedfolnir } from "../../config/services/vedfolnir";
import { Prometheus } from "../../lab/dashboards/prometheus";
import { initSecrets } from "../../ops/stack-secrets";
import { alertingRules } from "../support/alert-case";
import { memoryTrial, noevictionTrials, stopTrial, volatileTrials } from "../support/alert-trials";
import {
  type AlertOutcome,
  type AlertTrial,
  firing,
  named,
  ruleHealth,
  runTrials,
  wereSince,
} from "../support/alert-watch";
import { eventually } from "../support/eventually";
import { fasterExporter, fasterPrometheus } from "../support/faster-prometheus";
import { freePorts } from "../support/free-ports";
import { holdClients } from "../support/held-clients";
import { asClient } from "../support/keys";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { backUpEvery, cacheTrials, slowTrials } from "../support/slow-alert-trials";
import { repository, single } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";

/**
 * Alerts that a real Prometheus has of real stacks: they fire when something is done, and stop when it is mended; and a
 * stack that is left in peace is not told of. The rules are the product's, many times as fast.
 *
 * With SOAK=1 all of them, one idle stack of every service, and a stack whose own Prometheus takes the time that it takes.
 */

const isSoak = process.env.SOAK === "1";
/** Less where other tests want the processors, so that a scrape may take longer. */
const TIMES = isSoak ? 60 : 30;
/** Longest time from a deed, or its mending, to what is told of it. */
const WITHIN_SECONDS = isSoak ? 120 : 90;
const REAL_SECONDS = 600;
const TIMEOUT = isSoak ? 1_500_000 : 600_000;

/** Of 60 clients, so that few are many. */
const TIGHT: Partial<Service> = {
  maxclients: 60,
  thresholds: { ...prospectflow.thresholds, connectedClients: { warning: 20, critical: 40 } },
};

let scratch: Scratch;

/** A small one, whose volumes can be in memory and have so many MiB. */
async function deploy(
  letter: string,
  original: Service,
  environment: EnvironmentName,
  { change = {}, deployment = {}, dataMebibytes, backupMebibytes }: Differences = {},
): Promise<TestStack> {
  const own = await renamed({ ...original, ...change }, environment, {
    prefix: `${scratch.prefix}-${letter}`,
  });
  const stack = new TestStack(scratch, edited(own, { ...deployment, memory: { maxmemory: "64 MiB" } }));
  await inMemory(stack.props.dataVolume.name, dataMebibytes);
  await inMemory(stack.props.backups.schedule?.volumeName ?? "", backupMebibytes);
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  return stack;
}

interface Differences {
  readonly change?: Partial<Service>;
  readonly deployment?: Partial<Deployment>;
  readonly dataMebibytes?: number;
  readonly backupMebibytes?: number;
}

async function inMemory(name: string, mebibytes: number | undefined): Promise<void> {
  if (mebibytes !== undefined) {
    const o = `size=${mebibytes}m,uid=999,gid=1000,mode=755`;
    const DriverOpts = { type: "tmpfs", device: "tmpfs", o };
    await scratch.docker.createVolume({ Name: name, DriverOpts });
  }
}

/** A stack, and what is done to it. */
interface Provoked {
  readonly deploy: () => Promise<TestStack>;
  readonly trials: readonly AlertTrial[];
}

const PROVOKED: readonly Provoked[] = [
  { trials: noevictionTrials, deploy: () => deploy("a", prospectflow, "prod", { change: TIGHT }) },
  { trials: volatileTrials, deploy: () => deploy("b", sentraPortal, "prod", { dataMebibytes: 64 }) },
];

const PROVOKED_FOR_LONG: Provoked = {
  trials: slowTrials,
  deploy: async () => {
    const deployment = { backups: { every: "5 min" } } as const;
    const stack = await deploy("c", prospectflow, "prod", {
      change: TIGHT,
      deployment,
      backupMebibytes: 110,
    });
    await backUpEvery(stack, 300 / TIMES);
    return stack;
  },
};

/** Its own Prometheus has the product's rules as they are. */
const IN_REAL_TIME: Provoked = {
  trials: [stopTrial, memoryTrial].map((trial) => ({ ...trial, what: `${trial.what}, in real time` })),
  deploy: async () => {
    const [hostPort = 0] = await freePorts(1);
    return deploy("d", prospectflow, "prod", { deployment: { prometheus: { hostPort } } });
  },
};

/** Left in peace: health checks, backups, and what is usual for it. */
const PEACEFUL = {
  vedfolnir: async () => {
    const stack = await deploy("p", vedfolnir, "prod");
    await holdClients(stack, 2, 2);
    return stack;
  },
  ...(isSoak
    ? {
        prospectflow: () => deploy("p", prospectflow, "prod"),
        "sentra-portal": () => deploy("p", sentraPortal, "prod"),
        "dev-cache": async () => {
          const [hostPort = 0] = await freePorts(1);
          const stack = await deploy("p", devCache, "dev", { deployment: { exporter: { hostPort } } });
          await becomeFull(stack);
          return stack;
        },
      }
    : {}),
};

/** Takes all the memory, and then a little more every second, which evicts as little. */
async function becomeFull(stack: TestStack): Promise<void> {
  const write = (pause: number) => `echo SETRANGE cache:$n 9999 x; sleep ${pause}`;
  await asClient(stack, `for n in $(seq 6500); do ${write(0)}; done`);
  void asClient(stack, `for n in $(seq 10000 10900); do ${write(1)}; done`).catch(() => undefined);
}

const FAST = [...PROVOKED, ...(isSoak ? [PROVOKED_FOR_LONG] : [])];
const REAL = isSoak ? [IN_REAL_TIME] : [];

let prometheus: Prometheus;
let outcomes: readonly AlertOutcome[];
let peaceful: readonly { readonly name: string; readonly pending: Names; readonly firing: Names }[];
type Names = readonly string[];

beforeAll(async () => {
  scratch = await Scratch.create();
  const [fast, real, inPeace] = await Promise.all([
    Promise.all(FAST.map(async ({ deploy: start, trials }) => ({ stack: await start(), trials }))),
    Promise.all(REAL.map(async ({ deploy: start, trials }) => ({ stack: await start(), trials }))),
    Promise.all(Object.entries(PEACEFUL).map(async ([name, start]) => ({ name, stack: await start() }))),
  ]);
  const watched = [...fast, ...inPeace].map(({ stack }) => stack);
  await Promise.all(watched.map((stack) => fasterExporter(stack, TIMES)));
  prometheus = await fasterPrometheus(scratch, watched, TIMES);
  await becomesQuiet(watched);
  const begun = Date.now() / 1000;
  const slowly = real.map(({ stack, trials }) =>
    runTrials(
      new Prometheus(`http://127.0.0.1:${stack.props.prometheus?.hostPort}`),
      stack,
      trials,
      REAL_SECONDS,
    ),
  );
  const done = await Promise.all(
    fast.map(({ stack, trials }) => runTrials(prometheus, stack, trials, WITHIN_SECONDS)),
  );
  peaceful = await Promise.all(
    inPeace.map(async ({ name, stack: { resolved } }) => ({
      name,
      pending: await wereSince(prometheus, resolved, "pending", begun),
      firing: await wereSince(prometheus, resolved, "firing", begun),
    })),
  );
  const churned = inPeace
    .filter(({ stack }) => stack.props.server.maxmemoryPolicy.startsWith("allkeys-"))
    .map(({ stack }) => runTrials(prometheus, stack, cacheTrials, WITHIN_SECONDS));
  outcomes = [...done, ...(await Promise.all([...churned, ...slowly]))].flat();
  if (isSoak) {
    process.stdout.write(table());
  }
}, TIMEOUT);

afterAll(() => scratch.remove());

/** Prometheus looks at its targets five seconds after it has started, which is long when time is fast. */
async function becomesQuiet(watched: readonly TestStack[]): Promise<void> {
  const up = await eventually(
    () => prometheus.instant("redis_up == 1"),
    (found) => found.length === watched.length,
  );
  expect(up).toHaveLength(watched.length);
  for (const { resolved } of watched) {
    const loud = await eventually(
      () => firing(prometheus, resolved),
      (alerts) => alerts.length === 0,
    );
    expect(loud.map(named)).toEqual([]);
  }
}

/** As docs/evidence has it. */
function table(): string {
  const seconds = (value: number | undefined) => (value === undefined ? "never" : `${value} s`);
  const rows = outcomes.map(
    ({ what, alert, firedAfter, resolvedAfter }) =>
      `| ${what} | ${alert} | ${seconds(firedAfter)} | ${seconds(resolvedAfter)} |`,
  );
  const seen = peaceful.map(({ name, pending }) => `${name}: pending ${pending.join(", ") || "nothing"}`);
  return `${[...rows, ...seen].join("\n")}\n`;
}

const EXPECTED = [
  ...[...FAST, ...REAL].flatMap(({ trials }) => trials),
  ...("dev-cache" in PEACEFUL ? cacheTrials : []),
].flatMap(({ what, fires }) => fires.map((alert) => ({ what, alert })));

it.each(EXPECTED)("$what: $alert fires, says whom to call and what to read, and stops", ({ what, alert }) => {
  const { stack, active, firedAfter, resolvedAfter, others } = single(
    outcomes.filter((outcome) => outcome.what === what && outcome.alert === alert),
  );
  expect({ firedAfter, resolvedAfter, others }).toEqual({
    firedAfter: expect.any(Number),
    resolvedAfter: expect.any(Number),
    others: [],
  });
  const rule = single(
    alertingRules(stack).filter(
      (one) => named({ labels: { alertname: one.alert, ...one.labels } }) === alert,
    ),
  );
  const { reason, alertname, ...labels } = active?.labels ?? {};
  expect(labels).toEqual(rule.labels);
  expect(alertname === "RedisBackupFailing").toBe(reason !== undefined);
  const { description = "", ...annotations } = active?.annotations ?? {};
  const { description: template, ...told } = rule.annotations;
  expect(annotations).toEqual(told);
  expect(description).not.toMatch(/\{\{|<error|<no value>|NaN|Inf/);
  expect(description.length).toBeGreaterThan(40);
  expect(existsSync(join(repository, annotations.runbook_url ?? ""))).toBe(true);
});

it.each(Object.keys(PEACEFUL))("%s, left in peace, is not told of", (name) => {
  const { firing: told } = single(peaceful.filter((one) => one.name === name));
  expect(told).toEqual([]);
});

it("every rule was evaluated", async () => {
  const { good, bad } = await ruleHealth(prometheus);
  expect(bad).toEqual([]);
  expect(good).toBeGreaterThan(80);
});
