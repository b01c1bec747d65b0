import type { DeployedConf } from "../backup/deployed";

/**
 * The words that commands are written with now, and that the next server does not know any more. Redis writes a renamed
 * command to the append-only file by its new name, and does not start on a file with a word that it does not know.
 */
export function renamedWords(deployed: DeployedConf, next: DeployedConf): readonly string[] {
  const words = renamedCommands(deployed, next).flatMap((command) => {
    const [now, then] = [deployed.commandName(command), next.commandName(command)];
    return now === undefined || now.toLowerCase() === then?.toLowerCase() ? [] : [now.toLowerCase()];
  });
  return [...new Set(words)];
}

function renamedCommands(...confs: readonly DeployedConf[]): readonly string[] {
  const lines = confs.flatMap(({ text }) => [...text.matchAll(/^\s*rename-command\s+(\S+)/gim)]);
  return [...new Set(lines.map(([, command = ""]) => command.toUpperCase()))];
}
