import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { configuredValues } from "../apply-live/configured-values";
import { directivesToAsk, type LiveChange, liveChanges } from "../apply-live/live-changes";
import { liveServer } from "../apply-live/live-server";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { loadOptions } from "../load";
import { json, type Terminal, table, visible } from "../terminal";

export interface ApplyLiveOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * `redis-ops apply-live`: gives a running server the values that its configuration says now, where Redis takes them while
 * it runs, all of them at once or none. Exit code 1 when Redis refuses them, or a value waits for `preflight`.
 * @throws InvalidInputError when there is no running server whose values can be set; nothing was changed
 */
export async function applyLive(
  stack: ResolvedStack,
  options: ApplyLiveOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { id, props } = stack;
  const docker = await connectEngine(props.docker);
  const server = await liveServer(docker, stack);
  const redisConf = configuredConf(stack);
  const configured = await configuredValues(docker, props.server.image, redisConf);
  const changes = liveChanges({
    version: props.server.version,
    running: await server.valuesOf(directivesToAsk(configured)),
    configured,
    usedMemory: server.usedMemory,
    memoryLimit: { running: server.memoryLimit, configured: props.server.memoryLimit },
    redisConf: { running: server.conf.text, configured: redisConf },
  });
  const live = changes.filter(({ how }) => how === "live");
  const isReplaced = server.conf.text.trim() !== redisConf.trim();
  let refusal: string | undefined;
  if (!options.dryRun && live.length > 0) {
    refusal = await server.set(live.map(({ directive, configured: value }) => [directive, value]));
  }
  const names = live.map(({ directive }) => directive);
  const after =
    options.dryRun || names.length === 0 ? new Map<string, string>() : await server.valuesOf(names);
  const set = live.filter(({ directive, configured: value }) => after.get(directive) === value);
  const isWaiting = changes.some(({ how }) => how === "preflight");
  if (options.json) {
    terminal.out(
      json({
        stack: id,
        dryRun: options.dryRun,
        changes,
        set: set.map(({ directive }) => directive),
        refusal,
        replacedByNextDeploy: isReplaced,
      }),
    );
  } else {
    for (const line of report(changes, set, options.dryRun)) {
      terminal.out(line);
    }
    if (isReplaced) {
      terminal.out(
        `redis.conf travels in the container's command: the next bin/up ${id} replaces the container, when you choose to.`,
      );
    }
  }
  if (refusal !== undefined) {
    terminal.err(`Redis refused it: ${visible(refusal)}`);
    terminal.err(
      `Next: correct the value in config/services/${stack.service.name}.ts, or deploy it with bin/up ${id}`,
    );
  }
  if (isWaiting) {
    terminal.err(`Next: bin/redis-ops preflight ${id}, which knows the safe way for what it names`);
  }
  const isDone = options.dryRun || set.length === live.length;
  return isDone && !isWaiting ? ExitCode.ok : ExitCode.unhealthy;
}

const HOW: Readonly<Record<LiveChange["how"], string>> = {
  live: "live",
  container: "needs a new container",
  preflight: "see preflight",
};

function report(
  changes: readonly LiveChange[],
  set: readonly LiveChange[],
  isDryRun: boolean,
): readonly string[] {
  if (changes.length === 0) {
    return ["every running value is as configured: nothing to set"];
  }
  const live = changes.filter(({ how }) => how === "live");
  const list = (some: readonly LiveChange[]) => some.map(({ directive }) => directive).join(", ");
  const missing = live.filter((change) => !set.includes(change));
  return [
    table(
      ["DIRECTIVE", "RUNNING", "CONFIGURED", "HOW"],
      changes.map(({ directive, running, configured, how, why }) =>
        [directive, shown(running), shown(configured), why === "" ? HOW[how] : `${HOW[how]}: ${why}`].map(
          visible,
        ),
      ),
    ),
    "",
    ...(live.length === 0 ? ["nothing of it can be set while the server runs"] : []),
    ...(isDryRun && live.length > 0 ? [`would set ${list(live)}; nothing was changed`] : []),
    ...(set.length > 0
      ? [`set ${list(set)}: CONFIG GET shows the configured ${set.length === 1 ? "value" : "values"}`]
      : []),
    ...(!isDryRun && missing.length > 0 ? [`not set: ${list(missing)}`] : []),
  ];
}

const shown = (value: string) => (value === "" ? '""' : value);

/** What the stack's next container would be made with. */
function configuredConf({ props }: ResolvedStack): string {
  const problems = new Problems();
  const text = renderRedisConf(loadOptions().template, props.server, props.exporter !== undefined, problems);
  problems.throwIfAny();
  return text;
}
