import { Command, InvalidArgumentError, Option } from "commander";
import { loadStacks } from "../config/load-stacks";
import { asJson, examples, exitCodes, refuseTwice, repeated } from "./command-help";
import { type ApplyLiveOptions, applyLive } from "./commands/apply-live";
import {
  CONNECTION_FORMATS,
  type ConnectionFormat,
  type ConnectionSide,
  connection,
} from "./commands/connection";
import { downtime } from "./commands/downtime";
import { explainPlan } from "./commands/explain-plan";
import { GATE_FORMATS, type GateFormat, gatesCheck, gatesList } from "./commands/gates";
import { preflight } from "./commands/preflight";
import { stacks } from "./commands/stacks";
import { verify } from "./commands/verify";
import { EXIT_CODES, type ExitCode, OUTPUT_LOST } from "./exit-code";
import { loadOptions, loadStack } from "./load";
import { readText } from "./read-text";
import type { Terminal } from "./terminal";

type Finish = (code: ExitCode) => void;

/**
 * The command line. `finish` gets the exit code of the command that ran.
 *
 * With `called`, the first word of a command line, it has that command and not all others: their code is not loaded, which
 * is half of the time of a start. A word that is no command, and one that needs all of them, has all of them.
 */
export function buildProgram(terminal: Terminal, finish: Finish, called?: string): Command {
  const short = called === undefined ? undefined : programOf(terminal, finish, called);
  const isIn = short?.commands.some((command) => command.name() === called);
  return short !== undefined && isIn ? short : programOf(terminal, finish);
}

