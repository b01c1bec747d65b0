import { explainPlan } from "../../ops/commands/explain-plan";

/** One change of a plan; what a test does not say is null. */
interface Change {
  readonly address?: string;
  readonly actions: readonly string[];
  readonly before?: object | null;
  readonly after?: object | null;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly reason?: string;
}

/** What `explain-plan` says of a plan with these changes, and its exit code. */
export function explain(changes: readonly Change[], more: object = {}): { code: number; out: string } {
  const lines: string[] = [];
  const plan = {
    format_version: "1.2",
    ...more,
    resource_changes: changes.map(({ address = "docker_container.redis", reason, ...change }) => ({
      address,
      type: address.split(".")[0],
      action_reason: reason,
      change: { before: null, after: null, ...change },
    })),
  };
  const terminal = { out: (text: string) => lines.push(text), err: (text: string) => lines.push(text) };
  const code = explainPlan(JSON.stringify(plan), { json: false }, { out: terminal.out, err: terminal.err });
  return { code, out: lines.join("\n") };
}

/** The attributes of a Redis container with these directives. */
export const container = (directives: string, more: object = {}) => ({
  image: "redis:7.4.11-alpine",
  memory: 629,
  destroy_grace_seconds: 30,
  command: ["sh", "-c", "script", "redis-start", directives],
  ...more,
});
