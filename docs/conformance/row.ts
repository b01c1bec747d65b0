import type { Environment } from "../../config/environment";
import type { Deployment, Service } from "../../config/service";
import type { Trap } from "./traps";

/** One of the five descriptions that the services come from, and what became of each of its lines. */
export interface Seed {
  readonly title: string;
  /** The file in `config/services/`, without its ending. */
  readonly service: string;
  readonly rows: readonly Row[];
}

/** A line of a description. */
export interface Row {
  /** Section and number in it, e.g. `3.2.14`. Numbers have no gaps, so that no line gets lost. */
  readonly id: string;
  /** In the description's own words. */
  readonly says: string;
  /** What became of each thing that it names. */
  readonly facts: readonly Fact[];
}

/** A test that shows it. */
export interface Proof {
  /** From the repository's root. */
  readonly file: string;
  /** As it stands in the file. */
  readonly title: string;
}

/** What is asked of a stack as an edit of its files would, and what is said to it. */
export interface Trial {
  readonly stack: string;
  readonly service?: Partial<Omit<Service, "environments">>;
  readonly deployment?: Partial<Deployment>;
  readonly environment?: Partial<Environment>;
  /** Day on which it is asked: `YYYY-MM-DD`. @default "2027-01-01" */
  readonly today?: string;
  readonly answer: Answer;
}

/** The beginning of a problem, or the id of a gate that the stack breaks. */
export type Answer =
  | { readonly problem: string }
  | { readonly refusedBy: string }
  | { readonly warnedBy: string };

/** What is said beside a fact. */
export interface Note {
  /** Why it is other than the description says. Left out: it is as it says. */
  readonly differs?: string;
  /** Traps of the description that it keeps clear of. */
  readonly traps?: readonly Trap[];
}

export type Fact = Note &
  (
    | {
        /** A value that a stack has, by its path in `RedisStackProps`. */
        readonly kind: "value";
        readonly stack: string;
        readonly path: string;
        readonly value: string;
      }
    | {
        /** A line of a stack's redis.conf. */
        readonly kind: "line";
        readonly stack: string;
        readonly line: string;
      }
    | {
        /** Something that the product does, by a command where one is named. */
        readonly kind: "does";
        readonly what: string;
        readonly command?: string;
        readonly proof: Proof;
      }
    | {
        /** Something that it refuses, or warns about. */
        readonly kind: "refused";
        readonly what: string;
        readonly differs: string;
        readonly proof: Proof | Trial;
      }
    | {
        /** Something that is no task of this product. */
        readonly kind: "out of scope";
        readonly what: string;
        readonly why: string;
      }
    | { readonly kind: "not yet"; readonly later: Later; readonly what: string }
  );

/** What is still to come, by the name under which the document counts it. */
export const LATER = [
  "log analysis and audit",
  "named users",
  "Sentinel and Cluster",
  "TLS and encryption",
] as const;

export type Later = (typeof LATER)[number];

/** What became of a line: as the description says, in another way, not ours, or still to come. */
export type Outcome = "as it says" | "differently" | "out of scope" | "not yet";

export const OUTCOMES: readonly Outcome[] = ["as it says", "differently", "out of scope", "not yet"];

export function outcomeOf(fact: Fact): Outcome {
  if (fact.kind === "out of scope" || fact.kind === "not yet") {
    return fact.kind;
  }
  return fact.differs === undefined ? "as it says" : "differently";
}

/** Facts about one stack. */
export function of(stack: string) {
  return {
    /** `path` in `RedisStackProps` has `value`. */
    value: (path: string, value: string, note: Note = {}): Fact => ({
      kind: "value",
      stack,
      path,
      value,
      ...note,
    }),
    /** redis.conf has this line. */
    line: (line: string, note: Note = {}): Fact => ({ kind: "line", stack, line, ...note }),
  };
}

export const does = (what: string, proof: Proof, note: Note = {}): Fact => ({
  kind: "does",
  what,
  proof,
  ...note,
});

/** `typed`: the command as it is typed, e.g. `redis-ops secrets import --from FILE`. */
export const command = (typed: string, what: string, proof: Proof, note: Note = {}): Fact => ({
  kind: "does",
  command: typed,
  what,
  proof,
  ...note,
});

export const refused = (
  what: string,
  differs: string,
  traps: readonly Trap[],
  proof: Proof | Trial,
): Fact => ({ kind: "refused", what, differs, traps, proof });

export const outOfScope = (what: string, why: string, traps: readonly Trap[] = []): Fact => ({
  kind: "out of scope",
  what,
  why,
  traps,
});

export const notYet = (later: Later, what: string, traps: readonly Trap[] = []): Fact => ({
  kind: "not yet",
  later,
  what,
  traps,
});
