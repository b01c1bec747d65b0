import { container, explain } from "../support/explained-plan";

describe("explain-plan, where somebody has to decide", () => {
  const replaced = { actions: ["delete", "create"], replace_paths: [["command"]] };

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

  it("tells a changed threshold of Prometheus by its lines, and needs no decision", () => {
    const rules = (percent: number) =>
      `groups:\n  - rules:\n      - alert: RedisMemoryHigh\n        expr: used > ${percent}\n        for: 5m\n`;
    const { code, out } = explain([
      {
        address: "docker_container.redis_prometheus",
        actions: ["delete", "create"],
        replace_paths: [["command"]],
        before: container(rules(70)),
        after: container(rules(61)),
      },
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ *docker_container\.redis_prometheus: replace \(command\): /m);
    expect(out.split("\n").slice(1)).toEqual([expect.stringMatching(/^ +expr: used > 70 -> used > 61$/)]);
  });

  it("lets an exporter become older, which has no files", () => {
    const { code, out } = images("oliver006/redis_exporter:1.62.0", "oliver006/redis_exporter:1.45.0");
    expect(code).toBe(0);
    expect(out).not.toContain("older");
  });

  it("lets Prometheus become older, which has no data of Redis", () => {
    const { code, out } = images("prom/prometheus:v3.13.2-busybox", "prom/prometheus:v2.53.5");
    expect(code).toBe(0);
    expect(out).not.toContain("older");
  });
});
