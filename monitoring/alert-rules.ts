import { stringify } from "yaml";
import type { Alert } from "./alert";
import { alertsOf } from "./alerts";
import { labelsOf, type MonitoredStack } from "./monitored-stack";
import { type RecordingRule, recordingRules } from "./recording-rules";

/** A rule of Prometheus that tells somebody. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/**
 * The rules of one stack, from its thresholds: recording rules first, so that the alerts of the same round see them. None
 * where nothing is exported and no backups are scheduled.
 */
export function ruleGroups(stack: MonitoredStack): readonly RuleGroup[] {
  const rules = [...recordingRules(stack), ...alertsOf(stack).map((alert) => alertingRule(alert, stack))];
  return rules.length === 0 ? [] : [{ name: `redis-${stack.id}`, rules }];
}

/** A file of rules for Prometheus, as YAML. The same stacks give the same bytes. */
export function ruleFile(stacks: readonly MonitoredStack[]): string {
  return stringify({ groups: stacks.flatMap(ruleGroups) }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function alertingRule(
  { alert, expr, for: duration, severity, summary, description, runbook, infrastructure }: Alert,
  stack: MonitoredStack,
): AlertingRule {
  return {
    alert,
    expr,
    for: duration,
    labels: { severity, ...labelsOf(stack) },
    annotations: {
      summary: `${stack.id}: ${summary}`,
      description,
      command: `bin/redis-ops diagnose ${stack.id}`,
      contact: literal(contactOf(stack, severity === "critical", infrastructure === true)),
      runbook_url: literal(`${stack.props.runbooks.replace(/\/+$/, "")}/${runbook}.md`),
    },
  };
}

function contactOf(
  { props: { contacts, labels } }: MonitoredStack,
  isCritical: boolean,
  isInfrastructure: boolean,
): string {
  const named = [
    contacts.onCall,
    ...(isInfrastructure && contacts.infrastructure !== undefined
      ? [`infrastructure: ${contacts.infrastructure}`]
      : []),
    ...(isCritical && contacts.escalation !== undefined ? [`escalation: ${contacts.escalation}`] : []),
  ].filter((contact) => contact !== undefined);
  return named.length === 0
    ? `nobody is named; write contacts in config/services/${labels.service}.ts`
    : named.join("; ");
}

/** Text that people wrote, for a place that Prometheus reads as a template of Go. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{"{{"}}');
}
