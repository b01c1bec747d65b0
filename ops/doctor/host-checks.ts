import type { CheckResult } from "./check";
import { ENGINE_CHECKS } from "./engine-checks";
import type { HostFacts } from "./host-facts";
import { INSIDE_CHECKS } from "./inside-checks";

/** Every check of one engine, in the order in which they are told. */
export function checkHost(facts: HostFacts): readonly CheckResult[] {
  const { inside } = facts;
  return [
    ...ENGINE_CHECKS.flatMap(({ check, means, look }) =>
      look(facts).map((seen) => ({ check, means, ...seen })),
    ),
    ...(typeof inside === "string"
      ? [
          {
            check: "container",
            means: `Not looked at: ${INSIDE_CHECKS.map(({ check }) => check).join(", ")}. A container of the stacks' own image looks at them.`,
            level: "note" as const,
            saw: inside,
            fix: "pull or build the image, which bin/up does, and ask again",
          },
        ]
      : INSIDE_CHECKS.flatMap(({ check, means, look }) =>
          look(inside, facts).map((seen) => ({ check, means, ...seen })),
        )),
  ];
}
