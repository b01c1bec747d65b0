import type { Problem } from "../../core/problem";
import type { Terminal } from "../terminal";
import type { TransitionFacts } from "./facts";
import type { RunningServer } from "./sequences";

/** A change of configuration that loses data, or keeps Redis from starting, on what is there now. */
export interface TransitionRule {
  readonly id: string;
  /** What it protects from, as it was seen on Redis 7.0.15. */
  readonly protectsFrom: string;
  /** Whether a person may decide it by `--accept`. Never where data would be lost without a word. */
  readonly acceptable: boolean;
  /** Whether it keeps no deploy from going on. @default false */
  readonly isOnlyTold?: boolean;
  /** What is wrong; undefined: nothing. `fix` is the safe sequence where there is no `apply`. */
  readonly detect: (facts: TransitionFacts) => Omit<Problem, "field"> | undefined;
  /** The safe sequence, done on the running server. `preflight --apply` looks again after it. */
  readonly apply?: {
    readonly does: string;
    /** Command that it needs. */
    readonly needs: string;
    readonly run: (server: RunningServer, facts: TransitionFacts, terminal: Terminal) => Promise<void>;
    /**
     * What becomes of the server of before when it is stopped or killed after it, and started again as it was deployed:
     * the start script looks at the files alone. `facts` are those of before it. Undefined: it starts with everything.
     */
    readonly leaves?: (facts: TransitionFacts) => string | undefined;
  };
}
