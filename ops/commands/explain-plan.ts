import { InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { type PlanChange, planChanges, type TerraformPlan } from "../plan-changes";
import { json, type Terminal, visible } from "../terminal";

/**
 * `redis-ops explain-plan`: what a plan does, why, and what could be lost, from `terraform show -json PLAN`.
 * Exit code 1 when somebody has to decide it first. Prints directives of redis.conf, which hold no secret.
 */
export function explainPlan(
  text: string,
  options: { readonly json: boolean; readonly dataChecked?: boolean },
  terminal: Terminal,
): ExitCode {
  const plan = readPlan(text);
  const changes = planChanges(plan, options.dataChecked);
  const isIncomplete = plan.errored === true;
  if (options.json) {
    terminal.out(json({ incomplete: isIncomplete, changes }));
  } else {
    terminal.out(changes.length === 0 ? "nothing changes" : changes.map(paragraph).join("\n"));
    if (isIncomplete) {
      terminal.out("INCOMPLETE: Terraform refused this plan, and what is above may not be all of it");
    }
  }
  return isIncomplete || changes.some(({ needsDecision }) => needsDecision)
    ? ExitCode.unhealthy
    : ExitCode.ok;
}

function paragraph({ address, action, because, details, consequence, needsDecision }: PlanChange): string {
  const reason = because.length === 0 ? "" : ` (${because.join(", ")})`;
  return [
    `${needsDecision ? "STOP  " : ""}${address}: ${action}${reason}: ${consequence}`,
    ...details.map((detail) => `    ${detail}`),
  ]
    .map(visible)
    .join("\n");
}

function readPlan(text: string): TerraformPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    plan = undefined;
  }
  if (!isPlan(plan)) {
    throw new InvalidInputError([
      {
        field: "plan",
        got: text.trim() === "" ? "nothing" : "something else",
        expected: "the output of terraform show -json PLAN in format 1",
        fix: "pipe it in, or give it as --from FILE",
      },
    ]);
  }
  return plan;
}

/** Whether everything is there that is read here, and what it should be. */
function isPlan(plan: unknown): plan is TerraformPlan {
  if (!isObject(plan) || typeof plan.format_version !== "string" || !/^1\.\d+$/.test(plan.format_version)) {
    return false;
  }
  const { resource_changes: changes = [], output_changes: outputs = {} } = plan;
  return (
    isObject(outputs) &&
    Object.values(outputs).every(isObject) &&
    Array.isArray(changes) &&
    changes.every(isResourceChange)
  );
}

function isResourceChange(resource: unknown): boolean {
  if (!isObject(resource) || !isObject(resource.change)) {
    return false;
  }
  const { actions, before = null, after = null, replace_paths: paths = [] } = resource.change;
  return (
    typeof resource.address === "string" &&
    typeof resource.type === "string" &&
    Array.isArray(actions) &&
    actions.length > 0 &&
    actions.every((action) => typeof action === "string") &&
    [before, after].every((attributes) => attributes === null || isObject(attributes)) &&
    Array.isArray(paths) &&
    paths.every((path) => Array.isArray(path))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
