import type Docker from "dockerode";
import { type Engine, engines } from "../../config/engines";
import { readStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { services } from "../../config/services";
import { fixForUnknownName } from "../../core/nearest";
import { InvalidInputError, type Problem } from "../../core/problem";
import { keysText } from "../amounts";
import { type BackupSource, backupSource, infoNumber } from "../backup/backup-source";
import { parseKeyspace, totalOf } from "../backup/compare-with-manifest";
import { createBackup } from "../backup/create-backup";
import { readIdentities } from "../backup/decode";
import { tellingFailures } from "../backup/failures";
import type { CreatedBackup } from "../backup/keep-backup";
import { type RehearsalOptions, rehearsalProblems, rehearse } from "../backup/rehearse";
import { watching } from "../backup/watch";
import { connectEngine, isNotFound } from "../docker-engine";
import { engineOf, type NamedEngine } from "../engine-of";
import { ExitCode } from "../exit-code";
import { loadOptions } from "../load";
import { askToReplace, canAsk } from "../restore/ask";
import { type Terminal, visible } from "../terminal";
import { deployFile, type FailedDeploy } from "../upgrade/deploy-file";
import { ensureImage } from "../upgrade/ensure-image";
import { holdSignals } from "../upgrade/hold-signals";
import { runUp } from "../upgrade/run-up";
import { type ServiceSource, serviceSource } from "../upgrade/service-source";
import { downgradeProblem, engineIn, hasAllKeys } from "../upgrade/upgrade-problems";
import { wayBack } from "../upgrade/way-back";

export interface UpgradeOptions {
  /** A row of config/engines.ts. */
  readonly to: string;
  readonly at?: string;
  /** Public keys of age that the backup is encrypted for; `identity` opens it for the rehearsal. */
  readonly recipients: readonly string[];
  readonly identity?: string;
  readonly yes: boolean;
}

/** What is known before anything is done. */
interface Upgrade {
  readonly stack: ResolvedStack;
  readonly options: UpgradeOptions;
  readonly docker: Docker;
  readonly source: BackupSource;
  /** Undefined: an image that is no row of the catalogue. */
  readonly from: NamedEngine | undefined;
  readonly to: NamedEngine;
  readonly file: ServiceSource;
  readonly rehearsal: RehearsalOptions;
  readonly terminal: Terminal;
}

/**
 * `redis-ops upgrade`: moves a stack to a newer engine. A backup is taken and loaded by the new engine before anything is
 * changed; then the engine is written in the service's file, `bin/up` deploys it, and the new server is compared with the
 * backup. Exit code 1: something failed; what became of it is said.
 * @throws InvalidInputError with everything that stands in the way: nothing was changed
 */
export async function upgrade(
  stack: ResolvedStack,
  options: UpgradeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const next = `bin/redis-ops verify ${stack.id}, and try again`;
  return tellingFailures(`${stack.id} was not upgraded, nothing was changed`, next, terminal, async () => {
    const found = await prepare(stack, options, terminal);
    if (found.from?.name === options.to && found.file.before === found.file.after) {
      terminal.out(`${stack.id} runs ${options.to} already`);
      return ExitCode.ok;
    }
    terminal.err(announcement(found));
    if (!options.yes && !(await askToReplace(`Upgrade ${stack.id}?`))) {
      terminal.err("nothing was changed");
      return ExitCode.invalidInput;
    }
    await ensureImage(found.docker, found.to, terminal);
    await refuseRehearsal(found);
    terminal.err("1 of 4: a backup by the engine that runs");
    const backup = await createBackup(
      stack,
      { ...options, kind: "rdb", compression: "zstd", recipients: options.recipients },
      terminal,
    );
    terminal.err(`2 of 4: ${found.to.image} loads ${backup.manifest.id}`);
    const { problems, loaded } = await rehearse(backup, found.rehearsal);
    if (problems.length > 0 || loaded === undefined) {
      terminal.err(`${stack.id} was not upgraded, nothing was changed: with ${found.to.name}`);
      terminal.err(problems.map((problem) => `  ${visible(problem)}`).join("\n"));
      terminal.err(
        `Next: stay on the engine; bin/redis-ops backup verify ${stack.id} tells whether the backup is good`,
      );
      return ExitCode.unhealthy;
    }
    terminal.err(`loaded in ${loaded.seconds.toFixed(1)} s: ${keysText(loaded.keys)}, as in the backup`);
    return holdSignals(
      "the new engine is being deployed; redis-ops ends when that is done or has failed, and says which",
      terminal,
      () => deploy(found, backup),
    );
  });
}

async function prepare(stack: ResolvedStack, options: UpgradeOptions, terminal: Terminal): Promise<Upgrade> {
  const docker = await connectEngine(stack.props.docker);
  const to = engineNamed(options.to);
  const file = serviceSource(stack.service.name, options.to);
  const source = await backupSource(stack, docker);
  const problems: Problem[] = [...optionProblems(stack.id, options)];
  if (to === undefined) {
    problems.push({
      field: "--to",
      got: JSON.stringify(options.to),
      expected: "the name of an engine in config/engines.ts",
      fix: fixForUnknownName(options.to, Object.keys(engines)),
    });
  }
  if ("field" in file) {
    problems.push(file);
  }
  if (!("info" in source)) {
    problems.push(...source);
  }
  if (to !== undefined && "info" in source) {
    const from = engineOf((await source.container.inspect()).Config.Image);
    const running = from ?? { version: source.info.get("redis_version") ?? "", rdbVersion: 0 };
    const downgrade = downgradeProblem(running, to);
    problems.push(...(downgrade === undefined ? configurationProblems(stack, to) : [downgrade]));
    if (problems.length === 0 && !("field" in file)) {
      const identities = options.identity === undefined ? [] : readIdentities(options.identity);
      const watch = watching("reading the backup", terminal);
      const rehearsal = { docker, image: to.image, identities, watch, onProgress: terminal.err };
      return { stack, options, docker, source, from, to, file, rehearsal, terminal };
    }
  }
  throw new InvalidInputError(problems);
}

function optionProblems(id: string, { recipients, identity, yes }: UpgradeOptions): readonly Problem[] {
  return [
    ...(recipients.length > 0 && identity === undefined
      ? [
          {
            field: "--identity",
            got: "none",
            expected: "the secret key of one --recipient, since the new engine has to load the backup first",
            fix: "give --identity FILE, as age-keygen wrote it",
          },
        ]
      : []),
    ...(yes || canAsk({ json: false })
      ? []
      : [
          {
            field: "--yes",
            got: "no terminal to ask on",
            expected: `a yes: ${id} is down while it is replaced, and there is no way back without losing new writes`,
            fix: "add --yes",
          },
        ]),
  ];
}

function engineNamed(name: string): NamedEngine | undefined {
  const rows: Readonly<Record<string, Engine>> = engines;
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  return row === undefined ? undefined : { name, ...row };
}

/** What the checks of `config/` say of the service with the new engine: directives that it does not know, and gates. */
function configurationProblems({ service }: ResolvedStack, to: NamedEngine): readonly Problem[] {
  const changed = services.map((other) =>
    other.name === service.name ? { ...other, engine: to.name as typeof other.engine } : other,
  );
  return readStacks({ ...loadOptions(), engine: undefined, services: changed }).problems;
}

/** With what the server has now, since the backup is not there yet. */
async function refuseRehearsal({ source, options, rehearsal }: Upgrade): Promise<void> {
  const { keys: total, expiring } = keysOf(source);
  const problems = await rehearsalProblems(
    {
      id: "a backup of it",
      usedMemory: infoNumber(source, "used_memory_dataset"),
      keys: { total, expiring },
      encryption: options.recipients.length > 0 ? "age" : "none",
    },
    rehearsal,
  );
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
}

function keysOf({ info }: BackupSource): { keys: number; expiring: number } {
  return totalOf(parseKeyspace([...info].map(([name, value]) => `${name}:${value}`).join("\n")));
}

function announcement({ stack, source, from, to, file }: Upgrade): string {
  const others = Object.keys(stack.service.environments)
    .map((environment) => `${stack.service.name}-${environment}`)
    .filter((id) => id !== stack.id);
  const version = source.info.get("redis_version");
  const licence = from?.licence ?? "unknown";
  return [
    `${stack.id}: ${from?.name ?? "an image that is not in config/engines.ts"} -> ${to.name}`,
    `  version   ${version} -> ${to.version}`,
    `  RDB       ${from?.rdbVersion ?? "?"} -> ${to.rdbVersion}${from?.rdbVersion === to.rdbVersion ? "" : ": the old engine cannot read what the new one writes"}`,
    `  licence   ${licence === to.licence ? licence : `${licence} -> ${to.licence}`}`,
    `  file      ${file.shownPath}${file.before === file.after ? " names it already" : ` is written: engine: "${to.name}"`}`,
    ...(others.length === 0
      ? []
      : [`  with it   ${others.join(", ")}: at the next deploy, each upgraded by itself`]),
    `  keys      ${keysOf(source).keys}`,
  ].join("\n");
}

async function deploy(found: Upgrade, backup: CreatedBackup): Promise<ExitCode> {
  const { stack, docker, source, from, to, file, terminal } = found;
  terminal.err(`3 of 4: bin/up --accept engine-upgrade ${stack.id}`);
  const failed = await deployFile(
    file,
    () => runUp(["--accept", "engine-upgrade", stack.id], terminal),
    () => isAsBefore(source),
  );
  const engine = file.before === file.after ? from?.name : engineIn(file.before);
  const back = wayBack(stack, engine, backup, found.options.at);
  if (failed !== undefined) {
    terminal.err(failureText(found, failed, back));
    return ExitCode.unhealthy;
  }
  terminal.err("4 of 4: the new server beside the backup");
  const upgraded = await backupSource(stack, docker);
  const [version, now] =
    "info" in upgraded ? [upgraded.info.get("redis_version"), keysOf(upgraded).keys] : [];
  const { keys: total, expiring } = keysOf(source);
  const counted = backup.manifest.keys;
  const then = counted ?? { total, expiring };
  const isGood = version === to.version && now !== undefined && hasAllKeys(now, then);
  terminal.out(
    `${isGood ? "" : "FAIL: "}${stack.id} runs ${version ?? "nothing that answers"}, with ${keysText(now ?? 0)}; ` +
      `${then.total} in ${counted === undefined ? "the server before" : `${backup.manifest.id} in ${visible(backup.store.where)}`}`,
  );
  terminal.err(back);
  if (!isGood) {
    terminal.err(
      `Next: expected ${to.version} with at least ${keysText(then.total - then.expiring)}; ` +
        `docker logs --tail 20 ${stack.props.server.containerName}`,
    );
  }
  return isGood ? ExitCode.ok : ExitCode.unhealthy;
}

function failureText(
  { stack: { id }, file }: Upgrade,
  { failure, isAsBefore }: FailedDeploy,
  back: string,
): string {
  const isChanged = file.before !== file.after;
  const mend = "Next: mend what the lines above say, then";
  if (isAsBefore === true) {
    return (
      `${id} was not upgraded: bin/up ${failure}. Its container is the old one` +
      `${isChanged ? `, and ${file.shownPath} is as before` : ""}.\n${mend} upgrade again`
    );
  }
  return isAsBefore === false
    ? `${id} is upgraded in part: bin/up ${failure}, and the old container is gone.\n${back}\n${mend} bin/up ${id}`
    : `bin/up ${failure}, and the engine does not say whether the container of ${id} is still the old one; ` +
        `${file.shownPath} names the new engine.\n${back}\n${mend} bin/up ${id}, or put the old engine back in that file`;
}

/** Whether the container is still one of the old image. */
async function isAsBefore({ container, image }: BackupSource): Promise<boolean> {
  try {
    return (await container.inspect()).Image === image;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}
