import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import type { Terminal } from "../terminal";
import { type BackupSource, backupSource, infoNumber } from "./backup-source";
import type { BackupStore } from "./backup-store";
import { checkAof } from "./check-aof";
import { type EncodeOptions, recipientProblems } from "./encode";
import {
  type CreatedBackup,
  type Keeping,
  keepBackup,
  roomInStore,
  type Stored,
  storeContent,
  storeOrProblem,
  storeRdb,
  untilInterrupted,
} from "./keep-backup";
import type { Manifest } from "./manifest";
import { AofSet } from "./take-aof";
import { takeRdb } from "./take-rdb";
import { type Watch, watching } from "./watch";

export interface CreateOptions extends EncodeOptions {
  /** @default - where the stack's environment says */
  readonly at?: string;
  readonly kind: Manifest["kind"];
}

/**
 * Takes a backup of a stack and keeps it as `keepBackup` does. The engine's check reads what lies in the store, after the
 * server has done its part, so that the server's fork ends as early as it can.
 * @throws InvalidInputError with everything that stands in the way, before anything is written
 * @throws an expected failure (`isExpectedFailure`)
 */
export async function createBackup(
  stack: ResolvedStack,
  options: CreateOptions,
  terminal: Terminal,
): Promise<CreatedBackup> {
  const docker = await connectEngine(stack.props.docker);
  const { source, store } = await prepare(stack, options, docker);
  return untilInterrupted((stop) => {
    const keeping = { stack, store, options, docker, image: source.image, terminal, stop };
    const usedMemory = infoNumber(source, "used_memory_dataset");
    const watch = watching(`backing up ${stack.id}`, terminal, stop);
    const origin = {
      kind: options.kind,
      startedAt: new Date(),
      engineVersion: source.info.get("redis_version") ?? "",
      usedMemory,
      configuration: source.conf.sha256,
      madeBy: "redis-ops" as const,
    };
    return keepBackup(keeping, origin, (name) =>
      options.kind === "aof"
        ? storeAof(keeping, stack, source, name, (content) => watch(content, usedMemory))
        : storeSnapshot(keeping, source, name, (content) => watch(content, usedMemory)),
    );
  });
}

function storeSnapshot(keeping: Keeping, source: BackupSource, name: string, watch: Watch): Promise<Stored> {
  const { content, facts } = takeRdb(source);
  return storeRdb(keeping, name, { content: watch(content), facts });
}

async function storeAof(
  keeping: Keeping,
  { props }: ResolvedStack,
  source: BackupSource,
  name: string,
  watch: Watch,
): Promise<Stored> {
  const { docker, image, terminal, stop } = keeping;
  return AofSet.held({ source, auth: props.server.auth, terminal, stop }, async (set) => {
    const { content, facts } = await set.take();
    const check = (copy: Readable) => checkAof(docker, image, copy);
    return { facts, measured: await storeContent(keeping, name, watch(content), check) };
  });
}

/** @throws InvalidInputError with every problem that can be seen before anything is written */
async function prepare(
  stack: ResolvedStack,
  { at, kind, recipients }: CreateOptions,
  docker: Docker,
): Promise<{ readonly source: BackupSource; readonly store: BackupStore }> {
  const problems: Problem[] = recipientProblems("--recipient", recipients);
  if (kind === "aof" && !stack.props.server.persistence.pointInTime) {
    problems.push({
      field: "--kind",
      got: '"aof"',
      expected: `rdb, since ${stack.id} does not keep when each write was`,
      fix: "leave --kind out, or set persistence.pointInTime in the service's file and deploy it",
    });
  }
  const source = await backupSource(stack, docker);
  if ("length" in source) {
    problems.push(...source);
  }
  const store = storeOrProblem(at ?? stack.props.backups.at, stack, docker, problems);
  if (store !== undefined && !("length" in source)) {
    const needed = infoNumber(source, "used_memory_dataset");
    // A snapshot is seldom larger than the data in memory; how much smaller cannot be known before.
    problems.push(...(await roomInStore(store, needed, "which is what the data takes in memory")));
    if (problems.length === 0) {
      return { source, store };
    }
  }
  throw new InvalidInputError(problems);
}
