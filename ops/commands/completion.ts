import { ExitCode } from "../exit-code";
import type { Terminal } from "../terminal";

export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/** `redis-ops completion`: what a shell is told, so that it asks `program` for words. Reads nothing. */
export function completion(shell: Shell, program: string, terminal: Terminal): ExitCode {
  terminal.out(SCRIPTS[shell](shell === "fish" ? fishQuoted(program) : quoted(program)));
  return ExitCode.ok;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const fishQuoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

// bash 3.2 has neither compopt nor mapfile. It takes --option=value for three words, and a file with its folder for one.
const SCRIPTS: Readonly<Record<Shell, (program: string) => string>> = {
  bash: (program) => `_redis_ops() {
  local word=\${COMP_WORDS[COMP_CWORD]} line
  if [ "$word" = "=" ]; then word=''; fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = @files ]; then
      compopt -o filenames 2>/dev/null || true
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(${program} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _redis_ops redis-ops`,
  zsh: (program) => `_redis_ops() {
  local -a lines
  lines=("\${(@f)$(${program} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${lines[(Ie)@files]} )); then
    _files
  fi
  lines=("\${(@)\${(@)lines:#(@files|)}//:/\\\\:}")
  lines=("\${(@)\${(@)lines%$'\\t'}/$'\\t'/:}")
  _describe -V redis-ops lines
}
compdef _redis_ops redis-ops`,
  fish: (program) => `function __redis_ops
  set -l words (commandline -opc) (commandline -ct)
  for line in (${program} $words[2..-1] 2>/dev/null)
    if test $line = @files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c redis-ops -f -a '(__redis_ops)'`,
};
