import builder from "junit-report-builder";
import { type Finding, formatFinding, problemOf } from "../config/check-gates";
import { gates } from "../config/gates";
import type { ResolvedStack } from "../config/resolve-stack";
import { formatProblem } from "../core/problem";
import { shown } from "./terminal";

/**
 * The gates as JUnit XML: a suite for each stack, a case for each gate. What is refused failed, what is waived was
 * skipped, and a warning passed with words. The same bytes for the same findings. What XML 1.0 does not allow is escaped as
 * in JSON: https://www.w3.org/TR/xml/#charsets
 */
export function junitReport(stacks: readonly ResolvedStack[], findings: readonly Finding[]): string {
  const report = builder.newBuilder().name("redis-ops gates");
  for (const { id, service } of stacks) {
    const suite = report.testSuite().name(id);
    for (const gate of gates) {
      const broken = findings.filter((finding) => finding.stack === id && finding.gate === gate.id);
      const testCase = suite
        .testCase()
        .className(id)
        .name(gate.id)
        .file(`config/services/${service.name}.ts`);
      const [first] = broken;
      if (first?.status === "refused") {
        const why = broken.map((finding) => formatProblem(problemOf(finding))).join(" ");
        testCase.failure(xmlText(why), gate.severity);
        continue;
      }
      if (first?.status === "waived") {
        testCase.skipped();
      }
      if (first !== undefined) {
        testCase.standardOutput(xmlText([...new Set(broken.map(formatFinding))].join("\n")));
      }
    }
  }
  return report.build().trimEnd();
}

/** The builder writes it into CDATA, of which it escapes no more than the first end. */
function xmlText(text: string): string {
  return shown(text).replaceAll("]]>", "]]\\u003e");
}
