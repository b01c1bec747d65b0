/** How long a server did not answer, in seconds, and what the time went into. */
export interface Downtime {
  readonly total: number;
  /** From SIGTERM to the end of the process: Redis saves its data in it. */
  readonly stopped: number;
  /** Until Docker started a process again, in the same container or in a new one. */
  readonly started: number;
  /** Until Redis was ready, with its data loaded. */
  readonly loaded: number;
}

/**
 * The time between the server's stop and the moment at which it answered again, all by the engine's clock. Undefined
 * where nobody stopped it, or it is not ready again.
 * @param events lines of `docker events --format '{{json .}}'` for the server's container, by its name
 * @param log lines of `docker logs --timestamps` of the container that has the name now
 */
export function downtimeOf(events: string, log: string): Downtime | undefined {
  const moments = linesOf(events).map(momentOf);
  const stop = moments.find(({ action }) => action === "kill")?.seconds;
  const start = moments.findLast(({ action }) => action === "start")?.seconds;
  const ready = linesOf(log)
    .filter((line) => line.includes("Ready to accept connections"))
    .map((line) => Date.parse(line.split(" ")[0] ?? "") / 1000)
    .at(-1);
  if (stop === undefined || start === undefined || ready === undefined || ready < stop) {
    return undefined;
  }
  const end = moments.find(({ action, seconds }) => action === "die" && seconds >= stop)?.seconds ?? stop;
  // Docker tells a start when it is over: a small server is ready by then.
  const begin = Math.min(start, ready);
  return { total: ready - stop, stopped: end - stop, started: begin - end, loaded: ready - begin };
}

function momentOf(line: string): { readonly action: string; readonly seconds: number } {
  const { Action, timeNano } = JSON.parse(line) as { readonly Action: string; readonly timeNano: number };
  return { action: Action, seconds: timeNano / 1e9 };
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
