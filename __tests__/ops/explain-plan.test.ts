import { InvalidInputError } from "../../core/problem";
import { explainPlan } from "../../ops/commands/explain-plan";

interface Change {
  readonly address?: string;
  readonly actions: readonly string[];
  readonly before?: object | null;
  readonly after?: object | null;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly reason?: string;
}

function explain(changes: readonly Change[], more: object = {}): { code: number; out: string } {
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

const container = (directives: string, more: object = {}) => ({
  image: "redis:7.4.11-alpine",
  memory: 629,
  destroy_grace_seconds: 30,
  command: ["sh", "-c", "script", "redis-start", directives],
  ...more,
});

describe("explain-plan", () => {
  it("says that nothing changes", () => {
    expect(explain([{ actions: ["no-op"] }])).toEqual({ code: 0, out: "nothing changes" });
  });

  it("tells a changed directive as one change, with the cause of the replacement and the downtime", () => {
    const result = explain([
      {
        actions: ["delete", "create"],
        before: container("port 6379\nmaxmemory 256mb\n"),
        after: container("port 6379\nmaxmemory 512mb\n", { memory: 1192 }),
        replace_paths: [["command"]],
      },
    ]);
    expect(result).toEqual({
      code: 0,
      out: [
        "docker_container.redis: replace (command): down while it stops (at most 30 s), starts and loads its data, which stays in its volume",
        "    memory limit 629 MiB -> 1192 MiB",
        "    maxmemory 256mb -> 512mb",
      ].join("\n"),
    });
  });

  it("tells directives that stand more than once line by line", () => {
    const { out } = explain([
      {
        actions: ["delete", "create"],
        before: container("save 3600 1\nsave 300 100\n"),
        after: container("save 3600 1\nsave 60 10000\nsave 30 5\n"),
        replace_paths: [["command"]],
      },
    ]);
    expect(out.split("\n").slice(1)).toEqual([
      "    save 300 100 -> removed",
      "    save 60 10000 (new)",
      "    save 30 5 (new)",
    ]);
  });

  it("says that a container deployed without a grace period is killed", () => {
    const { out } = explain([
      {
        actions: ["delete", "create"],
        before: container("", { destroy_grace_seconds: null }),
        after: container(""),
        replace_paths: [["image"]],
      },
    ]);
    expect(out).toContain("KILLED without time to save");
  });

  it("names a tainted container's reason", () => {
    const { out } = explain([
      {
        actions: ["delete", "create"],
        before: container(""),
        after: container(""),
        reason: "replace_because_tainted",
      },
    ]);
    expect(out).toContain("replace (replace_because_tainted)");
  });

  it("names what is updated in place", () => {
    const { code, out } = explain([
      { actions: ["update"], before: container(""), after: container("", { memory: 700 }) },
    ]);
    expect({ code, out }).toEqual({
      code: 0,
      out: "docker_container.redis: update (memory): no restart\n    memory limit 629 MiB -> 700 MiB",
    });
  });

  it.each([[["delete"]], [["delete", "create"]]])(
    "asks for a decision when a volume is lost by %j",
    (actions) => {
      const { code, out } = explain([
        { address: "docker_volume.redis_data", actions, before: { name: "redis-data" }, after: null },
      ]);
      expect(code).toBe(1);
      expect(out).toMatch(/^STOP {2}docker_volume.redis_data: .*the data in volume redis-data is lost$/);
    },
  );

  it("asks for a decision when a stack would move to the lab's engine, and not the other way", () => {
    const lab = container("", { image: "redis-on-docker-lab/redis:7.0.15" });
    const change = { actions: ["delete", "create"], replace_paths: [["image"]] };
    expect(explain([{ ...change, before: container(""), after: lab }]).code).toBe(1);
    expect(explain([{ ...change, before: lab, after: container("") }]).code).toBe(0);
  });

  it("never calls a plan complete that Terraform refused", () => {
    const { code, out } = explain([], { errored: true });
    expect(code).toBe(1);
    expect(out).toContain("INCOMPLETE");
  });

  it.each(["", "Plan: 1 to add", "[]", "null", "{}"])("refuses %j as a plan", (text) => {
    expect(() => explainPlan(text, { json: false }, { out: () => {}, err: () => {} })).toThrow(
      InvalidInputError,
    );
  });
});
