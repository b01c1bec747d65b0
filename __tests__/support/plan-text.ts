/** What a reviewer sees in the text of a plan. */

/** The lines of redis.conf that a plan removes and adds, e.g. `- maxmemory 128mb`. */
export function changedDirectives(plan: string): readonly string[] {
  return linesOf(plan)
    .filter(isInside(/<<-EOT$/, /^EOT/))
    .filter((line) => /^[-+~]/.test(line));
}

/** The attributes and blocks that a plan gives as the reason of a replacement. */
export function replacementReasons(plan: string): readonly string[] {
  const reasons = linesOf(plan)
    .map((line) => /^[-+~] (\w+) .*# forces replacement$/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(reasons)];
}

/** What happens to each resource, as the headings of a plan say it, e.g. `docker_container.redis must be replaced`. */
export function plannedActions(plan: string): readonly string[] {
  return linesOf(plan)
    .filter((line) => /^# docker_\w+\.\w+ /.test(line))
    .map((line) => line.slice(2));
}

/** The changed attributes of a plan, e.g. `memory = 417 -> 347`. */
export function updatedAttributes(plan: string): readonly string[] {
  return linesOf(plan)
    .filter((line) => /^~ \w+ +=/.test(line))
    .map((line) => line.slice(2).replace(/ += /, " = "));
}

function linesOf(plan: string): readonly string[] {
  return plan.split("\n").map((line) => line.trim());
}

function isInside(start: RegExp, end: RegExp): (line: string) => boolean {
  let inside = false;
  return (line) => {
    if (end.test(line)) {
      inside = false;
    }
    const wasInside = inside;
    if (start.test(line)) {
      inside = true;
    }
    return wasInside;
  };
}
