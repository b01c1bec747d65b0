import type { HostFacts, InsideFacts } from "./host-facts";

/** `blocks`: a deploy cannot work, or would lose data. The others change nothing by themselves. */
export const LEVELS = ["ok", "note", "warn", "blocks"] as const;

export type Level = (typeof LEVELS)[number];

export interface Seen {
  readonly level: Level;
  readonly saw: string;
  /** An imperative sentence without a full stop. Left out: nothing has to be done. */
  readonly fix?: string;
}

export interface CheckResult extends Seen {
  readonly check: string;
  /** What it means for Redis. */
  readonly means: string;
}

/** A check of what the engine says of itself. */
export interface Check {
  readonly check: string;
  readonly means: string;
  /** Empty: it is about something that these stacks do not have. */
  readonly look: (facts: HostFacts) => readonly Seen[];
}

/** A check that needs a container's view. */
export interface InsideCheck {
  readonly check: string;
  readonly means: string;
  readonly look: (inside: InsideFacts, facts: HostFacts) => readonly Seen[];
}

/** As it should be. */
export const ok = (saw: string): readonly Seen[] => [{ level: "ok", saw }];

export const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
