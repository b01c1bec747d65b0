import { fixForUnknownName } from "../core/nearest";
import { InvalidInputError, type Problem, Problems } from "../core/problem";
import { directivesOfTemplate, renderRedisConf } from "../core/redis-conf";
import { soundEngines } from "./check-engines";
import { checkEnvironment, hasEnvironmentName } from "./check-environment";
import { checkGates, type Finding } from "./check-gates";
import { checkRedisConf } from "./check-redis-conf";
import { checkService } from "./check-service";
import { hasEnvironmentShape, hasServiceShape } from "./check-shape";
import { checkStack } from "./check-stack";
import { engines } from "./engines";
import type { Environment } from "./environment";
import { environments } from "./environments";
import { type ResolvedStack, resolveStack } from "./resolve-stack";
import type { Service } from "./service";
import { services } from "./services";
import { replacementOf } from "./stack-input";

export interface LoadOptions {
  /** Text of `redis.conf.tpl`. */
  readonly template: string;
  /** The day, `YYYY-MM-DD`: waivers and engines end. Nothing here reads a clock. */
  readonly today: string;
  /** Engine that stacks use in place of their service's own, where that comes from a registry: `REDIS_ENGINE`. @default - the service's */
  readonly engine?: string | undefined;
  /** @default - `config/services` */
  readonly services?: readonly Service[];
  /** @default - `config/environments` */
  readonly environments?: Readonly<Record<string, Environment>>;
}

/**
 * Every stack: each service in each of its environments, decided and checked.
 * @throws InvalidInputError with every problem of every stack
 */
export function loadStacks(options: LoadOptions): readonly ResolvedStack[] {
  const { stacks, problems } = readStacks(options);
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  return stacks;
}

/** Like `loadStacks`, for callers that have problems of their own to add. */
export function readStacks({ template, today, engine, ...from }: LoadOptions): {
  readonly stacks: readonly ResolvedStack[];
  readonly problems: readonly Problem[];
  /** Gates that stacks break. What is refused is among `problems`, too. */
  readonly findings: readonly Finding[];
} {
  const problems = new Problems();
  const known: Readonly<Record<string, Environment>> = from.environments ?? environments;
  const names = Object.keys(known);
  if (names.length === 0) {
    problems.add({
      field: "config/environments",
      got: "none",
      expected: "one environment at least",
      fix: "write export const environments = { dev } in config/environments/index.ts",
    });
  }
  const wellFormed = Object.entries(known).flatMap(([name, environment]) =>
    hasEnvironmentShape(name, environment, problems) && hasEnvironmentName(name, environment, problems)
      ? [name]
      : [],
  );
  for (const name of wellFormed) {
    checkEnvironment(known[name] as Environment, problems);
  }
  const sound = soundEngines(engines, problems);
  const stacks = listed(from.services ?? services, problems).flatMap((service, index) => {
    if (!hasServiceShape(service, index, problems)) {
      return [];
    }
    checkService(service, problems);
    // A row that is refused decides nothing.
    const row = replacementOf({ service, engine }) ?? service.engine;
    if (Object.hasOwn(engines, row) && !sound.includes(row)) {
      return [];
    }
    return Object.entries(service.environments).flatMap(([name, deployment]) => {
      if (names.length > 0 && !Object.hasOwn(known, name)) {
        problems.add({
          field: `${service.name}.environments`,
          got: JSON.stringify(name),
          expected: "an environment of config/environments",
          fix: fixForUnknownName(name, names),
        });
        return [];
      }
      const environment = known[name];
      if (environment === undefined || !wellFormed.includes(name)) {
        return [];
      }
      return [resolveStack({ service, environment, deployment, engine }, problems)];
    });
  });
  const templateDirectives = directivesOfTemplate(template);
  for (const stack of stacks) {
    checkStack(stack, templateDirectives, problems);
  }
  checkNamesAreUnique(stacks, problems);
  const [anyStack] = stacks;
  if (anyStack !== undefined) {
    renderRedisConf(template, anyStack.props.server, anyStack.props.exporter !== undefined, problems);
  }
  // A value that was refused would be found again in every line that it stands in.
  if (problems.list.length === 0) {
    for (const stack of stacks) {
      checkRedisConf(stack, template, problems);
    }
  }
  const findings = checkGates(stacks, today, problems);
  return { stacks, problems: withoutRepetition(problems.list), findings };
}

