import { checkGates, type Finding } from "../config/check-gates";
import { reasonFor } from "../config/reasons";
import type { ResolvedStack } from "../config/resolve-stack";
import { Problems } from "../core/problem";
import { MAXMEMORY_POLICIES, RESTART_POLICIES } from "../core/redis-stack-props";

/** Another value that could stand at a path, and what would follow. */
export interface Alternative {
  readonly value: unknown;
  readonly why: string;
  /** Gates that the stack would break, and keeps now. */
  readonly gates: readonly Pick<Finding, "gate" | "status" | "expected">[];
}

/** Paths with few values. */
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  "server.maxmemoryPolicy": MAXMEMORY_POLICIES,
  "server.persistence.appendonly": [true, false],
  "server.persistence.appendfsync": ["always", "everysec", "no"],
  "server.restart": RESTART_POLICIES,
  "dataVolume.protected": [true, false],
};

/** What else could stand at `path`, and which gates say no on the day `today`; none where there are many values. */
export function alternativesTo(
  path: string,
  value: unknown,
  stack: ResolvedStack,
  today: string,
): readonly Alternative[] {
  const now = gatesBrokenBy(stack, today).map(({ gate }) => gate);
  return (CHOICES[path] ?? [])
    .filter((other) => other !== value)
    .map((other) => ({
      value: other,
      why: reasonFor(path, other)?.why ?? "",
      gates: gatesBrokenBy(withValue(stack, path, other), today)
        .filter(({ gate }) => !now.includes(gate))
        .map(({ gate, status, expected }) => ({ gate, status, expected })),
    }));
}

function gatesBrokenBy(stack: ResolvedStack, today: string): readonly Finding[] {
  return checkGates([stack], today, new Problems());
}

function withValue(stack: ResolvedStack, path: string, value: unknown): ResolvedStack {
  const replace = (tree: object, [key = "", ...rest]: readonly string[]): object => ({
    ...tree,
    [key]: rest.length === 0 ? value : replace(Reflect.get(tree, key), rest),
  });
  return { ...stack, props: replace(stack.props, path.split(".")) as ResolvedStack["props"] };
}
