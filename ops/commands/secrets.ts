import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { readText } from "../read-text";
import {
  currentPassword,
  importPassword,
  initSecrets,
  MIN_PASSWORD_LENGTH,
  type SecretChange,
  secretStates,
} from "../stack-secrets";
import { json, type Terminal, table } from "../terminal";

/** `redis-ops secrets init`: makes the secrets that are missing, keeps those that are there. */
export async function secretsInit(
  { id, props }: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const docker = await connectEngine(props.docker);
  report(id, await initSecrets(docker, props), options, terminal);
  return ExitCode.ok;
}

/** `redis-ops secrets import`: takes the password that the service's clients already use from a file. */
export async function secretsImport(
  { id, props }: ResolvedStack,
  options: { readonly from: string; readonly replace: boolean; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  if (props.server.auth.mode === "none") {
    throw new InvalidInputError([
      {
        field: "stack",
        got: JSON.stringify(id),
        expected: "a stack with a password",
        fix: "import into a stack of an environment with auth: requirepass",
      },
    ]);
  }
  const password = readPassword(options.from);
  const docker = await connectEngine(props.docker);
  const current = await currentPassword(docker, props);
  if (current !== undefined && current !== password && !options.replace) {
    throw new InvalidInputError([
      {
        field: `${id} secret redis_password`,
        got: "another password than the one in the volume",
        expected: "no password yet, or the same one",
        fix: "add --replace to change it; clients with the old one are refused after the next restart",
      },
    ]);
  }
  report(id, await importPassword(docker, props, password), options, terminal);
  return ExitCode.ok;
}

/** `redis-ops secrets status`: which secrets are there. Reads only, prints none. */
export async function secretsStatus(
  { id, props }: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const states = await secretStates(await connectEngine(props.docker), props);
  if (options.json) {
    terminal.out(json({ stack: id, secrets: states }));
  } else if (states.length === 0) {
    terminal.out(`${id} asks for no password`);
  } else {
    terminal.out(
      table(
        ["VOLUME", "FILE", "STATE"],
        states.map(({ volume, file, state }) => [volume, file, state]),
      ),
    );
  }
  if (states.every(({ state }) => state === "present")) {
    return ExitCode.ok;
  }
  terminal.err(`Next: bin/redis-ops secrets init ${id}`);
  return ExitCode.unhealthy;
}

/** The password in a file, `-` for standard input; a line break at its end does not belong to it. */
function readPassword(from: string): string {
  const refuse = (got: string, expected: string, fix: string) =>
    new InvalidInputError([{ field: "--from", got, expected, fix }]);
  const password = readText("--from", from).replace(/\r?\n$/, "");
  if (!/^[\x20-\x7e\u0080-\uffff]*$/.test(password)) {
    throw refuse(
      "line breaks or control characters",
      "one line of printable characters",
      "write the password alone into the file",
    );
  }
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw refuse(
      `${password.length} characters`,
      `${MIN_PASSWORD_LENGTH} or more`,
      "change to a longer password first; bin/redis-ops secrets init makes one",
    );
  }
  return password;
}

function report(
  id: string,
  changes: readonly SecretChange[],
  options: { readonly json: boolean },
  terminal: Terminal,
): void {
  if (options.json) {
    terminal.out(json({ stack: id, secrets: changes }));
  } else if (changes.length === 0) {
    terminal.out(`${id} asks for no password: nothing to do`);
  } else {
    terminal.out(
      table(
        ["VOLUME", "FILE", "CHANGE"],
        changes.map(({ volume, file, change }) => [volume, file, change]),
      ),
    );
  }
}
