import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { ageText, bytesText, keysText } from "../amounts";
import { parseKeyspace, totalOf } from "../backup/compare-with-manifest";
import { readIdentities } from "../backup/decode";
import { DRILL_JSON, type DrillResult, lastSuccessIn, writeDrillResult } from "../backup/drill-result";
import { tellingFailures } from "../backup/failures";
import { chooseBackup, type FoundBackup, findBackups, passedOver } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { type RehearsalOptions, rehearsalProblems, rehearse } from "../backup/rehearse";
import { watching } from "../backup/watch";
import { connectEngine } from "../docker-engine";
import { engineImage } from "../engine-image";
import { ExitCode } from "../exit-code";
import { redisCommand } from "../redis-command";
import { json, type Terminal, visible } from "../terminal";

export interface DrillOptions {
  /** An id, the beginning of one, or `latest`. */
  readonly from: string;
  readonly at?: string;
  /** File with the secret key of an encrypted backup. */
  readonly identity?: string;
  readonly json: boolean;
}

/**
 * `redis-ops backup drill`: loads a backup in a throw-away server of the stack's engine and compares what it has with the
 * manifest; says how long it took and what restoring it now would lose. The result is written beside the backup, for people
 * and for Prometheus. Exit code 1 when the backup does not load or differs. The stack's own server is only asked.
 * @throws InvalidInputError when there is no such backup, or when memory is short: nothing was done
 */
export async function backupDrill(
  stack: ResolvedStack,
  options: DrillOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const next = `bin/redis-ops backup verify ${stack.id} --id all`;
  return tellingFailures(`${stack.id}: the drill was not finished`, next, terminal, async () => {
    const identities = options.identity === undefined ? [] : readIdentities(options.identity);
    const docker = await connectEngine(stack.props.docker);
    const found = await findBackups(readingStores(stack, options.at, docker), stack.id);
    for (const failure of found.failures) {
      terminal.err(`not looked at: ${failure.message}`);
    }
    for (const { store, id, problem } of found.broken) {
      terminal.err(`${store.where}: ${id} is no backup: ${problem}`);
    }
    const chosen = chooseBackup(found, options.from, "--from");
    passedOver(found, options.from).forEach(terminal.err);
    const rehearsal: RehearsalOptions = {
      docker,
      image: await engineImage(docker, stack.props.server),
      identities,
      watch: watching(`reading ${chosen.manifest.id}`, terminal),
      onProgress: terminal.err,
    };
    const problems = await rehearsalProblems(chosen.manifest, rehearsal);
    if (problems.length > 0) {
      throw new InvalidInputError(problems);
    }
    const result = await drill(stack, chosen, rehearsal);
    terminal.out(options.json ? json(result) : textOf(result, chosen));
    await writeDrillResult(chosen.store, result);
    if (!result.ok) {
      terminal.err(`Next: ${next}, and bin/redis-ops backup create ${stack.id}`);
    }
    return result.ok ? ExitCode.ok : ExitCode.unhealthy;
  });
}

async function drill(
  { id, props }: ResolvedStack,
  found: FoundBackup,
  options: RehearsalOptions,
): Promise<DrillResult> {
  const { store, manifest } = found;
  const started = new Date();
  const { problems, loaded } = await rehearse(found, options);
  const ok = problems.length === 0;
  const live = await liveKeys(options.docker.getContainer(props.server.containerName), props.server.auth);
  const lastSuccess = ok ? started.toISOString() : await lastSuccessIn(store, id);
  return {
    format: 1,
    stack: id,
    at: started.toISOString(),
    backup: manifest.id,
    where: store.where,
    ageSeconds: Math.round((started.getTime() - Date.parse(manifest.startedAt)) / 1000),
    image: options.image,
    ok,
    problems: [...problems],
    ...(loaded === undefined ? {} : { loaded }),
    ...(live === undefined ? {} : { live }),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
  };
}

/** Undefined when there is no server that answers: the drill is about the backup. */
async function liveKeys(container: Docker.Container, auth: Parameters<typeof redisCommand>[1]) {
  try {
    const { exitCode, stdout } = await redisCommand(container, auth, ["INFO", "keyspace"]);
    return exitCode === 0 ? totalOf(parseKeyspace(stdout)) : undefined;
  } catch (error) {
    if (error instanceof Error && "statusCode" in error) {
      return undefined; // Docker's answer: no such container, or one that does not run
    }
    throw error;
  }
}

function textOf({ image, ageSeconds, loaded, live, problems }: DrillResult, found: FoundBackup): string {
  const { store, manifest } = found;
  const mark = (ok: boolean) => (ok ? "ok  " : "FAIL");
  const age = ageText(ageSeconds);
  return [
    `${mark(true)}  backup: ${manifest.id} in ${visible(store.where)}, ${bytesText(manifest.file.bytes)}, made ${age} ago`,
    loaded === undefined
      ? `${mark(false)}  loading: ${visible(problems.join("; "))}`
      : `${mark(true)}  loading: ${image} took ${loaded.seconds.toFixed(1)} s; a restore takes that, and a stop and a start`,
    ...(loaded === undefined
      ? []
      : [
          `${mark(problems.length === 0)}  content: ${keysText(loaded.keys)}, ${loaded.expiring} of them with a time to live` +
            (problems.length === 0 ? ", as the manifest says" : ""),
          ...problems.map((problem) => `        ${visible(problem)}`),
        ]),
    live === undefined
      ? "      now: the stack's own server does not answer"
      : `      now: the stack's own server has ${keysText(live.keys)}; restored now, what was written in the last ${age} is lost`,
    `      result: ${visible(store.where)}/${manifest.stack}/${DRILL_JSON}`,
  ].join("\n");
}
