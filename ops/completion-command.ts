import { join } from "node:path";
import { Argument, type Command } from "commander";
import { loadStacks } from "../config/load-stacks";
import { examples } from "./command-help";
import { completion, SHELLS, type Shell } from "./commands/completion";
import { completionWords } from "./completion-words";
import { ExitCode } from "./exit-code";
import { loadOptions } from "./load";
import { reference } from "./reference";
import type { Terminal } from "./terminal";

const USE = `
Put one line where the shell reads it, with the path of this folder:
  ~/.bashrc                    eval "$(…/bin/redis-ops completion bash)"
  ~/.zshrc, after compinit     eval "$(…/bin/redis-ops completion zsh)"
  ~/.config/fish/config.fish   …/bin/redis-ops completion fish | source
Names of stacks and engines are this folder's, as they are at the moment: after a change the next TAB takes a second.`;

/** `redis-ops completion` and `redis-ops reference`: what the command line says of itself. */
export function addCompletion(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("completion")
    .description("print what makes a shell complete commands, options, stacks and files")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("after", `${USE}\n${examples("completion bash", "completion fish")}`)
    .action((shell: Shell) =>
      finish(completion(shell, join(__dirname, "..", "bin", "redis-ops-words"), terminal)),
    );

  program
    .command("completion-words", { hidden: true })
    .description("print every word of the command line, for bin/redis-ops-words")
    .action(() => {
      const stacks = loadStacks(loadOptions()).map(({ id, service }) => [id, service.description]);
      terminal.out(completionWords(program, Object.fromEntries(stacks)));
      finish(ExitCode.ok);
    });

  program
    .command("reference")
    .description("print all commands, exit codes, files and environment variables as one page of Markdown")
    .addHelpText("after", examples("reference", "reference | less"))
    .action(() => {
      terminal.out(reference(program));
      finish(ExitCode.ok);
    });
}
