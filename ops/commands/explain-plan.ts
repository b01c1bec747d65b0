import { InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { type PlanChange, planChanges, type TerraformPlan } from "../plan-changes";
import { json, type Terminal } from "../terminal";

/**
 * `redis-ops explain-plan`: what a plan does, why, and what could be lost, from `terraform show -json PLAN`.
 * Exit code 1 when somebody has to decide it first. Prints directives of redis.conf, which hold no secret.
 */
export function explainPlan(text: string, options: { readonly json: boolean }, terminal: Terminal): ExitCode {
  const plan = readPlan(text);
  const changes = planChanges(plan);
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
  ].join("\n");
}

function readPlan(text: string): TerraformPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    plan = undefined;
  }
  if (plan === null || typeof plan !== "object" || !("format_version" in plan)) {
    throw new InvalidInputError([
      {
        field: "plan",
        got: text.trim() === "" ? "nothing" : "something else",
        expected: "the output of terraform show -json PLAN",
        fix: "pipe it in, or give it as --from FILE",
      },
    ]);
  }
  return plan as TerraformPlan;
}
