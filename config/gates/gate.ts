import type { StoreProps } from "../../core/store-props";
import { engines } from "../engines";
import type { ResolvedStack } from "../resolve-stack";
import { keysOf } from "../workload";

/** A rule that a stack has to keep. A row of `config/gates.ts`. */
export interface Gate {
  /** Lower-case words with dashes; waivers, labels and reports name the gate by it. */
  readonly id: string;
  /** `error`: an environment with `gates: "refuse"` refuses the stack. `warning`: somebody is told, everywhere. */
  readonly severity: "error" | "warning";
  /** What happens without it, in one sentence, with what was measured. */
  readonly protectsFrom: string;
  /** The next step, as an imperative sentence without a full stop. */
  readonly fix: string;
  /** Where to read on: an address of the manual, or a path in `docs/`. */
  readonly link: string;
  /** `false`: no waiver is accepted, and an error is refused in every environment. @default true */
  readonly waivable?: false;
  /** Every place in which the stack breaks the rule on the day `today`, `YYYY-MM-DD`; empty when it keeps it. */
  readonly broken: (stack: ResolvedStack, today: string) => readonly Breach[];
}

/** One place in which a stack breaks a gate. */
export interface Breach {
  /** Where somebody writes it, as in a `Problem`. */
  readonly field: string;
  readonly got: string;
  readonly expected: string;
  /** @default - the gate's */
  readonly fix?: string;
}

const ENVIRONMENTS = "environments/";
const ENGINES = "engines/";

/** Names of the fields in which people write what a gate looks at. */
export const inService = (stack: ResolvedStack, name: string) => `${stack.service.name}.${name}`;
export const inDeployment = (stack: ResolvedStack, name: string) => `${stack.deploymentField}.${name}`;
export const inEnvironment = (stack: ResolvedStack, name: string) =>
  `${ENVIRONMENTS}${stack.environment.name}.${name}`;
export const inEngine = (stack: ResolvedStack, name: string) => `${ENGINES}${engineName(stack)}.${name}`;

/** Whether the environment's file decides what stands in `field`. */
export function isOfEnvironment(field: string): boolean {
  return field.startsWith(ENVIRONMENTS);
}

/** The file of this repository in which a `field` of one of these names is written. */
export function fileOf({ field, service }: { readonly field: string; readonly service: string }): string {
  if (isOfEnvironment(field)) {
    return `config/environments/${field.slice(ENVIRONMENTS.length).split(".")[0]}.ts`;
  }
  return field.startsWith(ENGINES) ? "config/engines.ts" : `config/services/${service}.ts`;
}

/** The stores whose loss the service does not accept. */
export function preciousStores(stack: ResolvedStack): readonly StoreProps[] {
  return keysOf(stack.props.stores).filter(({ lossAcceptable }) => !lossAcceptable);
}

/** A list with one breach, or none. */
export function breachIf(isBroken: boolean, breach: () => Breach): readonly Breach[] {
  return isBroken ? [breach()] : [];
}

function engineName({ engine }: ResolvedStack): string | undefined {
  return Object.entries(engines).find(([, row]) => row === engine)?.[0];
}
