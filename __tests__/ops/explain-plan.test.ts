import { InvalidInputError } from "../../core/problem";
import { explainPlan } from "../../ops/commands/explain-plan";
import { container, explain } from "../support/explained-plan";

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
        "    maxmemory is 40.7 % of the memory limit -> 43.0 %",
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
