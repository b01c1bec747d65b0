import type { Value } from "./values";

/** The engine's labels as blocks of `label` and `value`. */
export function labelBlocks(labels: Readonly<Record<string, string>> | null | undefined): Value {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}
