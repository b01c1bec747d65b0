/** What a `redis-ops` command tells the shell. */
export const ExitCode = {
  /** It is done, or as it should be. */
  ok: 0,
  /** Looked, and found something that is not as it should be. */
  unhealthy: 1,
  /** The input cannot be used, or something it needs is missing. Nothing was changed. Also: output could not be written. */
  invalidInput: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
