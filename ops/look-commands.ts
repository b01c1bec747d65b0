import { clearScreenDown, cursorTo } from "node:readline";
import { type Command, InvalidArgumentError, Option } from "commander";
import { loadStacks } from "../config/load-stacks";
import { asJson, examples, exitCodes } from "./command-help";
import { clients } from "./commands/clients";
import { hot } from "./commands/hot";
import { latency } from "./commands/latency";
import { slow } from "./commands/slow";
import { status } from "./commands/status";
import type { ExitCode } from "./exit-code";
import { loadNamedStacks, loadOptions, loadStack } from "./load";
import { CLIENT_SORTS } from "./look/clients";
import { durationArgument } from "./read-duration";
import type { Terminal } from "./terminal";

/** `redis-ops status`, `clients`, `slow`, `latency`, `hot`: what running servers do. They only read. */
export function addLook(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("status [stacks...]")
    .description("show how stacks are, of these or all, on one screen")
    .addOption(
      new Option("--watch [seconds]", "look again and again, every so many seconds: 1 to 3600")
        .preset("2")
        .argParser(whole(1, 3600, "write a whole number, and stacks before --watch: status STACK --watch")),
    )
    .addOption(asJson())
    .addHelpText(
      "after",
      `
STATE: Docker's, and full where writes are refused. CLIENTS: without the connection that asks. HITS: reads that found a
key. REJECTED: connections, since the start. SAVED: the append-only file, else how old the last snapshot is. With --watch,
--json writes one line a look.
${exitCodes({ 0: "all are well, or --watch was ended; one that is not deployed is well unless it is named", 1: "one is not well" })}
${examples("status", "status sentra-portal-prod --json", "status --watch 5")}`,
    )
    .action(async (ids: string[], { watch, json }: { watch?: number; json: boolean }) =>
      finish(
        await status(
          ids.length === 0 ? loadStacks(loadOptions()) : loadNamedStacks(...ids),
          {
            isNamed: ids.length > 0,
            json,
            signal: watch === undefined ? new AbortController().signal : untilInterrupted(),
            ...(watch === undefined ? {} : { watchSeconds: watch }),
            ...(process.stdout.isTTY && !json ? { clear: clearTerminal } : {}),
          },
          terminal,
        ),
      ),
    );

  program
    .command("clients <stack>")
    .description("show who is connected, by address, name, user and library, and what was forgotten")
    .addOption(new Option("--sort <by>", "what comes first").choices(CLIENT_SORTS).default("count"))
    .option("--idle-for <time>", 'only those that did nothing for so long, e.g. "10 min"', durationArgument)
    .option("--name <pattern>", "only connections whose name is like this: *, ? and [a-c]")
    .option("--address <pattern>", "only those from an address like this, without the port")
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "connections look forgotten, are more than the service's threshold, or nearly as many as maxclients" })}\n${examples(
        "clients dev-cache-dev",
        "clients sentra-portal-prod --sort idle --idle-for 10min",
        "clients sentra-portal-prod --name 'worker*' --json",
      )}`,
    )
    .action(async (id: string, options) => finish(await clients(loadStack(id), options, terminal)));

  program
    .command("slow <stack>")
    .description("show the slow log by what the commands were like, and what to use instead")
    .option("--limit <number>", "newest entries looked at: 1 to 100000", whole(1, 100_000), 128)
    .option("--reveal", "print the words of the commands, too: they may hold tokens", false)
    .addOption(asJson())
    .addHelpText("after", examples("slow dev-cache-dev", "slow sentra-portal-prod --limit 20 --json"))
    .action(async (id: string, options) => finish(await slow(loadStack(id), options, terminal)));

  program
    .command("latency <stack>")
    .description("show what took how long inside Redis, and how long a PING takes")
    .option("--seconds <seconds>", "how long to send PING: 1 to 60", whole(1, 60), 3)
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "half of the round trips took longer than thresholds.latency" })}\n${examples("latency dev-cache-dev", "latency sentra-portal-prod --seconds 10 --json")}`,
    )
    .action(async (id: string, options) => finish(await latency(loadStack(id), options, terminal)));

  program
    .command("hot <stack>")
    .description("show which commands and keys are used most")
    .option("--seconds <seconds>", "how long to count commands: 1 to 300", whole(1, 300), 5)
    .option("--sample <keys>", "keys looked at: 1 to 1000000", whole(1, 1_000_000), 10_000)
    .option(
      "--monitor <time>",
      'count what MONITOR shows for so long, 100 ms to 10 s; it slows the server, e.g. "1s"',
      monitorTime,
    )
    .option("--keys", "show keys as they are: they may hold names and tokens", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      `
How long keys were not used is Redis' own OBJECT IDLETIME. Before Redis 7.2, what sessions, queue and memory --keys read
counts as use as well; from then on they read by CLIENT NO-TOUCH.
${examples("hot dev-cache-dev", "hot sentra-portal-prod --seconds 30", "hot dev-cache-dev --monitor 1s --keys")}`,
    )
    .action(async (id: string, { monitor, ...options }) =>
      finish(
        await hot(
          loadStack(id),
          { ...options, ...(monitor === undefined ? {} : { monitorMs: monitor }) },
          terminal,
        ),
      ),
    );
}

/** Ends at the first Ctrl-C or SIGTERM; the second is Node.js' own. */
function untilInterrupted(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => ended.abort());
  }
  return ended.signal;
}

function clearTerminal(): void {
  cursorTo(process.stdout, 0, 0);
  clearScreenDown(process.stdout);
}

function whole(min: number, max: number, fix = "write a whole number"): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d{1,9}$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`got ${JSON.stringify(text)}, expected ${min} to ${max}. Fix: ${fix}.`);
    }
    return number;
  };
}

const SHORTEST_MONITOR_MS = 100;
const LONGEST_MONITOR_MS = 10_000;

function monitorTime(text: string): number {
  const milliseconds = durationArgument(text).toMilliseconds();
  if (milliseconds < SHORTEST_MONITOR_MS || milliseconds > LONGEST_MONITOR_MS) {
    throw new InvalidArgumentError(
      `got ${JSON.stringify(text)}, expected 100 ms to 10 s. Fix: look for a shorter time, more often.`,
    );
  }
  return milliseconds;
}
