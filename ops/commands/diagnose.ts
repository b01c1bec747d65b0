import type { ResolvedStack } from "../../config/resolve-stack";
import type { Runbook } from "../../core/runbooks";
import { known } from "../diagnose/facts";
import { type Finding, findingsOf, type Taken, takeSteps } from "../diagnose/findings";
import { gatherFacts } from "../diagnose/gather";
import type { Advice, Names } from "../diagnose/incident";
import { INCIDENTS } from "../diagnose/incidents";
import { namesOf } from "../diagnose/names";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { json, type Terminal, table, visible } from "../terminal";

export interface DiagnoseOptions {
  /** Takes the steps of this procedure only, and prints each. */
  readonly incident?: Runbook;
  readonly json: boolean;
}

/**
 * `redis-ops diagnose`: takes the steps of every procedure, and says what is wrong, its cause first, and the next safe step.
 * Changes nothing. Exit code 1 when something is wrong, or when it cannot be seen whether the server runs; with `incident`,
 * when a step of that procedure could not be taken, or when the server does not run, which is another procedure's finding.
 * @throws InvalidInputError when the Docker engine does not answer
 */
export async function diagnose(
  stack: ResolvedStack,
  options: DiagnoseOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const facts = await gatherFacts(await connectEngine(stack.props.docker), stack, terminal);
  const all = takeSteps(facts);
  const taken = all.filter(
    ({ incident }) => options.incident === undefined || incident.name === options.incident,
  );
  const findings = findingsOf(taken);
  const beyond = findingsOf(all).filter(
    ({ incident, outcome }) =>
      incident.name === "stopped" && incident.name !== options.incident && outcome.severity === "critical",
  );
  const names = namesOf(stack);
  const page = (one: Taken) => `${stack.props.runbooks.replace(/\/+$/, "")}/${one.incident.name}.md`;
  const wrong = findings.filter(({ outcome }) => outcome.severity !== "note");
  const isSeen =
    known(facts.container) !== undefined &&
    !isUnanswered(all) &&
    (options.incident === undefined || taken.every(({ seen }) => seen.outcome !== "unknown"));
  const isHealthy = wrong.length === 0 && beyond.length === 0 && isSeen;
  if (options.json) {
    terminal.out(
      json({ ...asData(stack.id, isHealthy, taken, findings, names, page), contacts: stack.props.contacts }),
    );
  } else {
    const lines =
      options.incident === undefined
        ? [...report(stack.id, taken, findings, names, page), ...callLines(stack, findings)]
        : [
            ...taken.flatMap((one) => stepLines(one, findings, names)),
            ...beyond.map(({ outcome }) => `!   ${outcome.title}. Next: bin/redis-ops diagnose ${stack.id}`),
          ];
    for (const line of lines) {
      terminal.out(line);
    }
  }
  return isHealthy ? ExitCode.ok : ExitCode.unhealthy;
}

/** `redis-ops diagnose --list`. */
export function diagnoseList(options: { readonly json: boolean }, terminal: Terminal): ExitCode {
  terminal.out(
    options.json
      ? json(INCIDENTS.map(({ name, title, symptoms }) => ({ incident: name, title, symptoms })))
      : table(
          ["INCIDENT", "WHAT"],
          INCIDENTS.map(({ name, title }) => [name, title]),
        ),
  );
  return ExitCode.ok;
}

/** Whether the server may run, and nobody could see whether it answers. */
const isUnanswered = (taken: readonly Taken[]) =>
  taken.some(({ incident, seen }) => incident.name === "stopped" && seen.outcome === "unknown") ||
  (taken.some(({ incident, seen }) => incident.name === "stopped" && seen.outcome === "ok") &&
    taken.some(
      ({ incident, step, seen }) =>
        incident.name === "unresponsive" && step === incident.steps[0] && seen.outcome === "unknown",
    ));

type PageOf = (one: Taken) => string;

