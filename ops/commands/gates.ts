import { type Finding, problemOf } from "../../config/check-gates";
import { gates } from "../../config/gates";
import { readStacks, selectStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { formatProblem, InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { junitReport } from "../gate-report-junit";
import { sarifReport } from "../gate-report-sarif";
import { loadOptions, unlistedServices } from "../load";
import { json, type Terminal, table } from "../terminal";

export const GATE_FORMATS = ["text", "json", "junit", "sarif"] as const;

export type GateFormat = (typeof GATE_FORMATS)[number];

/**
 * `redis-ops gates`: which gates the stacks break, for people and for CI systems. Reads only. Exit code 1 when something
 * is refused.
 * @throws InvalidInputError when anything else is wrong with the configuration, or a stack is unknown
 */
export function gatesCheck(
  ids: readonly string[],
  { format }: { readonly format: GateFormat },
  terminal: Terminal,
): ExitCode {
  const options = loadOptions();
  const { stacks, problems, findings: all } = readStacks(options);
  const { selected, problems: unknown } = selectStacks(stacks, ids, problems);
  const refusals = new Set(all.filter(isRefused).map((finding) => JSON.stringify(problemOf(finding))));
  const unlisted = unlistedServices();
  if (
    unknown.length + unlisted.length > 0 ||
    problems.some((problem) => !refusals.has(JSON.stringify(problem)))
  ) {
    throw new InvalidInputError([...unknown, ...unlisted, ...problems]);
  }
  const names = selected.map(({ id }) => id);
  const findings = all.filter(({ stack }) => names.includes(stack));
  const write: Readonly<Record<GateFormat, () => string>> = {
    text: () => textReport(selected, findings),
    json: () => json({ today: options.today, stacks: names, findings }),
    junit: () => junitReport(selected, findings),
    sarif: () => json(sarifReport(selected, findings)),
  };
  terminal.out(write[format]());
  return findings.some(isRefused) ? ExitCode.unhealthy : ExitCode.ok;
}

/**
 * `redis-ops gates --list`: every gate, what it protects from, and what to do.
 * @throws InvalidInputError with stacks, since the gates are the same for all
 */
export function gatesList(
  ids: readonly string[],
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  if (ids.length > 0) {
    throw new InvalidInputError([
      {
        field: "stack",
        got: JSON.stringify(ids.join(" ")),
        expected: "none beside --list, which prints the rules of all stacks",
        fix: "leave out the stack, or --list",
      },
    ]);
  }
  const rows = gates.map(({ id, severity, waivable = true, protectsFrom, fix, link }) => ({
    id,
    severity,
    waivable,
    protectsFrom,
    fix,
    link,
  }));
  terminal.out(
    options.json
      ? json(rows)
      : rows
          .map(({ id, severity, waivable, protectsFrom, fix, link }) =>
            [
              `${id}: ${severity}${waivable ? "" : ", cannot be waived"}`,
              `  ${protectsFrom}`,
              `  Fix: ${fix}.`,
              `  ${link}`,
            ].join("\n"),
          )
          .join("\n"),
  );
  return ExitCode.ok;
}

const isRefused = ({ status }: Finding) => status === "refused";

function textReport(stacks: readonly ResolvedStack[], findings: readonly Finding[]): string {
  const count = (status: Finding["status"]) => findings.filter((finding) => finding.status === status).length;
  return [
    table(
      ["STACK", "", "GATE", "WHAT"],
      stacks.flatMap(({ id, environment }) => rowsOf(id, environment.name, findings)),
    ),
    "",
    `${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}, ${gates.length} gates: ` +
      `${count("refused")} refused, ${count("warning")} warnings, ${count("waived")} waived`,
    ...(findings.length === 0 ? [] : ["What each gate protects from: bin/redis-ops gates --list"]),
  ].join("\n");
}

/** What an environment that only warns decides itself is one row: it is the same for all of its stacks. */
function rowsOf(
  id: string,
  environment: string,
  all: readonly Finding[],
): readonly (readonly [string, string, string, string])[] {
  const findings = all.filter(({ stack }) => stack === id);
  const policy = findings.filter(({ isPolicy, status }) => isPolicy && status === "warning");
  const rows = findings
    .filter((finding) => !policy.includes(finding))
    .map((finding): [string, string, string] => {
      const { gate, status, waiver, field, got } = finding;
      return [
        status,
        gate,
        waiver === undefined
          ? formatProblem(isRefused(finding) ? problemOf(finding) : finding)
          : `until ${waiver.expires}: ${waiver.reason.trim()} (${field}: got ${got})`,
      ];
    });
  if (policy.length > 0) {
    const names = [...new Set(policy.map(({ gate }) => gate))].join(", ");
    rows.push(["warning", names, `as config/environments/${environment}.ts has it for all of its stacks`]);
  }
  return (rows.length === 0 ? [["ok", "", ""] as const] : rows).map(
    (row, index) => [index === 0 ? id : "", ...row] as const,
  );
}
