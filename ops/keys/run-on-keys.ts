import { existsSync, readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import type { ResolvedStack } from "../../config/resolve-stack";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { connectRedis, isServersFault, type LiveRedis } from "../live-redis";
import type { Terminal } from "../terminal";
import { emptyTally, type Search, type Shown, serverTime } from "./find-keys";
import type { Selection } from "./key-filters";
import { Progress } from "./progress";
import { NotSaved } from "./saved-keys";
import { unlessError } from "./scan-keys";
import { stopping } from "./stopping";
import { tallyText } from "./tally-text";
import { ConnectionLost } from "./wire";

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
 * a signal (`work` returns, or at the second one the program ends), a server that goes away, hangs or refuses, a file that
 * cannot be written. Exit code 1 then.
 * @param audit - what comes last, however it ended. @default - nothing, since nothing is changed
 */
export async function runOnKeys(
  { id, ...stack }: ResolvedStack,
  terminal: Terminal,
  done: () => string,
  work: (run: KeyRun) => Promise<ExitCode>,
  audit?: () => string,
): Promise<ExitCode> {
  letOthersFirst();
  const docker = await connectEngine(stack.props.docker);
  const live = await connectRedis(docker, { id, ...stack }, { terminal });
  const tellAudit = () => {
    if (audit !== undefined) {
      terminal.err(`audit: ${new Date().toISOString()} ${id} ${audit()}`);
    }
  };
  const tellCut = () => {
    terminal.err(`${done()}\nstopped: told to end at once\nNext: run it again for the rest; ${MAYBE_DONE}`);
    tellAudit();
  };
  try {
    return await stopping(terminal, tellCut, async (isStopped) => {
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
    tellAudit();
    live.close();
  }
}

/** As `nice` counts. */
const BACKGROUND = 10;

/** For what runs on the server's own machine: Redis goes first. Linux knows a priority of each thread alone. */
function letOthersFirst(): void {
  const threads = existsSync("/proc/self/task") ? readdirSync("/proc/self/task").map(Number) : [0];
  for (const thread of threads) {
    setPriority(thread, Math.max(getPriority(thread), BACKGROUND));
  }
}

const MAYBE_DONE = "the batch under way may have been done";

const NEXT: readonly (readonly [(error: unknown) => boolean, (id: string) => string])[] = [
  [
    (error) => error instanceof ConnectionLost,
    (id) => `look with bin/redis-ops diagnose ${id}; ${MAYBE_DONE}; then run it again`,
  ],
  [
    (error) => error instanceof NotSaved,
    () => "make room, or write elsewhere; what is not in the file is not deleted",
  ],
  [isServersFault, (id) => `look with bin/redis-ops diagnose ${id}, then run it again`],
];

/** Runs what only looks: `work` searches, and what ends it early is told after what was looked at until then. */
export async function runSearch(
  stack: ResolvedStack,
  selection: Selection,
  shown: Shown,
  terminal: Terminal,
  work: (search: Search) => Promise<ExitCode>,
): Promise<ExitCode> {
  const tally = emptyTally();
  const done = () => tallyText(tally, selection.subject);
  return runOnKeys(stack, terminal, done, (run) => work({ ...run, selection, shown, tally }));
}