function programOf(terminal: Terminal, finish: Finish, called?: string): Command {
  const add = (words: readonly string[], load: () => (...all: [Command, Terminal, Finish]) => void) => {
    if (called === undefined || words.includes(called)) {
      load()(program, terminal, finish);
    }
  };
  const program = new Command("redis-ops")
    .description("Looks after the Redis stacks of this repository.")
    .showHelpAfterError("(add --help for what it takes)")
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .exitOverride()
    .addHelpText(
      "after",
      `${exitCodes(EXIT_CODES)}\n${OUTPUT_LOST.map((line) => `  ${line}`).join("\n")}\n${examples("stacks", "config show sentra-portal-prod", "verify dev-cache-dev")}`,
    );

  program.commandsGroup("Commands that only read:");
  program
    .command("stacks")
    .description("list every stack")
    .addOption(asJson())
    .addHelpText("after", examples("stacks", "stacks --json"))
    .action((options) => finish(stacks(loadStacks(loadOptions()), options, terminal)));

  add(["config"], () => require("./config-commands").addConfig);
  add(["status", "clients", "slow", "latency", "hot"], () => require("./look-commands").addLook);
  add(["memory"], () => require("./memory-command").addMemory);
  program
    .command("connection <stack>")
    .description("print what a client is configured with, without the password")
    .addOption(new Option("--format <format>", "how to write it").choices(CONNECTION_FORMATS).default("env"))
    .addOption(
      new Option(
        "--from <side>",
        "where the client stands (default: host where a port is published)",
      ).choices(["host", "network"]),
    )
    .addHelpText("after", examples("connection dev-cache-dev", "connection sentra-portal-prod --format json"))
    .action((id: string, options: { format: ConnectionFormat; from?: ConnectionSide }) =>
      finish(connection(loadStack(id), { format: options.format, side: options.from }, terminal)),
    );

  program
    .command("preflight [stacks...]")
    .description("find everything that would stop a deploy, for these stacks or all")
    .option("--without-docker", "leave out the Docker engine and the secrets on it", false)
    .option("--without-secrets", "leave out the secrets, which only a deploy needs", false)
    .option(
      "--without-data",
      "leave out what the deploy would do to the servers that run and to their data",
      false,
    )
    .option(
      "--apply",
      "do the safe sequence where the data needs one before the deploy, on the running server",
      false,
    )
    .option(
      "--accept <rule>",
      "go on in spite of this rule about data; can be given several times",
      repeated,
      [],
    )
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({
        0: "nothing would stop a deploy",
        1: "--apply has begun, and something would still stop a deploy",
        2: "something would stop a deploy; nothing was changed",
      })}\n${examples(
        "preflight",
        "preflight sentra-portal-prod --json",
        "preflight sentra-portal-prod --apply",
        "preflight sentra-portal-prod --accept maxmemory-below-used",
      )}`,
    )
    .action(async (ids: string[], { json, apply, accept, ...without }: PreflightFlags) =>
      finish(
        await preflight(
          ids,
          {
            json,
            apply,
            accept,
            docker: !without.withoutDocker,
            secrets: !without.withoutSecrets,
            data: !without.withoutData,
          },
          terminal,
        ),
      ),
    );

  add(["diagnose"], () => require("./diagnose-command").addDiagnose);
  add(["doctor"], () => require("./doctor-command").addDoctor);
  program
    .command("gates [stacks...]")
    .description("tell which rules the stacks break, of these stacks or all")
    .addOption(new Option("--list", "print the rules themselves").default(false).conflicts("format"))
    .addOption(new Option("--format <format>", "how to write it").choices(GATE_FORMATS).default("text"))
    .addOption(asJson().conflicts("format"))
    .addHelpText(
      "after",
      `${exitCodes({ 1: "a stack breaks a rule that its environment refuses" })}\n${examples("gates", "gates sentra-portal-prod --format sarif", "gates --list")}`,
    )
    .action((ids: string[], options: { list: boolean; format: GateFormat; json: boolean }) =>
      finish(
        options.list
          ? gatesList(ids, options, terminal)
          : gatesCheck(ids, { format: options.json ? "json" : options.format }, terminal),
      ),
    );

  program
    .command("explain-plan")
    .description("say what a Terraform plan does, why, and what could be lost")
    .option("--from <file>", "output of terraform show -json PLAN; - for standard input", "-")
    .option(
      "--data-checked",
      "preflight has compared the plan's configuration with the servers and their data",
      false,
    )
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "somebody has to decide before this plan is applied, or Terraform refused it" })}\n${examples("explain-plan --from plan.json", "explain-plan --json < plan.json")}`,
    )
    .action((options: { from: string; json: boolean; dataChecked: boolean }) =>
      finish(explainPlan(readText("--from", options.from), options, terminal)),
    );

  add(["monitoring"], () => require("./monitoring-commands").addMonitoring);
  program
    .command("downtime <stack>", { hidden: true })
    .description("tell how long a server did not answer while bin/up replaced it")
    .requiredOption("--events <file>", "what docker events said of its container meanwhile, as JSON")
    .action(async (id: string, options: { events: string }) =>
      finish(await downtime(loadStack(id), readText("--events", options.events), terminal)),
    );

  add([], () => require("./completion-command").addCompletion);
  program.commandsGroup("Commands that change something:");
  program
    .command("verify <stack>")
    .description("wait until a stack is healthy, then write, read and remove one key")
    .option("--timeout <seconds>", "how long to wait: 1 to 3600", wholeSeconds, 120)
    .option(
      "--files",
      "check the files that Redis would load at its next start, too; they stay as they are",
      false,
    )
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "a check failed, or the time was over" })}\n${examples("verify dev-cache-dev", "verify sentra-portal-prod --timeout 300 --files")}`,
    )
    .action(async (id: string, options: { timeout: number; files: boolean; json: boolean }) =>
      finish(await verify(loadStack(id), { ...options, timeoutSeconds: options.timeout }, terminal)),
    );

  add(["backup"], () => require("./backup-commands").addBackup);
  add(["restore"], () => require("./restore-command").addRestore);
  program
    .command("apply-live <stack>")
    .description("give a running server the values of its configuration that it can take without a restart")
    .option("--dry-run", "show what would be set, and set nothing", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      "\nredis.conf travels in the container's command, so that the next deploy still replaces the container. Memory limit,\n" +
        "reservation, CPU shares and restart policy need none of this: bin/up changes them on the running container.\n" +
        `${exitCodes({ 1: "Redis refused a value, or one has to wait for a safe sequence; those before it are set" })}\n` +
        examples("apply-live dev-cache-dev --dry-run", "apply-live sentra-portal-prod"),
    )
    .action(async (id: string, options: ApplyLiveOptions) =>
      finish(await applyLive(loadStack(id), options, terminal)),
    );

  add(["upgrade"], () => require("./upgrade-command").addUpgrade);
  add(["secrets"], () => require("./secrets-commands").addSecrets);
  add(["sessions"], () => require("./sessions-commands").addSessions);
  add(["queue"], () => require("./queue-commands").addQueue);
  add(["cache", "locks", "rate-limits"], () => require("./store-commands").addStores);
  add(["service"], () => require("./service-commands").addService);
  refuseTwice(program);
  return program;
}

interface PreflightFlags {
  readonly json: boolean;
  readonly apply: boolean;
  readonly accept: readonly string[];
  readonly withoutDocker: boolean;
  readonly withoutSecrets: boolean;
  readonly withoutData: boolean;
}

function wholeSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > 3600) {
    throw new InvalidArgumentError(
      `got ${JSON.stringify(text)}, expected 1 to 3600. Fix: write whole seconds.`,
    );
  }
  return seconds;
}
