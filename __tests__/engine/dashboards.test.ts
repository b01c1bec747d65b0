import { loadStacks } from "../../config/load-stacks";
import { vedfolnir } from "../../config/services/vedfolnir";
import {
  filledIn,
  type GrafanaDashboard,
  labelValues,
  type Variables,
} from "../../lab/dashboards/grafana-dashboard";
import { Prometheus } from "../../lab/dashboards/prometheus";
import { ruleFile } from "../../monitoring/alert-rules";
import { dashboards } from "../../monitoring/dashboards";
import { labelsOf } from "../../monitoring/monitored-stack";
import { eventually } from "../support/eventually";
import { Scratch } from "../support/scratch";
import { template, today } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";

/** Every query of every panel, answered by a real Prometheus that reads a deployed stack's exporter and backups. */

let scratch: Scratch;
let stack: TestStack;
let prometheus: Prometheus;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, vedfolnir, "prod");
  prometheus = await startPrometheus();
  await eventually(
    () => prometheus.instant("redis_up == 1"),
    (found) => found.length > 0,
  );
  await readAndWrite();
}, 120_000);

afterAll(() => scratch.remove());

function startPrometheus(): Promise<Prometheus> {
  const { exporter, network, backups } = stack.props;
  const target = (name: string, host: string) => ({
    job_name: name,
    honor_labels: true,
    static_configs: [{ targets: [host], labels: labelsOf(stack.resolved) }],
  });
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["/etc/prometheus/rules.yml"],
    scrape_configs: [
      target("redis", `${exporter?.containerName}:9121`),
      target("redis-backup", `${backups.schedule?.containerName}:9122`),
    ],
  };
  return Prometheus.start(scratch.docker, {
    name: `${scratch.prefix}-prometheus`,
    networks: [exporter?.networkName ?? "", network.name],
    config: JSON.stringify(config),
    rules: ruleFile([stack.resolved]),
  });
}

/** Some of both in each of three seconds, so that a rate has something to count. */
async function readAndWrite(): Promise<void> {
  const script =
    "export REDISCLI_AUTH=$(cat /run/secrets/redis_password);" +
    " set -e; for second in 1 2 3; do for key in 1 2 3; do" +
    ' redis-cli -e SET "vedfolnir:session:$second-$key" value EX 60; redis-cli -e GET "vedfolnir:session:$second-$key";' +
    " redis-cli -e GET nobody; done; sleep 1; done";
  const { exitCode, stdout, stderr } = await stack.exec("sh", "-c", script);
  expect([exitCode, stderr, stdout.match(/^value$/gm)?.length]).toEqual([0, "", 9]);
}

const files = dashboards(loadStacks({ template, today })).map(
  ({ fileName, json }): [string, GrafanaDashboard] => [fileName, JSON.parse(json)],
);

/** A rate over more than the whole test, and the one stack. */
const variables = (): Variables => ({
  __rate_interval: "1m",
  environment: ["prod"],
  stack: stack.resolved.id,
});

/** Asks until there is an answer: the first backup and the second evaluation of the rules take their time. */
async function answered(expr: string): Promise<boolean> {
  const query = filledIn(expr, variables());
  const series = await eventually(
    () => prometheus.instant(query),
    (found) => found.length > 0,
  );
  return (
    series.length > 0 &&
    series.every(({ values }) => values.every(([, value]) => Number.isFinite(Number(value))))
  );
}

it.each(files)("%s: every query has an answer", async (_, dashboard) => {
  const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, expr })),
  );
  const answers = await Promise.all(
    queries.map(async (query) => ({ ...query, isAnswered: await answered(query.expr) })),
  );
  expect(answers.filter(({ isAnswered }) => !isAnswered)).toEqual([]);
  expect(answers.length).toBeGreaterThan(20);
});

it("offers the stack in every variable of the overview, and in that of its service", async () => {
  const { service, environment, stack: id } = labelsOf(stack.resolved);
  const [overview, ofService] = ["overview", service].map((name) =>
    dashboards([stack.resolved])
      .filter(({ fileName }) => fileName === `redis-${name}.json`)
      .map(({ json }) => JSON.parse(json) as GrafanaDashboard),
  );
  const offered = async (dashboard: GrafanaDashboard | undefined) => {
    const queries = dashboard?.templating.list.filter(({ type }) => type === "query") ?? [];
    return Promise.all(
      queries.map(({ query }) => {
        const { selector, label } = labelValues(filledIn(query, { environment: [environment] }));
        return prometheus.labelValues(selector, label);
      }),
    );
  };
  expect(await offered(overview?.[0])).toEqual([[environment], [id]]);
  expect(await offered(ofService?.[0])).toEqual([[id]]);
});

it("says that Redis is down when it is, and what did not happen is zero", async () => {
  const ask = async (title: string) => {
    const model: GrafanaDashboard = files.find(
      ([name]) => name === "redis-vedfolnir.json",
    )?.[1] as GrafanaDashboard;
    const expr = model.panels.find((panel) => panel.title === title)?.targets?.[0]?.expr ?? "";
    return (await prometheus.instant(filledIn(expr, variables()))).map(({ values }) => values[0]?.[1]);
  };
  expect(await ask("Redis")).toEqual(["1"]);
  expect(await ask("Refused writes")).toEqual(["0"]);
  await stack.container.pause();
  expect(
    await eventually(
      () => ask("Redis"),
      ([value]) => value === "0",
    ),
  ).toEqual(["0"]);
  await stack.container.unpause();
});
