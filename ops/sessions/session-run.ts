import type { ResolvedStack } from "../../config/resolve-stack";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { Progress } from "../keys/progress";
import { NotSaved } from "../keys/saved-keys";
import { unlessError } from "../keys/scan-keys";
import { stopping } from "../keys/stopping";
import { ConnectionLost } from "../keys/wire";
import { connectRedis, isReplyError, type LiveRedis } from "../live-redis";
import type { Terminal } from "../terminal";
import { emptyTally, type Search, type Shown, serverTime } from "./find-sessions";
import type { Selection } from "./session-filters";

/** One connection, and what a command says when it cannot go on. */
export interface KeyRun {
  readonly live: LiveRedis;
  /** Milliseconds since 1970, by the server's clock, when the run began. */
  readonly now: number;
  readonly progress: Progress;
  readonly isStopped: () => boolean;
}

/**
 * Connects, runs `work`, and closes. What ends it before its end is told after `done`, which says what was done until then:
 * a signal (`work` returns), a server that goes away or refuses, a file that cannot be written. Exit code 1 then.
 */
export async function runOnKeys(
  { id, ...stack }: ResolvedStack,
  terminal: Terminal,
  done: () => string,
  work: (run: KeyRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const docker = await connectEngine(stack.props.docker);
  const live = await connectRedis(docker, { id, ...stack });
  try {
    return await stopping(terminal, async (isStopped) => {
      const now = await serverTime(live);
      const [keys] = await live.batch([["DBSIZE"]]);
      const progress = new Progress(terminal, Number(unlessError(keys)));
      const code = await work({ live, now, progress, isStopped });
      if (isStopped()) {
        terminal.err(`stopped: ${done()}\nNext: run it again for the rest`);
        return ExitCode.unhealthy;
      }
      return code;
    });
  } catch (error) {
    const next = NEXT.find(([isOf]) => isOf(error))?.[1];
    if (next === undefined || !(error instanceof Error)) {
      throw error;
    }
    terminal.err(`${done()}\nstopped: ${error.message}\nNext: ${next(id)}`);
    return ExitCode.unhealthy;
  } finally {
    live.close();
  }
}

const NEXT: readonly (readonly [(error: unknown) => boolean, (id: string) => string])[] = [
  [
    (error) => error instanceof ConnectionLost,
    (id) =>
      `look with bin/redis-ops diagnose ${id}; the batch under way may have been done; then run it again`,
  ],
  [
    (error) => error instanceof NotSaved,
    () => "make room, or write elsewhere; what is not in the file is not deleted",
  ],
  [isReplyError, (id) => `look with bin/redis-ops diagnose ${id}, then run it again`],
];

/** A search of all that a run needs to know. */
export function searchOf(run: KeyRun, selection: Selection, shown: Shown): Search {
  return { ...run, selection, shown, tally: emptyTally() };
}
