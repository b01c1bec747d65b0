import { Document, isMap, isSeq, type YAMLMap } from "yaml";
import { SEVERITIES, type Severity } from "./alert";
import { labelsOf, type MonitoredStack } from "./monitored-stack";

/** How soon the same alert comes again while nothing is done. */
const REPEAT: Readonly<Record<Severity, string>> = { warning: "24h", critical: "1h" };

/**
 * An `alertmanager.yml` as YAML: one receiver for each service and severity, whose comment says whom to reach; by what
 * way, only the platform team knows. The same stacks give the same bytes.
 */
export function alertmanagerConfig(stacks: readonly MonitoredStack[]): string {
  const receivers = receiversOf(stacks);
  const document = new Document({
    route: {
      receiver: "nobody",
      group_by: ["stack"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: REPEAT.warning,
      routes: receivers.map(({ name, service, severity }) => ({
        receiver: name,
        matchers: [`service="${service}"`, `severity="${severity}"`],
        repeat_interval: REPEAT[severity],
      })),
    },
    inhibit_rules: [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ["stack", "alertname"],
      },
      // What is down is full, slow and without a backup as well.
      {
        source_matchers: ['alertname="RedisDown"'],
        target_matchers: ['severity="warning"'],
        equal: ["stack"],
      },
    ],
    receivers: [{ name: "nobody" }, ...receivers.map(({ name }) => ({ name }))],
  });
  commentReceivers(document, receivers);
  return document.toString({ lineWidth: 0 });
}

interface Receiver {
  readonly name: string;
  readonly service: string;
  readonly severity: Severity;
  /** Whom it reaches, for people. */
  readonly comment: string;
}

function receiversOf(stacks: readonly MonitoredStack[]): readonly Receiver[] {
  const byService = new Map(stacks.map((stack) => [labelsOf(stack).service, stack.props.contacts]));
  return [...byService].flatMap(([service, { onCall, infrastructure, escalation }]) =>
    SEVERITIES.map((severity) => {
      const reached = [
        ["on call", onCall],
        ["infrastructure", infrastructure],
        ...(severity === "critical" ? [["escalation", escalation] as const] : []),
      ].flatMap(([role, contact]) => (contact === undefined ? [] : [`${role}: ${contact}`]));
      return {
        name: `${service}-${severity}`,
        service,
        severity,
        comment:
          reached.length === 0
            ? `nobody is named; write contacts in config/services/${service}.ts`
            : reached.join("; "),
      };
    }),
  );
}

function commentReceivers(document: Document, receivers: readonly Receiver[]): void {
  const list = document.get("receivers");
  const items = isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : [];
  for (const [at, { comment }] of receivers.entries()) {
    const item = items[at + 1];
    if (item !== undefined) {
      item.commentBefore = ` ${comment}`;
    }
  }
}
