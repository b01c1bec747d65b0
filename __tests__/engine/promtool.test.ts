import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleFile, ruleGroups } from "../../monitoring/alert-rules";
import { alertmanagerConfig } from "../../monitoring/alertmanager";
import { prometheusConfig } from "../../monitoring/scrape-config";
import {
  ALERTED_STACKS,
  type AlertCase,
  hold,
  promtoolTests,
  quietTests,
  stepOf,
} from "../support/alert-case";
import { alertCases } from "../support/alert-cases";
import { idleSeries } from "../support/idle-series";
import { plainEnvironment, runProgram } from "../support/run-program";
import { repository } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

const inFolder = temporaryFolder();
const ALERTED = Object.keys(ALERTED_STACKS) as (keyof typeof ALERTED_STACKS)[];
const stacks = Object.values(ALERTED_STACKS);

/** Prometheus' own tool, or Alertmanager's. */
async function tool(name: "promtool" | "amtool", ...argv: readonly string[]) {
  const options = { cwd: inFolder("."), env: plainEnvironment() };
  const found = await runProgram(join(repository, "lab/image/promtool.sh"), [name], options);
  expect(found).toMatchObject({ exitCode: 0, stderr: "" });
  return runProgram(found.stdout.trim(), argv, options);
}

const write = (name: string, text: string) => writeFileSync(inFolder(name), text);

test("every alert fires, stays quiet and resolves when it should", async () => {
  const files = [...new Set(alertCases.map(fileOf))].map((name) => {
    const cases = alertCases.filter((one) => fileOf(one) === name);
    write(`${name}.rules`, rulesOf(cases));
    write(name, stringify(promtoolTests(`${name}.rules`, cases)));
    return name;
  });
  const { exitCode, output } = await tool("promtool", "test", "rules", ...files);
  expect(exitCode === 0 ? "" : output).toBe("");
});

const fileOf = (one: AlertCase) => `${one.stack}-${one.alert}-${stepOf(one)}.yml`;

/** The alert of these cases and what it reads: all rules in each case take a minute. */
function rulesOf(cases: readonly AlertCase[]): string {
  const groups = cases.slice(0, 1).flatMap(({ stack, alert }) =>
    ruleGroups(ALERTED_STACKS[stack]).map(({ name, rules }) => {
      const own = rules.filter((rule) => "alert" in rule && rule.alert === alert);
      const isReading = own.some(({ expr }) => expr.includes("stack:"));
      return { name, rules: rules.filter((rule) => own.includes(rule) || (isReading && "record" in rule)) };
    }),
  );
  return stringify({ groups });
}

test("nothing fires for an hour in which nothing happens", async () => {
  const files = ALERTED.map((name) => {
    write(`${name}.rules`, ruleFile([ALERTED_STACKS[name]]));
    // Waiting workers are what a queue has; a service that declares blocked clients has none.
    const redis_blocked_clients = [hold(name === "queue" ? 4 : 0, 60)];
    write(
      `${name}-idle.yml`,
      stringify(quietTests(`${name}.rules`, name, { ...idleSeries, redis_blocked_clients })),
    );
    return `${name}-idle.yml`;
  });
  const { exitCode, output } = await tool("promtool", "test", "rules", ...files);
  expect(exitCode === 0 ? "" : output).toBe("");
});

test("Prometheus accepts the rules of all stacks, and the configuration that scrapes them", async () => {
  write("rules.yml", ruleFile(stacks));
  write(
    "prometheus.yml",
    prometheusConfig({
      scraped: stacks.map((stack) => ({
        stack,
        targets: { redis: "exporter:9121", redisBackup: "backup:9122" },
      })),
      ruleFile: "rules.yml",
      alertmanager: "alertmanager:9093",
    }),
  );
  const { exitCode, output } = await tool("promtool", "check", "config", "prometheus.yml");
  expect(exitCode === 0 ? "" : output).toBe("");
});

test("Alertmanager accepts its example", async () => {
  write("alertmanager.yml", alertmanagerConfig(stacks));
  const { exitCode, output } = await tool("amtool", "check-config", "alertmanager.yml");
  expect(exitCode === 0 ? "" : output).toBe("");
});
