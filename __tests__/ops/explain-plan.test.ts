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
    expect(out).toContain("replace (the last apply of it did not finish)");
  });

  it.each([
    [["update"], "update (it is not running): it is started again"],
    [["delete", "create"], "replace (it is not running): down while it stops"],
  ])(
    "says of a stopped container that it is not running, when it is brought back by %j",
    (actions, words) => {
      const before = container("", { must_run: false, ports: [] });
      const after = container("", { must_run: true, ports: [{ external: 6380 }] });
      expect(explain([{ actions, before, after, replace_paths: [["ports"]] }]).out).toContain(words);
    },
  );

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

  it.each([
    [
      "docker_volume.data",
      ["forget"],
      1,
      "forget: volume d stays in Docker, and Terraform looks after it no more",
    ],
    ["docker_volume.data", ["create", "forget"], 1, "forget: volume d stays"],
    ["docker_volume.data", ["evaporate"], 1, "unknown (evaporate): an action unknown here: the data"],
    ["docker_volume.data", ["no-op", "evaporate"], 1, "unknown (no-op, evaporate): an action unknown here"],
    ["docker_network.net", ["forget"], 0, "forget: stays in Docker, and Terraform looks after it no more"],
    ["docker_network.net", ["evaporate"], 0, "unknown (evaporate): an action unknown here"],
  ] as const)("shows %s: %j", (address, actions, code, message) => {
    const result = explain([{ address, actions, before: { name: "d" }, after: null }]);
    expect(result.code).toBe(code);
    expect(result.out).toContain(`${code === 1 ? "STOP  " : ""}${address}: ${message}`);
  });

  it("leaves out what is only read", () => {
    expect(explain([{ actions: ["read"] }]).out).toBe("nothing changes");
  });

  const replaced = { actions: ["delete", "create"], replace_paths: [["command"]] };

  it.each([
    ["yes", "no"],
    ["no", "yes"],
  ])("asks for a decision when appendonly changes from %s to %s", (was, becomes) => {
    const { code, out } = explain([
      {
        ...replaced,
        before: container(`port 6379\nappendonly ${was}\n`),
        after: container(`port 6379\nappendonly ${becomes}\n`),
      },
    ]);
    expect(code).toBe(1);
    expect(out).toBe(
      "STOP  docker_container.redis: replace (command): down while it stops (at most 30 s); " +
        `appendonly ${was} -> ${becomes}: Redis loads the other file at its next start, ` +
        `so it starts without the data it has now\n    appendonly ${was} -> ${becomes}`,
    );
  });

  it.each([
    ["port 1\nappendonly yes\n", "port 1\n", 1],
    ["port 1\n", "port 1\nAPPENDONLY\t'yes'\n", 1],
    ["appendonly no\nappendonly yes\n", "appendonly no\n", 1],
    ["port 1\nappendonly no\n", "port 2\n", 0],
    ["appendonly yes\n", 'port 2\nappendonly "yes"\n', 0],
    ["appendonly yes\nappendfsync no\n", "appendonly yes\nappendfsync always\n", 0],
  ])("compares what Redis would do: %j -> %j", (before, after, code) => {
    expect(explain([{ ...replaced, before: container(before), after: container(after) }]).code).toBe(code);
  });

  it("asks for no decision about a container that was not there", () => {
    const after = container("port 1\nappendonly yes\n");
    expect(explain([{ actions: ["create"], before: null, after }]).code).toBe(0);
    expect(explain([{ actions: ["create"], after }]).code).toBe(0);
  });

  const images = (before: string, after: string) =>
    explain([
      {
        actions: ["delete", "create"],
        replace_paths: [["image"]],
        before: container("", { image: before }),
        after: container("", { image: after }),
      },
    ]);
  const DIGEST = `@sha256:${"1".repeat(64)}`;
  const UNCLEAR = "image tags without a version: see for yourself that it does not become older";

  it.each([
    ["redis:7.4.11-alpine", "redis:7.2.9-alpine"],
    ["redis:8.0.1", "redis:7.4.11"],
    ["redis:7.10.0", "redis:7.9.9"],
    [`localhost:5000/redis:7.4.11${DIGEST}`, `localhost:5000/redis:6.2.14-alpine${DIGEST}`],
  ])("asks for a decision when %s becomes the older %s", (before, after) => {
    const { code, out } = images(before, after);
    expect(code).toBe(1);
    expect(out).toContain(`${after} is older than ${before} and cannot read the files of the newer one`);
    expect(out).not.toContain("loads its data");
    expect(out).not.toContain(UNCLEAR);
  });

  it.each([
    ["redis:7.4.11-alpine", "redis:7.4.2-alpine"],
    ["redis:7.4.11", "redis:8.0.1"],
    ["redis:7.9.9", "redis:7.10.0"],
  ])("asks for none when %s becomes %s", (before, after) => {
    const { code, out } = images(before, after);
    expect(code).toBe(0);
    expect(out).not.toContain(UNCLEAR);
  });

  it.each([
    ["redis:7.4.11", "redis:latest"],
    ["redis:7-alpine", "redis:6.2.1"],
    ["localhost:5000/redis", "redis:7.4.11"],
    [`redis${DIGEST}`, "redis:7.4.11"],
  ])("says that it cannot compare %s and %s, and stops nothing", (before, after) => {
    const { code, out } = images(before, after);
    expect(code).toBe(0);
    expect(out).toContain(`\n    ${UNCLEAR}`);
  });

  it("lets an exporter become older, which has no files", () => {
    const { code, out } = images("oliver006/redis_exporter:1.62.0", "oliver006/redis_exporter:1.45.0");
    expect(code).toBe(0);
    expect(out).not.toContain("older");
  });

  it("shows control characters escaped, wherever they stand", () => {
    const evil = "\x1b[2K\r\x07\u009b\u202e\u2028\x7f";
    const { out } = explain([
      {
        address: `docker_container.redis["${evil}"]`,
        actions: ["delete", "create"],
        before: container(`maxmemory 1${evil}`, { image: `a${evil}` }),
        after: container(`maxmemory 2${evil}`, { image: `b\n${evil}` }),
        replace_paths: [[evil]],
      },
      { address: "docker_volume.v", actions: ["delete"], before: { name: evil } },
    ]);
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(out.split("\n")).toHaveLength(5);
    expect(out).toContain("maxmemory 1\\u001b[2K\\u000d\\u0007\\u009b\\u202e\\u2028\\u007f -> 2\\u001b[2K");
    expect(out).toContain("-> b\\u000a\\u001b[2K");
  });

  const entry = (more: object) =>
    JSON.stringify({
      format_version: "1.2",
      resource_changes: [
        { address: "a.b", type: "a", change: { actions: ["create"], before: null, after: {} }, ...more },
      ],
    });

  it("takes a plan in a later format 1, and one without resources", () => {
    expect(explain([], { format_version: "1.17" }).code).toBe(0);
    expect(explainPlan('{"format_version":"1.2"}', { json: false }, { out: () => {}, err: () => {} })).toBe(
      0,
    );
    expect(explainPlan(entry({}), { json: false }, { out: () => {}, err: () => {} })).toBe(0);
  });

  it.each([
    "",
    "Plan: 1 to add",
    "[]",
    "null",
    "{}",
    '{"format_version":"2.0","resource_changes":[]}',
    '{"format_version":"0.2","resource_changes":[]}',
    '{"format_version":"1.","resource_changes":[]}',
    '{"format_version":1.2,"resource_changes":[]}',
    '{"format_version":null,"resource_changes":[]}',
    '{"format_version":"1.2","resource_changes":null}',
    '{"format_version":"1.2","resource_changes":{}}',
    '{"format_version":"1.2","resource_changes":[null]}',
    '{"format_version":"1.2","resource_changes":[{}]}',
    entry({ change: undefined }),
    entry({ change: null }),
    entry({ address: 1 }),
    entry({ type: null }),
    entry({ change: {} }),
    entry({ change: { actions: "delete" } }),
    entry({ change: { actions: [] } }),
    entry({ change: { actions: [null] } }),
    entry({ change: { actions: ["update"], before: "x" } }),
    entry({ change: { actions: ["update"], after: [] } }),
    entry({ change: { actions: ["update"], replace_paths: {} } }),
    entry({ change: { actions: ["update"], replace_paths: [null] } }),
  ])("refuses %j as a plan", (text) => {
    expect(() => explainPlan(text, { json: false }, { out: () => {}, err: () => {} })).toThrow(
      InvalidInputError,
    );
  });
});
