import type { Runbook } from "../../core/runbooks";
import type { Fact, Facts } from "./facts";

/** What commands are written with: a stack's own names, or `STACK` and the like in a page. */
export interface Names {
  readonly stack: string;
  readonly service: string;
  readonly container: string;
  readonly volume: string;
  readonly network: string;
  /** Further names of the container in that network. */
  readonly aliases: readonly string[];
  readonly image: string;
  readonly exporter: string;
  readonly schedule: string;
  /** Address and port of the exporter on the host. */
  readonly metrics: string;
  /** A command of Redis as somebody types it on the host, as user `ops`, by the name that it has on this server. */
  readonly redis: (command: string, ...words: readonly string[]) => string;
}

/** One thing to do: what for, and the command. Commands never remove data that is not kept elsewhere. */
export type Advice = readonly [what: string, command?: string];

/** `critical`: it does not work, or data is at risk. `warning`: it will, or somebody notices. `note`: worth knowing. */
export type Severity = "critical" | "warning" | "note";

/** One thing that a step can find. */
export interface Outcome {
  readonly severity: Severity;
  /** Headline. */
  readonly title: string;
  readonly means: string;
  /** In the order in which they are done. */
  readonly next: (names: Names) => readonly Advice[];
}

/** What a step saw. `ok`: nothing wrong. `unknown`: it could not be seen, and `saw` says why. */
export interface Seen<K extends string = string> {
  readonly outcome: K | "ok" | "unknown";
  readonly saw: string;
  /** Lines as they were found. */
  readonly evidence?: readonly string[];
}

export interface Step<K extends string = string> {
  /** What is looked at, in words. */
  readonly looks: string;
  /** How a person looks at the same. */
  readonly command: (names: Names) => string;
  /** What it means when nothing is wrong. */
  readonly fine: string;
  readonly outcomes: Readonly<Record<K, Outcome>>;
  readonly judge: (facts: Facts) => Seen<K>;
}

/** One thing that goes wrong with a Redis, and its procedure. */
export interface Incident {
  readonly name: Runbook;
  readonly title: string;
  /** What people see: error texts, alerts. */
  readonly symptoms: readonly string[];
  readonly steps: readonly Step[];
  /** What not to do, and why. */
  readonly never: readonly string[];
}

/** A step whose judge can only say what it has an outcome for. */
export const step = <K extends string>(one: Step<K>): Step => one;

/** What `judge` makes of a fact; of one that is not known, why. */
export function from<T, K extends string>(fact: Fact<T>, judge: (value: T) => Seen<K>): Seen<K> {
  return "value" in fact ? judge(fact.value) : { outcome: "unknown", saw: fact.unknown };
}

export const ok = (saw: string): Seen<never> => ({ outcome: "ok", saw });

export const unknown = (saw: string): Seen<never> => ({ outcome: "unknown", saw });
