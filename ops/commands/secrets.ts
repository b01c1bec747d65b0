import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { readBytes } from "../read-text";
import {
  currentPassword,
  importPassword,
  initSecrets,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_LENGTH,
  ONE_LINE,
  type SecretChange,
  type SecretState,
  secretStates,
  secretSteps,
} from "../stack-secrets";
import { json, type Terminal, table } from "../terminal";

/** As much as is read of a file that should have a password in it: enough to see that it is another file. */
const MAX_FILE_BYTES = 4096;

/** `redis-ops secrets init`: makes the secrets that are missing, keeps those that are there. Exit code 1 if one stays unusable. */
export async function secretsInit(
  { id, props }: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const docker = await connectEngine(props.docker);
  report(id, await initSecrets(docker, props), options, terminal);
  return nextSteps(id, await secretStates(docker, props), terminal);
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
  if (current !== undefined && current !== password) {
    terminal.err("A running server keeps the old password until it is started again.");
    terminal.err(`Next: docker restart --time 120 ${props.server.containerName}`);
  }
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
  return nextSteps(id, states, terminal);
}

function nextSteps(id: string, states: readonly SecretState[], terminal: Terminal): ExitCode {
  const steps = secretSteps(id, states);
  for (const step of steps) {
    terminal.err(`Next: ${step.replace(/^run /, "")}`);
  }
  return steps.length === 0 ? ExitCode.ok : ExitCode.unhealthy;
}

/** The password in a file, `-` for standard input; a line break at its end does not belong to it. */
function readPassword(from: string): string {
  const refuse = (got: string, expected: string, fix: string) =>
    new InvalidInputError([{ field: "--from", got, expected, fix }]);
  const alone = "write the password alone into the file";
  const bytes = readBytes("--from", from, MAX_FILE_BYTES + 1);
  if (bytes.length > MAX_FILE_BYTES) {
    throw refuse(`more than ${MAX_FILE_BYTES} bytes`, `${MAX_PASSWORD_BYTES} or less`, alone);
  }
  const text = decoded(bytes);
  if (text === undefined) {
    throw refuse("bytes that are not UTF-8", "text in UTF-8", "save the file as UTF-8");
  }
  if (text.startsWith("\ufeff")) {
    throw refuse(
      "a byte order mark",
      "the password alone",
      "save the file as UTF-8 without a byte order mark",
    );
  }
  const password = text.replace(/\r?\n$/, "");
  if (!ONE_LINE.test(password)) {
    throw refuse("line breaks or control characters", "one line of printable characters", alone);
  }
  if (password !== "" && password.trim() === "") {
    throw refuse("nothing but blanks", "a password", alone);
  }
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw refuse(
      `${password.length} characters`,
      `${MIN_PASSWORD_LENGTH} or more`,
      "change to a longer password first; bin/redis-ops secrets init makes one",
    );
  }
  const size = Buffer.byteLength(password);
  if (size > MAX_PASSWORD_BYTES) {
    throw refuse(`${size} bytes`, `${MAX_PASSWORD_BYTES} or less`, "change to a shorter password first");
  }
  return password;
}

/** Text with its byte order mark, or undefined when it is not UTF-8. */
function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
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
