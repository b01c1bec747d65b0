import { container, explain } from "../support/explained-plan";

const port = { rule: "published-port", reason: "read by another host", expires: "2027-02-28" };
const restart = { rule: "restart", reason: "a supervisor starts it", expires: "2027-03-31" };

const labels = (waivers?: string) => ({
  labels: [
    { label: "redis-on-docker.stack", value: "shop-prod" },
    ...(waivers === undefined ? [] : [{ label: "redis-on-docker.waivers", value: waivers }]),
  ],
});

/** What is said of a plan in which the output `waivers` changes, and nothing else. */
const ofOutput = (before: unknown, after: unknown, actions = ["update"]) =>
  explain([], { output_changes: { waivers: { actions, before, after }, url: { actions: ["no-op"] } } });

describe("explain-plan, of waivers", () => {
  it.each([
    [undefined, "published-port", "waivers none -> published-port"],
    ["published-port", "published-port restart", "waivers published-port -> published-port restart"],
    ["published-port", undefined, "waivers published-port -> none"],
  ])("says why a container is replaced: %s to %s", (was, becomes, words) => {
    const { code, out } = explain([
      {
        actions: ["delete", "create"],
        before: container("", labels(was)),
        after: container("", labels(becomes)),
        replace_paths: [["labels"]],
      },
    ]);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^docker_container\.redis: replace \(labels\): down while it stops/),
      `    ${words}`,
    ]);
  });

  it("says nothing of other labels", () => {
    const { out } = explain([
      {
        actions: ["delete", "create"],
        before: container("", labels("restart")),
        after: container("", { labels: [...labels("restart").labels, { label: "owner", value: "shop" }] }),
        replace_paths: [["labels"]],
      },
    ]);
    expect(out).not.toContain("waivers");
  });

  const HEAD = "gates that this stack may break, and until when";

  it("says what is waived, why and until when", () => {
    expect(ofOutput(null, [port, restart], ["create"])).toEqual({
      code: 0,
      out: [
        `output.waivers: create: ${HEAD}`,
        "    published-port until 2027-02-28: read by another host (new)",
        "    restart until 2027-03-31: a supervisor starts it (new)",
      ].join("\n"),
    });
  });

  it("says that one is given more time, though no container changes", () => {
    expect(ofOutput([port, restart], [{ ...port, expires: "2027-05-31" }, restart]).out).toBe(
      [
        `output.waivers: update: ${HEAD}`,
        "    published-port until 2027-02-28: read by another host -> until 2027-05-31: read by another host",
      ].join("\n"),
    );
  });

  it("says that one is gone, and that the last one is", () => {
    expect(ofOutput([port, restart], [restart]).out).toBe(
      `output.waivers: update: ${HEAD}\n    published-port until 2027-02-28: read by another host -> removed`,
    );
    expect(ofOutput([port], null, ["delete"]).out).toBe(
      `output.waivers: delete: ${HEAD}\n    published-port until 2027-02-28: read by another host -> removed`,
    );
  });

  it("says nothing when they stay, in whatever order, and of other outputs", () => {
    expect(ofOutput([port, restart], [restart, port]).out).toBe("nothing changes");
    expect(
      explain([], { output_changes: { url: { actions: ["create"], before: null, after: "x" } } }).out,
    ).toBe("nothing changes");
  });

  it("takes an output of another form for none", () => {
    expect(ofOutput("x", [{ rule: "restart" }, null, 1]).out).toBe("nothing changes");
  });

  it.each([[[]], [{ waivers: null }], [null], ["x"]])("refuses a plan whose outputs are %j", (outputs) => {
    expect(() => explain([], { output_changes: outputs })).toThrow(
      "plan: got something else, expected the output of terraform show -json PLAN in format 1",
    );
  });
});
