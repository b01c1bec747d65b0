import type { Terminal } from "../terminal";

const TOLD_EVERY_MS = 2000;

/** A number for people: `1,234,567`. */
export const grouped = (count: number) => `${count}`.replace(/\B(?=(\d{3})+$)/g, ",");

/** Tells on stderr, from two seconds on and every two seconds, how much of the keys has been passed. */
export class Progress {
  private readonly started: number;
  private told: number;

  /** @param total - keys of the database: DBSIZE */
  constructor(
    private readonly terminal: Terminal,
    private readonly total: number,
    private readonly now: () => number = Date.now,
  ) {
    this.started = now();
    this.told = this.started;
  }

  /** @param share - of all keys, 0 to 1. @param found - what came of it until now, e.g. `12 match`; left out: nothing to say */
  tell(share: number, found?: () => string): void {
    const now = this.now();
    if (now - this.told < TOLD_EVERY_MS) {
      return;
    }
    this.told = now;
    const seconds = (now - this.started) / 1000;
    const passed = Math.round(this.total * share);
    const left = share > 0 ? `, about ${Math.ceil((seconds / share) * (1 - share))} s left` : "";
    this.terminal.err(
      `${Math.floor(share * 100)} %: about ${grouped(passed)} of ${grouped(this.total)} keys, ` +
        `${grouped(Math.round(passed / seconds))}/s${left}${found === undefined ? "" : `; ${found()}`}`,
    );
  }
}
