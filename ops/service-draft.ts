import type { Finding } from "../config/check-gates";
import type { EngineName } from "../config/engines";
import type { Environment } from "../config/environment";
import { environments } from "../config/environments";
import { readStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import type { Deployment, Persistence, Service, Store } from "../config/service";
import { services } from "../config/services";
import type { Problem } from "../core/problem";
import type { MaxmemoryPolicy } from "../core/redis-stack-props";
import type { SizeText } from "../core/size";
import type { StoreKind } from "../core/store-props";
import { loadOptions } from "./load";
import {
  FIRST_PORTS,
  nextFreePort,
  smallerMaxmemory,
  USUAL_ENGINE,
  USUAL_MAXMEMORY,
  USUAL_STORES,
} from "./service-suggestions";

/** What somebody has said about a new service so far; for the rest there are suggestions. */
export interface ServiceDraft {
  readonly name: string;
  readonly description?: string;
  readonly engine?: EngineName;
  /** Empty: nothing was said. */
  readonly stores: readonly Store[];
  /** Data where an environment has not its own: all of it where data is protected, less elsewhere. */
  readonly maxmemory?: SizeText;
  readonly maxmemoryPolicy?: MaxmemoryPolicy;
  readonly persistence?: Persistence;
  /** By name. Empty: every environment. */
  readonly environments: Readonly<Record<string, DraftDeployment>>;
}

export interface DraftDeployment {
  readonly maxmemory?: SizeText;
  readonly hostPort?: number | "none";
  readonly exporter?: number | "off";
}

const known: Readonly<Record<string, Environment>> = environments;

export const environmentNames: readonly string[] = Object.keys(known);

/** The policy of an environment, or undefined for a name that there is not. */
export function environmentOf(name: string): Environment | undefined {
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** The store that is suggested for a kind of a service. */
export function suggestedStore(service: string, kind: StoreKind): Store {
  const { keys, ttl, lossAcceptable } = USUAL_STORES[kind];
  return { kind, keys: `${service}:${keys}`, ttl, lossAcceptable };
}

/** The service of a draft, with suggestions for all that was not said; the same draft gives the same service. */
export function completed(draft: ServiceDraft): Service {
  const { name, description, engine, maxmemoryPolicy, persistence } = draft;
  return {
    name,
    description: description ?? name,
    engine: engine ?? USUAL_ENGINE,
    stores: draft.stores.length === 0 ? [suggestedStore(name, "cache")] : draft.stores,
    ...(maxmemoryPolicy === undefined ? {} : { maxmemoryPolicy }),
    ...(persistence === undefined ? {} : { persistence }),
    environments: completedDeployments(draft),
  };
}

/** The names that a draft is for, in the order of `config/environments`. */
export function environmentsOf({ environments: own }: ServiceDraft): readonly string[] {
  const named = Object.keys(own);
  const unknown = named.filter((name) => !environmentNames.includes(name));
  return named.length === 0
    ? environmentNames
    : [...environmentNames.filter((name) => named.includes(name)), ...unknown];
}

function completedDeployments(draft: ServiceDraft): Service["environments"] {
  const names = environmentsOf(draft);
  const taken = new Set([...claimedPorts(), ...Object.values(draft.environments).flatMap(portsOf)]);
  const next = (first: number) => {
    const port = nextFreePort(first, taken);
    taken.add(port);
    return port;
  };
  const isProtected = (name: string) => environmentOf(name)?.dataVolume === "protected";
  const maxmemory = draft.maxmemory ?? USUAL_MAXMEMORY;
  const deployments = names.map((name): [string, Deployment] => {
    const own = draft.environments[name] ?? {};
    const suggested = isProtected(name) || !names.some(isProtected) ? maxmemory : smallerMaxmemory(maxmemory);
    const hostPort =
      own.hostPort ?? (environmentOf(name)?.network === "bridge" ? next(FIRST_PORTS.hostPort) : "none");
    const isExported = environmentOf(name)?.exporter === "on";
    const exporter = own.exporter ?? (isExported ? next(FIRST_PORTS.exporter) : "off");
    return [
      name,
      {
        memory: { maxmemory: own.maxmemory ?? suggested },
        ...(hostPort === "none" ? {} : { hostPort }),
        ...(exporter === "off"
          ? isExported && { exporter: "off" as const }
          : { exporter: { hostPort: exporter } }),
      },
    ];
  });
  return Object.fromEntries(deployments);
}

function portsOf({ hostPort, exporter }: DraftDeployment): readonly number[] {
  return [hostPort, exporter].filter((port) => typeof port === "number");
}

function claimedPorts(): readonly number[] {
  return services
    .flatMap(({ environments: own }) => Object.values(own))
    .flatMap(({ hostPort, exporter }) => [
      ...(hostPort === undefined ? [] : [hostPort]),
      ...(typeof exporter === "object" ? [exporter.hostPort] : []),
    ]);
}

/** What comes out of a service beside those that there are. */
export interface Trial {
  readonly service: Service;
  /** Its stacks alone. */
  readonly stacks: readonly ResolvedStack[];
  /** Every check and gate that refuses it. */
  readonly problems: readonly Problem[];
  /** What gates say of its stacks. */
  readonly findings: readonly Finding[];
}

/**
 * Decides and checks the service of a draft together with all that there are, as every synthesis will. `REDIS_ENGINE` does
 * not count: a file holds wherever it is read.
 */
export function tryOut(draft: ServiceDraft): Trial {
  const service = completed(draft);
  // Beside another service of its name, every name that it has would be told as taken.
  const others = services.filter(({ name }) => name !== draft.name);
  const { stacks, problems, findings } = readStacks({
    ...loadOptions(),
    engine: undefined,
    services: [...others, service],
  });
  const own = stacks.filter((stack) => stack.service === service);
  return {
    service,
    stacks: own,
    problems,
    findings: findings.filter(({ stack }) => own.some(({ id }) => id === stack)),
  };
}
