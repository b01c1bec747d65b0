const HELD = /^BUSY Redis is busy/;

/**
 * What a server said in place of an answer, and what to do. While a script holds it, Redis names SHUTDOWN NOSAVE: that comes
 * last, and `diagnose`, which knows what is lost by it, first.
 */
export function toldBy(stack: string, said: string): { readonly got: string; readonly next: string } {
  const next = `look with bin/redis-ops diagnose ${stack}`;
  return HELD.test(said)
    ? { got: "BUSY: a script or function holds the server", next: `${next}. Redis said: "${said}"` }
    : { got: said, next };
}

/** The server said no, or went away, when a look at it had begun: told as a message, with exit code 1. */
export class ServerFault extends Error {
  constructor(stack: string, said: string) {
    const { got, next } = toldBy(stack, said);
    super(`${stack} server: ${got}. Next: ${next}`);
    this.name = "ServerFault";
  }
}
