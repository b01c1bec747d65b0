/** What became of a trial, and the three that must never be. */
export const VERDICTS = ["completed", "as before", "lost", "mixed", "false success"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Counts trials by kind. */
export class Tally {
  private readonly counts = new Map<string, Map<Verdict, number>>();
  /** Each trial that was lost, mixed or a false success, with what was seen. */
  readonly bad: string[] = [];

  add(kind: string, verdict: Verdict, seen: string): void {
    const row = this.counts.get(kind) ?? new Map<Verdict, number>();
    this.counts.set(kind, row.set(verdict, (row.get(verdict) ?? 0) + 1));
    if (verdict !== "completed" && verdict !== "as before") {
      this.bad.push(`${kind}: ${verdict}: ${seen}`);
    }
  }

  of(kind: string): number {
    return [...(this.counts.get(kind)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  /** A table as Markdown has it. */
  get text(): string {
    const rows = [...this.counts].map(([kind, row]) => [
      kind,
      `${this.of(kind)}`,
      ...VERDICTS.map((verdict) => `${row.get(verdict) ?? 0}`),
    ]);
    return [["trial", "trials", ...VERDICTS], ["---", ...Array(VERDICTS.length + 1).fill("---:")], ...rows]
      .map((cells) => `| ${cells.join(" | ")} |`)
      .join("\n");
  }
}

/** Numbers from 0 to below 1 that a seed determines (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
