import { type Engine, engines } from "../../config/engines";
import type { TransitionFacts } from "./facts";

/** The row of the catalogue that the container was made from. */
export function engineOf({ deployed }: TransitionFacts): Engine | undefined {
  return Object.values<Engine>(engines).find(({ image }) => image === deployed?.image);
}

/** What the server that is there is; undefined: nothing says so. */
export function versionOf(facts: TransitionFacts): string | undefined {
  return facts.live?.version ?? engineOf(facts)?.version;
}

/** Below 0: the release line of `one` is older; 0: they are of one line, such as 7.4. */
export function compareLines(one: string, other: string): number {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [lineOf(one), lineOf(other)];
  return major - otherMajor || minor - otherMinor;
}

const lineOf = (version: string) => version.split(".").map(Number);
