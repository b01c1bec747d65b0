import { infoGroup, parseInfo, partNumber } from "./info";

/** How one command was used between two looks. */
export interface CommandUse {
  readonly command: string;
  readonly callsPerSecond: number;
  readonly microsecondsPerCall: number;
  /** Of the time that all commands took: from 0 to 1. */
  readonly share: number;
  readonly rejected: number;
  readonly failed: number;
}

/**
 * Difference of two answers of INFO commandstats, the command that took the most time first. Where the counters went back,
 * somebody has set them to 0 meanwhile, and what is there is all since then. Our own INFO is left out.
 */
export function commandUse(before: string, after: string, seconds: number): readonly CommandUse[] {
  const start = infoGroup(parseInfo(before), "cmdstat_");
  const uses = [...infoGroup(parseInfo(after), "cmdstat_")].flatMap(([command, parts]) => {
    const old = start.get(command) ?? new Map<string, string>();
    const wasReset = (partNumber(parts, "calls") ?? 0) < (partNumber(old, "calls") ?? 0);
    const since = (name: string) =>
      (partNumber(parts, name) ?? 0) - (wasReset ? 0 : (partNumber(old, name) ?? 0));
    const [calls, microseconds] = [since("calls"), since("usec")];
    const [rejected, failed] = [since("rejected_calls"), since("failed_calls")];
    const isOwn = command === "info" && calls <= 1;
    return isOwn || calls + rejected === 0 ? [] : [{ command, calls, microseconds, rejected, failed }];
  });
  const all = uses.reduce((sum, { microseconds }) => sum + microseconds, 0);
  return uses
    .sort((one, other) => other.microseconds - one.microseconds || (one.command < other.command ? -1 : 1))
    .map(({ command, calls, microseconds, rejected, failed }) => ({
      command: command.replace("|", " ").toUpperCase(),
      callsPerSecond: calls / seconds,
      microsecondsPerCall: calls === 0 ? 0 : microseconds / calls,
      share: all === 0 ? 0 : microseconds / all,
      rejected,
      failed,
    }));
}
