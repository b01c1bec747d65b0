import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import type { Problem } from "../core/problem";
import { EXPORTER_PASSWORD_FILE, SECRET_FILES, secretFilesOf } from "../core/redis-conf";
import type { RedisStackProps } from "../core/redis-stack-props";
import { readVolume, type VolumeFile, writeVolume } from "./volume-files";

/** Users that the files belong to: Redis and the exporter inside their containers. */
const REDIS_OWNER = { uid: 999, gid: 1000, mode: 0o400 } as const;
const EXPORTER_OWNER = { uid: 59000, gid: 59000, mode: 0o400 } as const;

/** Shortest password that is taken: Redis answers about a million guesses a second. */
export const MIN_PASSWORD_LENGTH = 16;

/** One secret file of a stack, and whether it is as it has to be. It never holds the secret itself. */
export interface SecretState {
  readonly volume: string;
  readonly file: string;
  readonly state: "present" | "missing" | "too short" | "wrong owner or mode" | "out of date";
}

/** What `initSecrets` and `importPassword` did to a file. */
export interface SecretChange {
  readonly volume: string;
  readonly file: string;
  readonly change: "made" | "imported" | "kept" | "derived";
}

/** The secret files of a stack, as they are in its volumes. Empty for a stack without password. */
export async function secretStates(docker: Docker, props: RedisStackProps): Promise<readonly SecretState[]> {
  const { auth } = props.server;
  if (auth.mode === "none") {
    return [];
  }
  const files = (await readVolume(docker, auth.secretsVolume)) ?? [];
  const own = secretFilesOf(auth, props.exporter !== undefined).map((file) => ({
    volume: auth.secretsVolume,
    file,
    state: stateOf(
      files.find(({ name }) => name === file),
      REDIS_OWNER,
    ),
  }));
  const { exporter } = props;
  if (exporter?.secretsVolume === undefined) {
    return own;
  }
  const [derived] = ((await readVolume(docker, exporter.secretsVolume)) ?? []).filter(
    ({ name }) => name === EXPORTER_PASSWORD_FILE,
  );
  const password = files.find(({ name }) => name === SECRET_FILES.exporter)?.content;
  const state = stateOf(derived, EXPORTER_OWNER);
  const outOfDate = password !== undefined && derived?.content !== exporterPasswords(props, password);
  return [
    ...own,
    {
      volume: exporter.secretsVolume,
      file: EXPORTER_PASSWORD_FILE,
      state: state === "present" && outOfDate ? "out of date" : state,
    },
  ];
}

/** Makes every secret that is missing, and never changes one that is there. */
export async function initSecrets(docker: Docker, props: RedisStackProps): Promise<readonly SecretChange[]> {
  return fillSecrets(docker, props, {});
}

/** Puts `password` in place as what the service's clients send, and makes every other secret that is missing. */
export async function importPassword(
  docker: Docker,
  props: RedisStackProps,
  password: string,
): Promise<readonly SecretChange[]> {
  return fillSecrets(docker, props, { [SECRET_FILES.default]: password });
}

/** The password of the service's clients, or undefined. For comparing, never for printing. */
export async function currentPassword(docker: Docker, props: RedisStackProps): Promise<string | undefined> {
  const { auth } = props.server;
  if (auth.mode === "none") {
    return undefined;
  }
  const files = (await readVolume(docker, auth.secretsVolume)) ?? [];
  return files.find(({ name }) => name === SECRET_FILES.default)?.content;
}

/** The problem of each secret that keeps the stack from starting. */
export function secretProblems(id: string, states: readonly SecretState[]): readonly Problem[] {
  return states
    .filter(({ state }) => state !== "present")
    .map(({ volume, file, state }) => ({
      field: `${id} secret ${file}`,
      got: `${state} in volume ${volume}`,
      expected: "a secret that only its container can read",
      fix: `run bin/redis-ops secrets init ${id}`,
    }));
}

async function fillSecrets(
  docker: Docker,
  props: RedisStackProps,
  given: Readonly<Record<string, string>>,
): Promise<readonly SecretChange[]> {
  const { auth } = props.server;
  if (auth.mode === "none") {
    return [];
  }
  const { exporter } = props;
  const present = (await readVolume(docker, auth.secretsVolume)) ?? [];
  const wanted = secretFilesOf(auth, exporter !== undefined).map((name) => {
    const old = present.find((file) => file.name === name && file.content !== "");
    const content = given[name] ?? old?.content ?? newPassword();
    const change =
      given[name] !== undefined && given[name] !== old?.content
        ? ("imported" as const)
        : old === undefined
          ? ("made" as const)
          : ("kept" as const);
    return { file: { name, content, ...REDIS_OWNER }, change };
  });
  const files = wanted.map(({ file }) => file);
  await writeVolume(docker, auth.secretsVolume, files);
  const changes: SecretChange[] = wanted.map(({ file, change }) => ({
    volume: auth.secretsVolume,
    file: file.name,
    change,
  }));
  const password = files.find(({ name }) => name === SECRET_FILES.exporter)?.content;
  if (exporter?.secretsVolume !== undefined && password !== undefined) {
    const content = exporterPasswords(props, password);
    await writeVolume(docker, exporter.secretsVolume, [
      { name: EXPORTER_PASSWORD_FILE, content, ...EXPORTER_OWNER },
    ]);
    changes.push({ volume: exporter.secretsVolume, file: EXPORTER_PASSWORD_FILE, change: "derived" });
  }
  return changes;
}

function stateOf(
  file: VolumeFile | undefined,
  owner: typeof REDIS_OWNER | typeof EXPORTER_OWNER,
): SecretState["state"] {
  if (file === undefined || file.content === "") {
    return "missing";
  }
  if (file.uid !== owner.uid || file.gid !== owner.gid || file.mode !== owner.mode) {
    return "wrong owner or mode";
  }
  return file.content.length < MIN_PASSWORD_LENGTH ? "too short" : "present";
}

/** 48 characters of the URL alphabet: 288 random bits, and nothing that any shell or file has to quote. */
function newPassword(): string {
  return randomBytes(36).toString("base64url");
}

/**
 * The exporter looks its password up by address; releases before 1.50 or so by the plain one, later ones by
 * the one with the user (measured on 1.45, read in the source of later ones). Both are given.
 */
function exporterPasswords({ server }: RedisStackProps, password: string): string {
  const at = `${server.containerName}:6379`;
  return JSON.stringify({ [`redis://${at}`]: password, [`redis://exporter@${at}`]: password });
}