/**
 * The stacks called `ids`, in that order; all of them for an empty list. Notes unknown names; `refused` are the problems
 * that kept services from being stacks.
 */
export function selectStacks(
  stacks: readonly ResolvedStack[],
  ids: readonly string[],
  refused: readonly Problem[] = [],
): { readonly selected: readonly ResolvedStack[]; readonly problems: readonly Problem[] } {
  const known = stacks.map(({ id }) => id);
  // A stack of a service that cannot be read is not told to be unknown: what is wrong with the service is told.
  const readable = stacks.map(({ service }) => service.name);
  const unreadable = refused
    .map(({ field }) => field.split(".")[0] ?? "")
    .filter((name) => !readable.includes(name));
  const isOfUnreadable = (id: string) => unreadable.some((name) => id.startsWith(`${name}-`));
  const unknown = ids.filter((id) => !known.includes(id) && !isOfUnreadable(id));
  return {
    selected: ids.length === 0 ? stacks : stacks.filter(({ id }) => ids.includes(id)),
    problems: unknown.map((id) => ({
      field: "stack",
      got: JSON.stringify(id),
      expected: known.length === 0 ? "a stack; there is none" : `one of ${known.join(", ")}`,
      fix: fixForUnknownName(id, known),
    })),
  };
}

/** The services, when they are a list: nothing compiles `config/services/index.ts` before it is deployed. */
function listed(found: readonly Service[], problems: Problems): readonly Service[] {
  if (Array.isArray(found)) {
    return found;
  }
  problems.add({
    field: "config/services",
    got: `${typeof found === "object" ? "an" : "a"} ${typeof found}`,
    expected: "a list of services",
    fix: "write export const services: readonly Service[] = [shop] in config/services/index.ts",
  });
  return [];
}

/** What exists once on a Docker engine, and so cannot belong to two stacks. */
function claims({ id, props }: ResolvedStack): readonly { readonly what: string; readonly name: string }[] {
  const { server, network, dataVolume, exporter, prometheus, backups } = props;
  const named: readonly (readonly [string, string | number | undefined])[] = [
    ["container", server.containerName],
    ["container", exporter?.containerName],
    ["network", network.name],
    ["network", exporter?.networkName],
    ["volume", dataVolume.name],
    ["volume", server.auth.mode === "requirepass" ? server.auth.secretsVolume : undefined],
    ["volume", exporter?.secretsVolume],
    ["container", backups.schedule?.containerName],
    ["volume", backups.schedule?.volumeName],
    ["volume", backups.schedule?.secretsVolume],
    ["host port", server.hostPort],
    ["host port", exporter?.hostPort],
    ["container", prometheus?.containerName],
    ["volume", prometheus?.volumeName],
    ["host port", prometheus?.hostPort],
    ["stack", id],
  ];
  return named.flatMap(([what, name]) => (name === undefined ? [] : [{ what, name: `${name}` }]));
}

function checkNamesAreUnique(stacks: readonly ResolvedStack[], problems: Problems): void {
  const owners = new Map<string, ResolvedStack>();
  for (const stack of stacks) {
    for (const { what, name } of claims(stack)) {
      const key = `${stack.props.docker.host ?? ""} ${what} ${name}`;
      const owner = owners.get(key);
      if (owner === undefined) {
        owners.set(key, stack);
      } else {
        problems.add({
          field: `${stack.service.name}.environments.${stack.environment.name}`,
          got: `${what} ${JSON.stringify(name)}`,
          expected: `a ${what} that no other stack on the same Docker engine has; ${owner.id} has it`,
          fix: `give ${stack.id} another one`,
        });
      }
    }
  }
}

/** A mistake in a service stands in each of its stacks, and is told once. */
function withoutRepetition(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key);
  });
}
