import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { InvalidInputError, type Problem } from "../core/problem";
import { EXPORTER_PASSWORD_FILE, SECRET_FILES, secretFilesOf } from "../core/redis-conf";
import type { RedisStackProps } from "../core/redis-stack-props";
import { readVolume, type VolumeFile, writeVolume } from "./volume-files";

/** Users that the files belong to: Redis and its backups, and the exporter, inside their containers. */
const REDIS_OWNER = { uid: 999, gid: 1000, mode: 0o400 } as const;
const EXPORTER_OWNER = { uid: 59000, gid: 59000, mode: 0o400 } as const;

/** Shortest password that is taken: Redis answers about a million guesses a second. */
export const MIN_PASSWORD_LENGTH = 16;

/** Longest password that is taken, in bytes. */
export const MAX_PASSWORD_BYTES = 512;

/** One line without control characters. U+FFFD stands where a file is not UTF-8. */
export const ONE_LINE = /^[\x20-\x7e\u0080-\ufffc\ufffe\uffff]*$/;

/** Why the start script does not take the content of a file: `usable` in constructs/redis-start.sh. */
type Unusable = "too short" | "too long" | "not one line of text";

/** One secret file of a stack, and whether it is as it has to be. It never holds the secret itself. */
export interface SecretState {
  readonly volume: string;
  readonly file: string;
  readonly state: "present" | "missing" | "a directory" | Unusable | "wrong owner or mode" | "out of date";
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
    state: isDirectory(files, file) ? ("a directory" as const) : stateOfSecret(find(files, file)),
  }));
  const derived = await Promise.all(
    derivedFiles(props).map(async ({ volume, name, from, owner, content }) => {
      const there = (await readVolume(docker, volume)) ?? [];
      const password = find(files, from);
      const file = find(there, name);
      const isOutOfDate =
        stateOfSecret(password) === "present" && file?.content !== content(secretIn(password));
      const state = isDirectory(there, name) ? ("a directory" as const) : stateOfOwner(file, owner);
      return {
        volume,
        file: name,
        state: state === "present" && isOutOfDate ? "out of date" : state,
      } as const;
    }),
  );
  return [...own, ...derived];
}

/**
 * Makes every secret that is missing, and those of `redis-ops`, the backups and the exporter that are unusable. Never changes
 * the password of the service's clients.
 */
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
  return secretIn(find(files, SECRET_FILES.default)) || undefined;
}

/** The problem of each secret that keeps the stack from starting. */
export function secretProblems(id: string, states: readonly SecretState[]): readonly Problem[] {
  return states
    .filter(({ state }) => state !== "present")
    .map(({ volume, file, state }) => ({
      field: `${id} secret ${file}`,
      got: `${state} in volume ${volume}`,
      expected: "a secret that only its container can read",
      fix: fixOf(id, volume, file, state),
    }));
}

/** What to do about all of them, without what the other steps do anyway. */
export function secretSteps(id: string, states: readonly SecretState[]): readonly string[] {
  const fixes = [...new Set(secretProblems(id, states).map(({ fix }) => fix))];
  return fixes.includes(importOf(id)) ? fixes.filter((fix) => fix !== initOf(id)) : fixes;
}

const initOf = (id: string) => `run bin/redis-ops secrets init ${id}`;
const importOf = (id: string) => `run bin/redis-ops secrets import ${id} --from FILE --replace`;

function fixOf(id: string, volume: string, file: string, state: SecretState["state"]): string {
  if (state === "a directory") {
    return `remove it from volume ${volume}`;
  }
  return file === SECRET_FILES.default && UNUSABLE.has(state) ? importOf(id) : initOf(id);
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
  const names = secretFilesOf(auth, props.exporter !== undefined);
  const derived = derivedFiles(props);
  const present = await volumeWithout(docker, auth.secretsVolume, names);
  for (const { volume, name } of derived) {
    await volumeWithout(docker, volume, [name]);
  }
  const wanted = names.map((name) => fill(name, find(present, name), given[name]));
  await writeVolume(
    docker,
    auth.secretsVolume,
    wanted.filter(({ isToWrite }) => isToWrite).map(({ file }) => file),
  );
  const changes: SecretChange[] = wanted.map(({ file, change }) => ({
    volume: auth.secretsVolume,
    file: file.name,
    change,
  }));
  for (const { volume, name, from, owner, content } of derived) {
    const password = wanted.find(({ file }) => file.name === from)?.file;
    await writeVolume(docker, volume, [{ name, content: content(secretIn(password)), ...owner }]);
    changes.push({ volume, file: name, change: "derived" });
  }
  return changes;
}

