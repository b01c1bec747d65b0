import { type Command, InvalidArgumentError, Option } from "commander";
import type { Duration } from "../core/duration";
import { asJson, examples } from "./command-help";
import { memory } from "./commands/memory";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import { durationArgument } from "./read-duration";
import type { Terminal } from "./terminal";

const DEFAULT_SAMPLE = 10_000;
const MAX_SAMPLE = 10_000_000;

const NOTES = `
Without a server that runs, the arithmetic of the limit is shown alone. With --keys it is left out.
A sample is drawn by RANDOMKEY; where there are no more keys than that, all are looked at.
Every option about keys stands for --keys, too.`;

/** `redis-ops memory`. */
export function addMemory(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const aboutKeys = (flags: string, description: string) =>
    new Option(flags, description).implies({ keys: true });
  program
    .command("memory <stack>")
    .description("show what the memory of a stack's container is for, where it ends, and what is used now")
    .option("--keys", "show what the keys take: the biggest, by prefix, by type, by TTL", false)
    .addOption(
      aboutKeys("--sample <keys>", "look at so many: 100 to 10000000")
        .argParser(sampleSize)
        .default(DEFAULT_SAMPLE),
    )
    .addOption(aboutKeys("--all", "look at every key").default(false).conflicts("sample"))
    .addOption(
      aboutKeys("--grow <time>", "look twice, and show what has grown: 1 s to 1 h")
        .argParser(waitingTime)
        .conflicts("since"),
    )
    .addOption(aboutKeys("--since <file>", "show what has grown since a look that was kept"))
    .addOption(aboutKeys("--save-to <file>", "keep this look in a new file, for --since"))
    .addOption(asJson())
    .addHelpText(
      "after",
      `${NOTES}\n${examples(
        "memory dev-cache-dev",
        "memory sentra-portal-prod --json",
        "memory sentra-portal-prod --keys",
        "memory dev-cache-dev --grow 10s --all",
        "memory dev-cache-dev --save-to monday.json",
        "memory dev-cache-dev --since monday.json",
      )}`,
    )
    .action(async (id: string, { json, keys, ...about }: MemoryFlags) =>
      finish(await memory(loadStack(id), { json, ...(keys ? { keys: about } : {}) }, terminal)),
    );
}

interface MemoryFlags {
  readonly json: boolean;
  readonly keys: boolean;
  readonly sample: number;
  readonly all: boolean;
  readonly grow?: Duration;
  readonly since?: string;
  readonly saveTo?: string;
}

function sampleSize(text: string): number {
  const size = Number(text);
  if (!/^\d+$/.test(text) || size < 100 || size > MAX_SAMPLE) {
    throw new InvalidArgumentError(
      `got ${JSON.stringify(text)}, expected 100 to ${MAX_SAMPLE}. Fix: write a whole number of keys.`,
    );
  }
  return size;
}

function waitingTime(text: string): Duration {
  const time = durationArgument(text);
  if (time.toMilliseconds() < 1000 || time.toMilliseconds() > 3_600_000) {
    throw new InvalidArgumentError(
      `got ${JSON.stringify(text)}, expected 1 s to 1 h. Fix: write a whole number and s, min or h, such as 10s.`,
    );
  }
  return time;
}
