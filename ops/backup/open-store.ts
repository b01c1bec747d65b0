import { join } from "node:path";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
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
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * The store that `where` names: a directory (a relative one is in the repository's folder), `volume:NAME`, a Docker volume on
 * the stack's engine, or `s3://BUCKET` with or without `/PREFIX`. Nothing is asked or made yet.
 * @param field where it was written, for the message
 * @throws InvalidInputError when there cannot be such a store
 */
export function openStore(where: string, stack: ResolvedStack, docker: Docker, field = "--at"): BackupStore {
  const refuse = (expected: string, fix: string) =>
    new InvalidInputError([{ field, got: JSON.stringify(where), expected, fix }]);
  if (where.trim() === "" || CONTROL.test(where)) {
    throw refuse("a directory, volume:NAME or s3://BUCKET/PREFIX", "write it without control characters");
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
    throw refuse("a directory, volume:NAME or s3://BUCKET/PREFIX", "use one of these three");
  }
  return new DirectoryStore(where, REPOSITORY);
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
