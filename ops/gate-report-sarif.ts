import type { Log, ReportingDescriptor, Result } from "sarif";
import { type Finding, problemOf } from "../config/check-gates";
import { gates } from "../config/gates";
import { fileOf, type Gate } from "../config/gates/gate";
import type { ResolvedStack } from "../config/resolve-stack";
import { formatProblem } from "../core/problem";

/**
 * The gates as SARIF 2.1.0: a rule for each gate, a result for each place in which a stack breaks one; what is waived is
 * a suppressed result with its reason. No time and no path of this machine: the same bytes for the same findings.
 */
export function sarifReport(stacks: readonly ResolvedStack[], findings: readonly Finding[]): Log {
  const serviceOf = new Map(stacks.map(({ id, service }) => [id, service.name]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "redis-ops gates", rules: gates.map(ruleOf) } },
        automationDetails: { id: "redis-ops/gates" },
        results: findings.map((finding) => resultOf(finding, serviceOf.get(finding.stack) ?? "")),
      },
    ],
  };
}

function ruleOf({ id, severity, protectsFrom, fix, link }: Gate): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: protectsFrom },
    help: { text: `${protectsFrom} Fix: ${fix}. Read on: ${link}` },
    defaultConfiguration: { level: severity },
    ...(link.startsWith("https://") ? { helpUri: link } : {}),
  };
}

function resultOf(finding: Finding, service: string): Result {
  const { gate, stack, field, severity, status, waiver } = finding;
  return {
    ruleId: gate,
    ruleIndex: gates.findIndex(({ id }) => id === gate),
    level: status === "refused" ? "error" : status === "warning" ? "warning" : severity,
    message: { text: `${stack}: ${formatProblem(status === "refused" ? problemOf(finding) : finding)}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: fileOf({ field, service }), uriBaseId: "%SRCROOT%" },
          // The whole file: nothing knows the line of a value once the file has run.
          region: { startLine: 1 },
        },
        logicalLocations: [{ fullyQualifiedName: field }],
      },
    ],
    partialFingerprints: { "stackGateField/v1": `${stack} ${gate} ${field}` },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: "inSource",
              status: "accepted",
              justification: `until ${waiver.expires}: ${waiver.reason.trim()}`,
            },
          ],
        }),
  };
}
