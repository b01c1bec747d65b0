import { engines } from "./engines";
import type { Environment } from "./environment";
import type { Deployment, Service } from "./service";

/** What decides one stack. */
export interface StackInput {
  readonly service: Service;
  readonly environment: Environment;
  readonly deployment: Deployment;
  /** Name of an engine that replaces the service's own where that one comes from a registry: `REDIS_ENGINE`. */
  readonly engine?: string | undefined;
}

/** The engine in place of the service's own: none where that one is built on the machine, since nobody has to stand in for it. */
export function replacementOf({
  service,
  engine,
}: Pick<StackInput, "service" | "engine">): string | undefined {
  const own = Object.hasOwn(engines, service.engine) ? engines[service.engine] : undefined;
  return own?.fromRegistry === false ? undefined : engine;
}
