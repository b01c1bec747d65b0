import { join } from "node:path";
import type Docker from "dockerode";
import { loadStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { loadOptions } from "../load";
import type { BackupStore } from "./backup-store";
import { DirectoryStore } from "./directory-store";
import { S3Store } from "./s3-store";
import { VolumeStore } from "./volume-store";

/** What relative paths start from. */
const REPOSITORY = join(__dirname, "..", "..");

const VOLUME = "volume:";
/** Docker's rule for names. */
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

const S3 = "s3://";
/** Amazon's rule for names of buckets. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const CONTROL = /\p{Cc}/u;

const PLACE = "a directory, volume:NAME or s3://BUCKET/PREFIX";

const MAX_SHOWN = 200;

function shown(where: string): string {
  return JSON.stringify(where.length > MAX_SHOWN ? `${where.slice(0, MAX_SHOWN)}…` : where);
}

/**
 * The store that `where` names: a directory (a relative one is in the repository's folder), `volume:NAME`, a Docker volume on
 * the stack's engine, or `s3://BUCKET` with or without `/PREFIX`. Nothing is asked or made yet.
 * @param field where it was written, for the message
 * @throws InvalidInputError when there cannot be such a store
 */
export function openStore(where: string, stack: ResolvedStack, docker: Docker, field = "--at"): BackupStore {
  const refuse = (expected: string, fix: string) =>
    new InvalidInputError([{ field, got: shown(where), expected, fix }]);
  if (where.trim() === "") {
    throw refuse(PLACE, `write one, or leave ${field} out`);
  }
  if (CONTROL.test(where)) {
    throw refuse(PLACE, "write it without control characters");
  }
  if (where.startsWith("~")) {
    throw refuse(
      "a path that the shell has expanded",
      `write $HOME in place of ~, or ${field} and a blank before ~`,
    );
  }
  if (where.startsWith(VOLUME)) {
    const name = where.slice(VOLUME.length);
    if (!VOLUME_NAME.test(name)) {
      throw refuse("volume: and the name of a Docker volume", "copy the name from docker volume ls");
    }
    return new VolumeStore(docker, name, stack.props.server);
  }
  if (where.startsWith(S3)) {
    const [bucket = "", ...folders] = where.slice(S3.length).split("/");
    if (!BUCKET.test(bucket)) {
      throw refuse(
        "s3:// and a bucket of 3 to 63 lower-case letters, digits, `.` and `-`",
        "write s3://BUCKET/PREFIX",
      );
    }
    return new S3Store(bucket, folders.filter((folder) => folder !== "").join("/"));
  }
  if (SCHEME.test(where)) {
    throw refuse(PLACE, "use one of these three");
  }
  return new DirectoryStore(where, REPOSITORY);
}

/**
 * As `openStore`, to write backups to: never a volume in which a stack has its data or its passwords.
 * @throws InvalidInputError when there cannot be such a store
 */
export function writingStore(
  where: string,
  stack: ResolvedStack,
  docker: Docker,
  field?: string,
): BackupStore {
  const store = openStore(where, stack, docker, field);
  for (const { id, props } of [stack, ...loadStacks(loadOptions())]) {
    const { auth } = props.server;
    const passwords = [
      auth.mode === "requirepass" ? auth.secretsVolume : undefined,
      props.exporter?.secretsVolume,
      props.backups.schedule?.secretsVolume,
    ];
    const has = (name: string | undefined) => name !== undefined && store.where === `${VOLUME}${name}`;
    if (has(props.dataVolume.name) || passwords.some(has)) {
      throw new InvalidInputError([
        {
          field: field ?? "--at",
          got: shown(where),
          expected: "a place for backups alone",
          fix: `choose another: that volume has the ${has(props.dataVolume.name) ? "data" : "passwords"} of ${id}`,
        },
      ]);
    }
  }
  return store;
}

/**
 * Where backups of a stack are looked for: `at`; left out, where its environment says, and the volume of its schedule.
 * @throws InvalidInputError when `at` cannot be a store
 */
export function readingStores(
  stack: ResolvedStack,
  at: string | undefined,
  docker: Docker,
): readonly BackupStore[] {
  const { backups } = stack.props;
  const places =
    at !== undefined
      ? [at]
      : [backups.at, ...(backups.schedule === undefined ? [] : [`${VOLUME}${backups.schedule.volumeName}`])];
  return places.map((place) => openStore(place, stack, docker));
}
