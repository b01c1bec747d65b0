import type { Environment } from "./environment";
import type { Deployment, Service } from "./service";

/** What decides one stack. */
export interface StackInput {
  readonly service: Service;
  readonly environment: Environment;
  readonly deployment: Deployment;
  /** Name of an engine that replaces the service's own: `REDIS_ENGINE`. */
  readonly engine?: string | undefined;
}