/** A file with one of the stack's passwords for a container that may read no other. */
interface DerivedFile {
  readonly volume: string;
  readonly name: string;
  /** The secret that it follows. */
  readonly from: string;
  readonly owner: Pick<VolumeFile, "uid" | "gid" | "mode">;
  readonly content: (password: string) => string;
}

function derivedFiles(props: RedisStackProps): readonly DerivedFile[] {
  const exporter = props.exporter?.secretsVolume;
  const backup = props.backups.schedule?.secretsVolume;
  return [
    ...(exporter === undefined
      ? []
      : [
          {
            volume: exporter,
            name: EXPORTER_PASSWORD_FILE,
            from: SECRET_FILES.exporter,
            owner: EXPORTER_OWNER,
            content: (password: string) => exporterPasswords(props, password),
          },
        ]),
    ...(backup === undefined
      ? []
      : [
          {
            volume: backup,
            name: SECRET_FILES.backup,
            from: SECRET_FILES.backup,
            owner: REDIS_OWNER,
            content: (password: string) => password,
          },
        ]),
  ];
}

/** What becomes of one file. Clients know the password of `default`: one that is unusable stays as it is. */
function fill(name: string, old: VolumeFile | undefined, given: string | undefined) {
  const state = stateOfSecret(old);
  if (given !== undefined && (state !== "present" || secretIn(old) !== given)) {
    const change = secretIn(old) === given ? ("kept" as const) : ("imported" as const);
    return { file: { name, content: given, ...REDIS_OWNER }, change, isToWrite: true };
  }
  if (old === undefined || state === "missing" || (UNUSABLE.has(state) && name !== SECRET_FILES.default)) {
    return {
      file: { name, content: newPassword(), ...REDIS_OWNER },
      change: "made" as const,
      isToWrite: true,
    };
  }
  return {
    file: { name, content: old.content, ...REDIS_OWNER },
    change: "kept" as const,
    isToWrite: state === "wrong owner or mode",
  };
}

/**
 * The files of a volume that is going to be written.
 * @throws InvalidInputError for a directory of such a name: the engine would remove it with all that is in it
 */
async function volumeWithout(
  docker: Docker,
  volume: string,
  names: readonly string[],
): Promise<readonly VolumeFile[]> {
  const files = (await readVolume(docker, volume)) ?? [];
  const directories = names.filter((name) => isDirectory(files, name));
  if (directories.length > 0) {
    throw new InvalidInputError(
      directories.map((name) => ({
        field: `volume ${volume}`,
        got: `a directory ${name}`,
        expected: "a file, or nothing of that name",
        fix: "remove it",
      })),
    );
  }
  return files;
}

const find = (files: readonly VolumeFile[], name: string) => files.find((file) => file.name === name);

/** `readVolume` lists files only. A directory without any is as good as nothing: the engine replaces it. */
const isDirectory = (files: readonly VolumeFile[], name: string) =>
  files.some((file) => file.name.startsWith(`${name}/`));

/** A secret as the start script takes it: without the line break at its end. */
const secretIn = (file: VolumeFile | undefined) => (file?.content ?? "").replace(/\n$/, "");

const UNUSABLE: ReadonlySet<string> = new Set<Unusable>(["too short", "too long", "not one line of text"]);

function stateOfSecret(file: VolumeFile | undefined): SecretState["state"] {
  const bytes = Buffer.byteLength(secretIn(file));
  if (file === undefined || file.content === "") {
    return "missing";
  }
  if (!ONE_LINE.test(secretIn(file))) {
    return "not one line of text";
  }
  if (bytes < MIN_PASSWORD_LENGTH || bytes > MAX_PASSWORD_BYTES) {
    return bytes < MIN_PASSWORD_LENGTH ? "too short" : "too long";
  }
  return stateOfOwner(file, REDIS_OWNER);
}

function stateOfOwner(file: VolumeFile | undefined, owner: DerivedFile["owner"]): SecretState["state"] {
  if (file === undefined || file.content === "") {
    return "missing";
  }
  return file.uid === owner.uid && file.gid === owner.gid && file.mode === owner.mode
    ? "present"
    : "wrong owner or mode";
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
