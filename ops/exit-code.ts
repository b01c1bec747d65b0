/**
 * What a `redis-ops` command tells the shell. Of a server or an engine that cannot be reached: 2, since nothing was looked at;
 * 1 when it goes away or hangs midway. `status` and `diagnose` look at the container first: one that does not run or answer
 * is what they found, 1. What needs no server, such as the budget of `memory`, ends as if nobody had asked for one.
 */
export const ExitCode = {
  /** It is done, or as it should be. */
  ok: 0,
  /** Looked, and found something that is not as it should be; or begun, and not all of it done. */
  unhealthy: 1,
  /** The input cannot be used, or something it needs is missing. Nothing was changed. Also: output could not be written. */
  invalidInput: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What the codes mean where a command's own help says nothing else. */
export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  [ExitCode.ok]: "done, or as it should be",
  [ExitCode.unhealthy]: "looked, and found something that is not as it should be",
  [ExitCode.invalidInput]:
    "the input cannot be used, or something is missing or cannot be reached; nothing was changed",
};

/** What becomes of the code when output cannot be written. */
export const OUTPUT_LOST = [
  "Where the disk is full and output cannot be written, the command goes on, and the code is 2 as well.",
  "A reader that goes away early, such as head, changes neither.",
];
