import type { Command } from "commander";
import { asJson, examples, exitCodes } from "./command-help";
import { configDiff } from "./commands/config-diff";
import { configExplain } from "./commands/config-explain";
import { configShow } from "./commands/config-show";
import type { ExitCode } from "./exit-code";
import { loadNamedStacks, loadOptions, loadStack } from "./load";
import type { Terminal } from "./terminal";

/** `redis-ops config …`: what stacks are configured with. All of it only reads. */
export function addConfig(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const config = program.command("config").description("what a stack is configured with");
  config
    .command("show <stack>")
    .description("print every value of a stack and who decided it")
    .addOption(asJson())
    .addHelpText("after", examples("config show dev-cache-dev", "config show sentra-portal-prod --json"))
    .action((id: string, options) => finish(configShow(loadStack(id), options, terminal)));
  config
    .command("explain <stack> [field]")
    .description("tell why every value of a stack is what it is, or why one is")
    .addOption(asJson())
    .addHelpText(
      "after",
      examples("config explain dev-cache-dev", "config explain sentra-portal-prod server.maxmemoryPolicy"),
    )
    .action((id: string, field: string | undefined, { json }: { json: boolean }) => {
      const { today } = loadOptions();
      finish(configExplain(loadStack(id), field, { json, today }, terminal));
    });
  config
    .command("diff <stack> <other>")
    .description("print what differs between two stacks, and whether policy or size explains it")
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "a value differs that neither policy nor size explains" })}\n${examples("config diff sentra-portal-dev sentra-portal-prod")}`,
    )
    .action((id: string, other: string, options) =>
      finish(configDiff(loadNamedStacks(id, other), options, terminal)),
    );
}
