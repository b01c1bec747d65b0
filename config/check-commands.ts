import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import type { Environment } from "./environment";

/**
 * The commands that an environment may disable or rename. Nothing else: Redis itself writes SELECT, MULTI, DEL and
 * PEXPIREAT into the append-only file and does not start when one is missing, and the client libraries need EVAL,
 * EVALSHA, SCRIPT, INFO and CLIENT (measured on 7.0.15 with RQ, BullMQ, Celery, Sidekiq, ioredis and redis-py).
 */
export const RENAMEABLE_COMMANDS = [
  "CONFIG",
  "DEBUG",
  "FLUSHALL",
  "FLUSHDB",
  "KEYS",
  "MONITOR",
  "SHUTDOWN",
] as const;

/** With an underscore, but not as in SORT_RO: so no command of Redis has it, or Redis would not start. */
const NEW_NAME = /^(?=.*_)(?!.*_RO$)[A-Z][A-Z0-9_]{2,63}$/;

/** Notes commands that cannot be disabled or renamed, and new names that Redis could not keep apart. */
export function checkCommands(environment: Environment, problems: Problems): void {
  const { name, disabledCommands, renamedCommands } = environment;
  const policy = `environments/${name}`;
  const commands = [
    ...disabledCommands.map((command) => [`${policy}.disabledCommands`, command] as const),
    ...Object.keys(renamedCommands).map((command) => [`${policy}.renamedCommands`, command] as const),
  ];
  for (const [field, command] of commands) {
    if (!RENAMEABLE_COMMANDS.some((known) => known === command)) {
      problems.add({
        field,
        got: JSON.stringify(command),
        expected: "a command that neither clients nor the append-only file need",
        fix: fixForUnknownName(command, RENAMEABLE_COMMANDS),
      });
    }
    if (commands.filter(([, other]) => other === command).length > 1) {
      problems.add({
        field,
        got: `${JSON.stringify(command)} more than once`,
        expected: "each command once, disabled or renamed",
        fix: "remove one of them",
      });
    }
  }
  for (const [command, newName] of Object.entries(renamedCommands)) {
    const isTaken = Object.values(renamedCommands).filter((other) => other === newName).length > 1;
    if (!NEW_NAME.test(newName) || isTaken) {
      problems.add({
        field: `${policy}.renamedCommands.${command}`,
        got: JSON.stringify(newName),
        expected:
          "3 to 64 capital letters, digits and underscores, one underscore at least, and no other command's name",
        fix: `use a name such as "OPS_${command}"`,
      });
    }
  }
}
