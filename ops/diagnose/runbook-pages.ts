import { RUNBOOKS, type Runbook } from "../../core/runbooks";
import type { Advice, Incident, Outcome, Step } from "./incident";
import { INCIDENTS } from "./incidents";
import { PLACEHOLDERS } from "./names";

/** What links to a page: an alert's name and what it says. */
export interface LinkedAlert {
  readonly alert: string;
  readonly summary: string;
  readonly runbook: Runbook;
}

/** The files of docs/runbooks by name: a page for each procedure, and the list of them. */
export function runbookPages(alerts: readonly LinkedAlert[]): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", index(alerts)],
    ...RUNBOOKS.map((name): [string, string] => {
      const incident = INCIDENTS.find((one) => one.name === name);
      if (incident === undefined) {
        throw new Error(`no procedure is called ${name}`);
      }
      return [`${name}.md`, page(incident, alerts)];
    }),
  ]);
}

const GENERATED = "<!-- Written by npm run runbooks from ops/diagnose/incidents; edit those. -->";

function index(alerts: readonly LinkedAlert[]): string {
  return lines(
    GENERATED,
    "# Runbooks",
    "",
    "What to do when something is wrong with a Redis. `bin/redis-ops diagnose STACK` takes every step of these pages by",
    "itself, within half a minute, and prints what it found with the cause first and the next safe step, in the names of",
    "that stack. It changes nothing. `--incident NAME` takes the steps of one page, and prints each.",
    "",
    "| page | what | alerts |",
    "| --- | --- | --- |",
    ...RUNBOOKS.map((name) => {
      const incident = INCIDENTS.find((one) => one.name === name);
      return `| [${name}](${name}.md) | ${incident?.title} | ${namesOf(alerts, name).join(", ")} |`;
    }),
    "",
    "What stands in capitals in a command is of the stack. `diagnose` fills it in; else `bin/redis-ops config show STACK` has it.",
    "",
    "| in a command | what it is |",
    "| --- | --- |",
    ...PLACES.map(([name, path]) => `| \`${name}\` | ${path} |`),
    "",
    ON_A_STACK,
    "",
    "No step removes data that is not kept: `restore` keeps what it replaces in the volume, `sessions delete` shows what it",
    "would remove before it does, and nothing here is done by removing files of Redis.",
  );
}

/** Where `config show` has what stands for something in a page. */
const PLACES: readonly (readonly [placeholder: string, path: string])[] = [
  ["STACK", "the name of the stack, as `bin/redis-ops stacks` lists it"],
  ["SERVICE", "the name of the service's file in config/services"],
  ["CONTAINER", "`server.containerName`"],
  ["ALIAS", "`server.aliases`, one `--alias` for each"],
  ["IMAGE", "`server.image`"],
  ["VOLUME", "`dataVolume.name`"],
  ["NETWORK", "`network.name`"],
  ["EXPORTER", "`exporter.containerName`"],
  ["PORT", "`exporter.hostPort`"],
  ["BACKUPS", "`backups.schedule.containerName`"],
  ["ID", "of a backup, as `bin/redis-ops backup list STACK` lists it"],
  ["FILE", "a file of yours, such as one with a password"],
  ["NAME", "a name of yours, such as that of a new service"],
  ["/ANOTHER/DISK", "a folder of yours on a disk that has room"],
];

const ON_A_STACK =
  "Commands of Redis stand here by their own names. Where the environment renames them (production: `SHUTDOWN` is " +
  "`OPS_SHUTDOWN`), these fail as printed: `bin/redis-ops diagnose STACK` prints them with the stack's own names, renamed " +
  "commands and login. On a stack without a password, leave the login out: `docker exec CONTAINER redis-cli …`.";

const namesOf = (alerts: readonly LinkedAlert[], name: Runbook) => [
  ...new Set(alerts.filter(({ runbook }) => runbook === name).map(({ alert }) => `\`${alert}\``)),
];

function page(incident: Incident, alerts: readonly LinkedAlert[]): string {
  const linked = new Map(
    alerts.filter(({ runbook }) => runbook === incident.name).map(({ alert, summary }) => [alert, summary]),
  );
  return lines(
    GENERATED,
    `# ${incident.title}`,
    "",
    "## What people see",
    "",
    ...incident.symptoms.map((symptom) => `* ${symptom}`),
    ...[...linked].map(([alert, summary]) => `* alert \`${alert}\`: ${summary}`),
    "",
    "## Steps",
    "",
    "All of them, with the names of the stack:",
    "",
    ...code(`bin/redis-ops diagnose STACK --incident ${incident.name}`),
    "",
    ...incident.steps.flatMap((step, at) => [...stepLines(step, at + 1), ""]),
    ON_A_STACK,
    "",
    "## What not to do",
    "",
    ...incident.never.map((what) => `* ${what}`),
  );
}

function stepLines(step: Step, number: number): readonly string[] {
  return [
    `### ${number}. Look at ${step.looks}`,
    "",
    ...code(...step.command(PLACEHOLDERS).split("; ")),
    "",
    `Nothing wrong: ${step.fine}`,
    ...Object.values(step.outcomes).flatMap((outcome) => ["", ...outcomeLines(outcome)]),
  ];
}

function outcomeLines({ title, severity, means, next }: Outcome): readonly string[] {
  return [`**${capital(title)}** (${severity}). ${means}`, "", ...next(PLACEHOLDERS).flatMap(adviceLines)];
}

function adviceLines([what, command]: Advice, at: number): readonly string[] {
  const lead = `${at + 1}. ${capital(what)}`;
  return command === undefined ? [lead] : [`${lead}:`, "", ...code(command).map((line) => `   ${line}`), ""];
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const code = (...commands: readonly string[]) => ["```sh", ...commands, "```"];

/** A file without two empty lines in a row. */
const lines = (...all: readonly string[]) =>
  `${all
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
