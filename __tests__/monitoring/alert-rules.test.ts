import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RUNBOOKS } from "../../core/runbooks";
import { type AlertingRule, ruleFile, ruleGroups } from "../../monitoring/alert-rules";
import { ALERTED_STACKS, alertingRules } from "../support/alert-case";
import { alertCases } from "../support/alert-cases";
import { alertTable } from "../support/alert-table";
import { repository, shopStack, single } from "../support/stack-fixtures";

const stacks = Object.values(ALERTED_STACKS);
const all = stacks.flatMap(alertingRules);

function rule(stack: keyof typeof ALERTED_STACKS, alert: string, severity: string): AlertingRule {
  return single(
    alertingRules(ALERTED_STACKS[stack]).filter(
      (one) => one.alert === alert && one.labels.severity === severity,
    ),
  );
}

const thresholdOf = (alert: string, severity: string) =>
  / [<>] ([\d.]+)( and|$)/.exec(rule("sessions", alert, severity).expr)?.[1];

test("the thresholds of ProspectFlow are in its rules", () => {
  const names = ["MemoryHigh", "ConnectedClientsHigh", "BlockedClientsHigh", "HitRatioLow", "LatencyHigh"];
  expect(
    names.map((name) => [
      name,
      thresholdOf(`Redis${name}`, "warning"),
      thresholdOf(`Redis${name}`, "critical"),
    ]),
  ).toEqual([
    ["MemoryHigh", "0.7", "0.9"],
    ["ConnectedClientsHigh", "100", "500"],
    ["BlockedClientsHigh", "0", "10"],
    ["HitRatioLow", "0.9", "0.7"],
    ["LatencyHigh", "0.005", "0.02"],
  ]);
});

test("an alert says what is wrong, what to type first, whom to call and which page to read", () => {
  expect(rule("sessions", "RedisSnapshotFailed", "critical")).toEqual({
    alert: "RedisSnapshotFailed",
    expr: 'max by (stack) (redis_rdb_last_bgsave_status{stack="prospectflow-prod"}) == 0',
    for: "1m",
    labels: {
      severity: "critical",
      stack: "prospectflow-prod",
      service: "prospectflow",
      environment: "prod",
    },
    annotations: {
      summary: "prospectflow-prod: the snapshot cannot be written",
      description:
        "The last BGSAVE failed, so that Redis answers writes with MISCONF. What is in memory is good: remove no file.",
      command: "bin/redis-ops diagnose prospectflow-prod",
      contact: "Team Slack channel of ProspectFlow; infrastructure: Infra team; escalation: Engineering lead",
      runbook_url: "docs/runbooks/persistence-failure.md",
    },
  });
  expect(rule("sessions", "RedisMemoryHigh", "warning").annotations.contact).toBe(
    "Team Slack channel of ProspectFlow",
  );
  expect(rule("queue", "RedisDown", "critical").annotations.contact).toBe(
    "nobody is named; write contacts in config/services/vedfolnir.ts",
  );
});

test.each(all.map((one) => [`${one.labels.stack} ${one.alert} ${one.labels.severity}`, one] as const))(
  "%s is whole",
  (_name, { labels, annotations, expr }) => {
    expect(["warning", "critical"]).toContain(labels.severity);
    const page = /^docs\/runbooks\/(.+)\.md$/.exec(annotations.runbook_url ?? "")?.[1];
    expect(RUNBOOKS).toContain(page);
    expect(annotations.contact).not.toBe("");
    expect(annotations.command).toBe(`bin/redis-ops diagnose ${labels.stack}`);
    expect(expr).not.toContain("job=");
    const selectors = expr.match(/\{[^}]*\}/g) ?? [];
    expect(selectors.filter((selector) => !selector.startsWith(`{stack="${labels.stack}"`))).toEqual([]);
  },
);

test("every alert has cases in which it fires, stays quiet and resolves", () => {
  const incomplete = all.filter(({ alert, labels: { severity = "" } }) => {
    const cases = alertCases.filter((one) => one.alert === alert);
    const firing = cases.map(({ at }) => Object.values(at).map((fired) => severity in fired));
    const fires = firing.some((history) => history.includes(true));
    const isQuiet = firing.some((history) => !history.includes(true));
    const resolves = firing.some((history) => history.join().includes("true,false"));
    return !(fires && isQuiet && resolves);
  });
  expect([...new Set(incomplete.map(({ alert }) => alert))]).toEqual([]);
});

test("addresses of runbooks and names of people are text, whatever Prometheus' templates would make of it", () => {
  const stack = shopStack("prod", {
    service: { contacts: { onCall: "{{ .Labels }} of the shop" } },
    environment: { runbooks: "https://wiki.example.com/redis/" },
  });
  const down = alertingRules(stack)[0];
  expect(down?.annotations).toMatchObject({
    contact: '{{"{{"}} .Labels }} of the shop',
    runbook_url: "https://wiki.example.com/redis/unresponsive.md",
  });
});

test("without an exporter only backups are watched, and without both nothing is", () => {
  const environment = { gates: "warn" } as const;
  const noExporter = shopStack("prod", { deployment: { exporter: "off" }, environment });
  expect(alertingRules(noExporter).map(({ alert }) => alert)).toEqual([
    "RedisBackupOverdue",
    "RedisBackupMissing",
    "RedisBackupFailing",
    "RedisBackupRoomLow",
    "RedisBackupMetricsAbsent",
  ]);
  expect(
    ruleGroups(shopStack("prod", { deployment: { exporter: "off", backups: "off" }, environment })),
  ).toEqual([]);
  const noBackups = shopStack("prod", { deployment: { backups: "off" }, environment });
  expect(alertingRules(noBackups).map(({ alert }) => alert)).toContain("RedisDown");
  expect(alertingRules(noBackups).filter(({ alert }) => alert.includes("Backup"))).toEqual([]);
});

test("a slow log that keeps every command is not watched", () => {
  const namesWith = (slowlogLogSlowerThan: "0 ms" | "1 ms") =>
    alertingRules(shopStack("prod", { service: { slowlogLogSlowerThan } })).map(({ alert }) => alert);
  expect(namesWith("0 ms")).not.toContain("RedisSlowCommands");
  expect(namesWith("1 ms")).toContain("RedisSlowCommands");
});

test("a file of rules is the same bytes twice, and has a group for each stack", () => {
  const text = ruleFile(stacks);
  expect(ruleFile(stacks)).toBe(text);
  expect(parse(text).groups.map(({ name }: { name: string }) => name)).toEqual(
    stacks.map(({ id }) => `redis-${id}`),
  );
});

test("docs/monitoring.md lists every alert", () => {
  expect(readFileSync(join(repository, "docs/monitoring.md"), "utf8")).toContain(`\n${alertTable()}\n`);
});
