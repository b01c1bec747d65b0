import { parseArgs } from "node:util";
import { Problem } from "./problem";
import { startProvider } from "./start-provider";

const USAGE = "usage: tsx lab/provider/main.ts --socket <path>";
const BAD_INPUT = 2;

/** Serve until SIGTERM or SIGINT; the first line on stdout is the value for TF_REATTACH_PROVIDERS. */
async function main(): Promise<void> {
  const { socket } = parseArgs({ options: { socket: { type: "string" } } }).values;
  if (socket === undefined || socket === "") {
    throw new Problem("--socket: got nothing, expected a path. Fix: say where the provider shall listen.");
  }
  const provider = await startProvider({ socket });
  const stop = (): void => {
    provider.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`${provider.reattach}\n`);
}

main().catch((error: unknown) => {
  const isUsage = error instanceof Problem || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  if (isUsage === true && error instanceof Error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(BAD_INPUT);
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
