import { diagnose } from "../../ops/commands/diagnose";
import { recorded } from "./recorded";
import type { TestStack } from "./test-stack";

interface Advised {
  readonly id: string;
  readonly because?: string;
  readonly severity: string;
  readonly saw: string;
  readonly evidence: readonly string[];
  readonly next: readonly { readonly what: string; readonly command?: string }[];
}

/** What `redis-ops diagnose --json` said of a stack. */
export interface Diagnosed {
  readonly exitCode: number;
  readonly healthy: boolean;
  /** Without notes, which are about the host as it is. */
  readonly findings: readonly Advised[];
}

export async function diagnosed(stack: TestStack): Promise<Diagnosed> {
  const { exitCode, out } = await recorded((terminal) => diagnose(stack.resolved, { json: true }, terminal));
  const { healthy, findings } = JSON.parse(out) as Omit<Diagnosed, "exitCode">;
  return { exitCode, healthy, findings: findings.filter(({ severity }) => severity !== "note") };
}
