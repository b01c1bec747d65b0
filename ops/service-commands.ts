import type { Command } from "commander";
import { STORE_KINDS } from "../core/store-props";
import { asJson, examples, repeated } from "./command-help";
import { type ServiceNewOptions, serviceNew } from "./commands/service-new";
import type { ExitCode } from "./exit-code";
import { USUAL_ENGINE } from "./service-suggestions";
import type { Terminal } from "./terminal";

export function addService(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const service = program.command("service").description("the files of config/services");
  service
    .command("new <name>")
    .description(
      "ask what a new service stores and how much, and write its file; what a flag says is not asked",
    )
    .option("--description <text>", "one line: what the service is and what it keeps")
    .option(
      "--store <store>",
      'what it stores, once for each: "KIND [keys=PATTERN] [ttl=TIME] [lossAcceptable=true|false]"; ' +
        `kinds: ${STORE_KINDS.join(", ")}`,
      repeated,
    )
    .option("--maxmemory <size>", "how much data it may keep; less where data is not protected")
    .option(
      "--environment <environment>",
      'one that it is for: "NAME [maxmemory=SIZE] [hostPort=PORT|none] [exporter=PORT|off]" (default: all, with free ports)',
      repeated,
    )
    .option("--engine <name>", `a row of config/engines.ts (default: "${USUAL_ENGINE}")`)
    .option(
      "--maxmemory-policy <policy>",
      "what happens when the memory is full (default: follows from the stores)",
    )
    .option("--persistence <how>", "appendonly or none (default: follows from the stores)")
    .option("--yes", "ask nothing; take suggestions for what no flag says", false)
    .option("--dry-run", "print the file and write nothing", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nCtrl-C and a no write nothing, with exit code 2.\n${examples(
        "service new shop",
        'service new shop --yes --description "Baskets of the shop" --store sessions --maxmemory 256MiB',
        'service new shop --yes --description "Baskets and prices" --store "sessions keys=basket:* ttl=2h" --store cache ' +
          '--maxmemory 1GiB --environment "dev hostPort=6390" --environment "prod exporter=9130"',
      )}`,
    )
    .action(async (name: string, options: ServiceNewOptions) =>
      finish(await serviceNew(name, options, terminal)),
    );
}
