import type Docker from "dockerode";
import type { Problem } from "../../core/problem";
import { Size } from "../../core/size";
import { bytesText } from "../amounts";
import { isNotFound } from "../docker-engine";
import { runThrowAway } from "../docker-run";
import { BackupFileMissing } from "./backup-store";
import { differences, totalOf } from "./compare-with-manifest";
import { decode } from "./decode";
import { DamagedBackup } from "./failures";
import type { FoundBackup } from "./find-backups";
import type { Manifest } from "./manifest";
import { NotLoaded, withScratchServer } from "./scratch-server";
import type { Watch } from "./watch";

/** What a backup is loaded with. */
export interface RehearsalOptions {
  readonly docker: Docker;
  readonly image: string;
  /** For encrypted ones. */
  readonly identities: readonly string[];
  readonly watch: Watch;
  /** Gets how far loading is. */
  readonly onProgress: (text: string) => void;
}

/** How it went when a server loaded a backup. */
export interface Rehearsal {
  /** Why it cannot be relied on, in words for people; empty: it is good. */
  readonly problems: readonly string[];
  /** What the server had. Left out where it did not come up. */
  readonly loaded?: Loaded;
}

export interface Loaded {
  readonly seconds: number;
  readonly keys: number;
  readonly expiring: number;
}

/** What Redis keeps for each key beside the data: an entry and a place in a table, and the same again for its expiry. */
const BYTES_PER_KEY = 100;
/** What the allocator does not give back, and buffers while loading. */
const SPARE = 1.3;
const EMPTY_SERVER_BYTES = 32 * 1024 ** 2;

/** Memory that a server needs that loads the backup, in bytes. */
export function memoryFor({ usedMemory, keys }: Pick<Manifest, "usedMemory" | "keys">): number {
  return Math.ceil((usedMemory + (keys?.total ?? 0) * BYTES_PER_KEY) * SPARE) + EMPTY_SERVER_BYTES;
}

/** Everything that stops a rehearsal before it begins: the image is not there, memory is short, no key opens the backup. */
export async function rehearsalProblems(
  manifest: Pick<Manifest, "id" | "usedMemory" | "keys" | "encryption">,
  { docker, image, identities }: Pick<RehearsalOptions, "docker" | "image" | "identities">,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  if (manifest.encryption === "age" && identities.length === 0) {
    problems.push({
      field: "--identity",
      got: "none",
      expected: `a file with the secret key that opens ${manifest.id}, which is encrypted`,
      fix: "give --identity FILE, as age-keygen wrote it",
    });
  }
  if (await hasImage(docker, image)) {
    problems.push(...memoryProblems(manifest, await availableMemory(docker, image)));
  } else {
    problems.push({
      field: "image",
      got: `no ${image} on the Docker engine`,
      expected: "the image that is to load the backup",
      fix: `docker pull ${image}, or bin/lab up --engine-image ${image} for one of the lab`,
    });
  }
  return problems;
}

/** A problem when `available` bytes are too few for the backup. */
export function memoryProblems(
  manifest: Pick<Manifest, "id" | "usedMemory" | "keys">,
  available: number,
): readonly Problem[] {
  const needed = memoryFor(manifest);
  return available >= needed
    ? []
    : [
        {
          field: "memory of the Docker engine's host",
          got: `${bytesText(available)} available, ${bytesText(needed - available)} too little`,
          expected: `${bytesText(needed)}, which a server needs that loads ${manifest.id} beside what runs there`,
          fix: "make memory free, or do it on another Docker engine with a copy of the backup: --at DIRECTORY",
        },
      ];
}

async function hasImage(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

/** `MemAvailable` of the host, in bytes: what programs can have without swapping. */
async function availableMemory(docker: Docker, image: string): Promise<number> {
  const { stdout, stderr } = await runThrowAway(docker, { image, argv: ["cat", "/proc/meminfo"] });
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(stdout)?.[1];
  if (kibibytes === undefined) {
    throw new Error(`/proc/meminfo: got no MemAvailable: ${stderr.trim() || stdout.slice(0, 200)}`);
  }
  return Number(kibibytes) * 1024;
}

/**
 * Loads a backup in a throw-away server and compares what it has with the manifest. A backup that is damaged, or that the
 * server does not load, is a result and no error.
 * @throws StoreFailure when the store does not answer
 */
export async function rehearse(
  { store, manifest }: FoundBackup,
  { docker, image, identities, watch, onProgress }: RehearsalOptions,
): Promise<Rehearsal> {
  try {
    const file = watch(await store.read(manifest.stack, manifest.file.name), manifest.file.bytes);
    const load = { kind: manifest.kind, content: decode(manifest, file, identities) };
    const memory = Size.bytes(memoryFor(manifest));
    return await withScratchServer(docker, { image, memory, load, onProgress }, async (server) => {
      const { keys, expiring } = totalOf(await server.keyspace());
      const loaded = { seconds: server.loadSeconds, keys, expiring };
      return { loaded, problems: await differences(manifest, server) };
    });
  } catch (error) {
    if ([BackupFileMissing, DamagedBackup, NotLoaded].some((kind) => error instanceof kind)) {
      return { problems: [(error as Error).message] };
    }
    throw error;
  }
}