function report(
  id: string,
  taken: readonly Taken[],
  findings: readonly Finding[],
  names: Names,
  page: PageOf,
): readonly string[] {
  const wrong = findings.filter(({ outcome }) => outcome.severity !== "note");
  const notes = findings.filter(({ outcome }) => outcome.severity === "note");
  const unseen = taken.filter(({ seen }) => seen.outcome === "unknown");
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  const head =
    wrong.length === 0
      ? `${id}: nothing wrong in ${count(taken.length - unseen.length, "step")}`
      : `${id}: ${count(wrong.length, "finding")}, the cause first`;
  return [
    head,
    ...wrong.flatMap((finding) => ["", ...findingLines(finding, names, page)]),
    ...notes.flatMap((finding) => ["", ...findingLines(finding, names, page)]),
    ...(unseen.length === 0 ? [] : ["", `not seen: ${count(unseen.length, "step")}`]),
    ...[...new Set(unseen.map(({ seen }) => seen.saw))].map((why) => `  ? ${visible(why)}`),
  ];
}

function findingLines(finding: Finding, names: Names, page: PageOf): readonly string[] {
  const { incident, outcome, step, seen, because } = finding;
  return [
    `${outcome.severity}  ${incident.name}: ${outcome.title}`,
    ...(because === undefined ? [] : [`  because of ${because.outcome.title} (${because.incident.name})`]),
    `  looked at  ${step.looks}`,
    `  saw        ${visible(seen.saw)}`,
    ...(seen.evidence ?? []).map((line) => `             > ${visible(line)}`),
    // What is explained goes with its cause: steps of its own would lead away from it.
    ...(because === undefined ? [`  means      ${outcome.means}`, ...adviceLines(outcome.next(names))] : []),
    `  page       ${page(finding)}`,
  ];
}

/** Whom to call, where something critical was found. */
function callLines({ service, props }: ResolvedStack, findings: readonly Finding[]): readonly string[] {
  if (findings.every(({ outcome }) => outcome.severity !== "critical")) {
    return [];
  }
  const { onCall, infrastructure, escalation } = props.contacts;
  const named = Object.entries({ "on call": onCall, infrastructure, escalation }).filter(
    ([, contact]) => contact !== undefined,
  );
  return [
    "",
    named.length === 0
      ? `call: nobody is named; write contacts in config/services/${service.name}.ts`
      : `call: ${named.map(([role, contact]) => `${role}: ${contact}`).join("; ")}`,
  ];
}

function adviceLines(next: readonly Advice[]): readonly string[] {
  return next.flatMap(([what, command], at) => [
    `  ${at === 0 ? "Next:" : "     "}      ${at + 1}. ${what}`,
    ...(command === undefined ? [] : [`                $ ${command}`]),
  ]);
}

const MARKS: Readonly<Record<string, string>> = { ok: "ok", unknown: "?" };

function stepLines(one: Taken, findings: readonly Finding[], names: Names): readonly string[] {
  const { step, seen } = one;
  const finding = findings.find((other) => other.step === step);
  return [
    `${(MARKS[seen.outcome] ?? "!").padEnd(2)}  ${step.looks}`,
    `    $ ${step.command(names)}`,
    `    saw      ${visible(seen.saw)}`,
    ...(seen.evidence ?? []).map((line) => `             > ${visible(line)}`),
    ...(seen.outcome === "ok" ? [`    means    ${step.fine}`] : []),
    ...(finding === undefined
      ? []
      : [
          `    means    ${finding.outcome.title}. ${finding.outcome.means}`,
          ...adviceLines(finding.outcome.next(names)),
        ]),
  ];
}

function asData(
  id: string,
  healthy: boolean,
  taken: readonly Taken[],
  findings: readonly Finding[],
  names: Names,
  page: PageOf,
) {
  return {
    stack: id,
    healthy,
    findings: findings.map((finding) => ({
      id: finding.id,
      incident: finding.incident.name,
      severity: finding.outcome.severity,
      title: finding.outcome.title,
      because: finding.because?.id,
      lookedAt: finding.step.looks,
      saw: finding.seen.saw,
      evidence: finding.seen.evidence ?? [],
      means: finding.outcome.means,
      next: finding.outcome.next(names).map(([what, command]) => ({ what, command })),
      page: page(finding),
    })),
    steps: taken.map(({ incident, step, seen }) => ({
      incident: incident.name,
      looks: step.looks,
      outcome: seen.outcome,
      saw: seen.saw,
    })),
  };
}
