import { printable } from "./printable";

/** One thing that is wrong with what a person gave us. Secrets never go into `got`. */
export interface Problem {
  /** Where to look, e.g. `sentra-portal.environments.prod.memory.maxmemory`. */
  readonly field: string;
  /** What was given, as the person wrote it. */
  readonly got: string;
  /** What would have been accepted, with unit and range. */
  readonly expected: string;
  /** The next step, as an imperative sentence without a full stop. */
  readonly fix: string;
}

/** Longest part of a line that comes from what somebody wrote, in UTF-16 units. */
const MAX_WRITTEN = 300;

/**
 * Writes a problem the one way this project writes problems: `field: got X, expected Y. Fix: Z.` In one line, whatever
 * was written: what would move the cursor or turn the text around is told as JSON escapes it, and a long part is cut.
 */
export function formatProblem({ field, got, expected, fix }: Problem): string {
  return printable(`${short(field)}: got ${short(got)}, expected ${expected}. Fix: ${short(fix)}.`);
}

function short(text: string): string {
  return text.length <= MAX_WRITTEN ? text : `${text.slice(0, MAX_WRITTEN)}…`;
}

/**
 * Somebody gave us something that cannot be used. It carries every problem found, not the first.
 * Command lines turn it into exit code 2, without a stack trace; any other error is a bug.
 */
export class InvalidInputError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      [
        `${problems.length} ${problems.length === 1 ? "problem" : "problems"}, nothing was changed`,
        ...problems.map((problem) => `  ${formatProblem(problem)}`),
      ].join("\n"),
    );
    this.name = "InvalidInputError";
  }
}

/** A value that its own type refuses; `Problems.read` adds the field it stood in. */
export class InvalidValueError extends RangeError {
  constructor(
    readonly got: string,
    readonly expected: string,
    readonly fix: string,
  ) {
    super(`got ${got}, expected ${expected}. Fix: ${fix}.`);
    this.name = "InvalidValueError";
  }
}

/** Collects problems, so that one run reports all of them. */
export class Problems {
  private readonly found: Problem[] = [];
  private readonly fields = new Set<string>();

  get list(): readonly Problem[] {
    return this.found;
  }

  add(problem: Problem): void {
    this.found.push(problem);
    this.fields.add(problem.field);
  }

  /** The value of `read`, or `fallback` after noting under `field` what `read` refused. */
  read<T>(field: string, fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidValueError)) {
        throw error;
      }
      this.add({ field, got: error.got, expected: error.expected, fix: error.fix });
      return fallback;
    }
  }

  /** Whether something is wrong at `field`; checks across fields skip those already refused. */
  has(field: string): boolean {
    return this.fields.has(field);
  }

  /** @throws InvalidInputError with every problem, when there is one. */
  throwIfAny(): void {
    if (this.found.length > 0) {
      throw new InvalidInputError(this.found);
    }
  }
}
