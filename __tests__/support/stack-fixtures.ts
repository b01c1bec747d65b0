import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../config/check-gates";
import type { Environment } from "../../config/environment";
import { environments } from "../../config/environments";
import { loadStacks, readStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Deployment, Service } from "../../config/service";
import { formatProblem } from "../../core/problem";

export const repository = join(__dirname, "../..");

const read = (name: string) => readFileSync(join(repository, name), "utf8");

/** The real template and scripts. */
export const template = read("redis.conf.tpl");
export const startScript = read("constructs/redis-start.sh");
export const backupScript = read("constructs/redis-backup.sh");

/** The day on which every test loads its stacks. */
export const today = "2026-11-21";

/** What a test says about its one stack; the fixture supplies everything else. */
export interface StackOptions {
  readonly service?: Partial<Omit<Service, "environments">>;
  readonly deployment?: Partial<Deployment>;
  readonly environment?: Partial<Environment>;
  readonly engine?: string;
  readonly template?: string;
  readonly today?: string;
}

type Kind = keyof typeof environments;

/** A value as somebody writes it whose editor does not check types. */
export function unchecked<T>(value: unknown): T {
  return value as T;
}

/** A service called `shop` that nothing is wrong with, deployed to the environments given. */
export function shop(
  deployments: Service["environments"],
  own: Partial<Omit<Service, "environments">> = {},
): Service {
  return {
    name: "shop",
    description: "Baskets of the shop",
    engine: "redis-7.4",
    stores: [{ kind: "sessions", keys: "basket:*", ttl: "24 h", lossAcceptable: false }],
    maxmemoryPolicy: "noeviction",
    persistence: { appendonly: true, save: [] },
    ...own,
    environments: deployments,
  };
}

function inputOf(kind: Kind, options: StackOptions) {
  const deployment: Deployment = {
    memory: { maxmemory: "256 MiB" },
    ...(kind === "prod" ? { exporter: { hostPort: 9121 } } : {}),
    ...options.deployment,
  };
  return {
    template: options.template ?? template,
    today: options.today ?? today,
    engine: options.engine,
    services: [shop({ [kind]: deployment }, options.service)],
    environments: { ...environments, [kind]: { ...environments[kind], ...options.environment } },
  };
}

/** Stack `shop-dev` or `shop-prod`; `shop-prod` has an exporter. */
export function shopStack(kind: Kind, options: StackOptions = {}): ResolvedStack {
  return single(loadStacks(inputOf(kind, options)));
}

/** Every problem of `shop-dev` or `shop-prod`, as it is printed. */
export function problemsOf(kind: Kind, options: StackOptions): readonly string[] {
  return readStacks(inputOf(kind, options)).problems.map(formatProblem);
}

/** Every gate that `shop-dev` or `shop-prod` breaks. */
export function findingsOf(kind: Kind, options: StackOptions): readonly Finding[] {
  return readStacks(inputOf(kind, options)).findings;
}

/** The item of a list that has one. */
export function single<T>(items: readonly T[]): T {
  const [first, ...others] = items;
  if (first === undefined || others.length > 0) {
    throw new Error(`expected one item, got ${items.length}`);
  }
  return first;
}
