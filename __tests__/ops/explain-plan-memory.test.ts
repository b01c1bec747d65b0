import { container, explain } from "../support/explained-plan";

const change = (before: readonly [number, string], after: readonly [number, string]) =>
  explain([
    {
      actions: ["update"],
      before: container(before[1], { memory: before[0] }),
      after: container(after[1], { memory: after[0] }),
    },
  ]);

describe("explain-plan, about memory", () => {
  it("says which share of the limit maxmemory has, before and after", () => {
    const { code, out } = change([629, "maxmemory 256mb\n"], [1024, "maxmemory 256mb\n"]);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        "docker_container.redis: update (memory): no restart",
        "    memory limit 629 MiB -> 1024 MiB",
        "    maxmemory is 40.7 % of the memory limit -> 25.0 %",
      ].join("\n"),
    });
  });

  it("says it where maxmemory alone changes, and not where neither does", () => {
    expect(change([1024, "maxmemory 256mb\n"], [1024, "maxmemory 512mb\n"]).out).toContain(
      "\n    maxmemory is 25.0 % of the memory limit -> 50.0 %\n",
    );
    expect(change([1024, "maxmemory 256mb\n"], [1024, "maxmemory 256mb\ntimeout 5\n"]).out).not.toContain(
      "limit",
    );
  });

  it("asks for a decision when the limit is lowered to less than maxmemory needs", () => {
    const { code, out } = change([629, "maxmemory 256mb\n"], [300, "maxmemory 256mb\n"]);
    expect({ code, out }).toEqual({
      code: 1,
      out: [
        "STOP  docker_container.redis: update (memory): no restart; maxmemory would be 85.3 % of the memory limit, " +
          "more than 80.0 %: the kernel kills Redis before it evicts",
        "    memory limit 629 MiB -> 300 MiB",
        "    maxmemory is 40.7 % of the memory limit -> 85.3 %",
      ].join("\n"),
    });
  });

  it("says of a replacement that is too small that it loads its data, too", () => {
    const { code, out } = explain([
      {
        actions: ["delete", "create"],
        before: container("maxmemory 256mb\n"),
        after: container("maxmemory 600mb\n"),
        replace_paths: [["command"]],
      },
    ]);
    expect(code).toBe(1);
    expect(out).toContain(
      "starts and loads its data, which stays in its volume; maxmemory would be 95.4 % of",
    );
  });

  it.each([
    ["maxmemory 800mb", 0],
    ["maxmemory 838860800", 0],
    ["maxmemory 838860801", 1],
    ["MAXMEMORY\t'801MB'", 1],
    ["maxmemory 819201kb", 1],
    ["maxmemory 838m", 0],
    ["maxmemory 839m", 1],
    ["maxmemory 1g", 1],
    ["maxmemory 1gb", 1],
    ["maxmemory 0", 1],
    ["maxmemory 900mb\nmaxmemory 100mb", 0],
    ["maxmemory-policy noeviction", 0],
  ])("reads %j of 1000 MiB as Redis does", (directives, code) => {
    expect(change([1000, "maxmemory 100mb\n"], [1000, `${directives}\n`]).code).toBe(code);
  });

  it("says of a maxmemory without a bound that it takes all", () => {
    expect(change([1000, "maxmemory 100mb\n"], [1000, "maxmemory 0\n"]).out).toContain(
      "    maxmemory is 10.0 % of the memory limit -> all\n",
    );
  });

  it.each([[0], [null]])("says nothing of a container with the memory limit %j", (memory) => {
    const { code, out } = explain([
      {
        actions: ["update"],
        before: container("maxmemory 256mb\n", { memory }),
        after: container("maxmemory 512mb\n", { memory }),
      },
    ]);
    expect(code).toBe(0);
    expect(out).not.toContain("limit");
  });

  it("stops a new container that is too small", () => {
    const after = container("maxmemory 600mb\n");
    expect(explain([{ actions: ["create"], after }]).code).toBe(1);
    expect(explain([{ actions: ["delete"], before: after }]).code).toBe(0);
  });
});
