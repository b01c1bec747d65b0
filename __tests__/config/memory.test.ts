import type { Deployment } from "../../config/service";
import { problemsOf, shopStack } from "../support/stack-fixtures";

type Memory = Deployment["memory"];

const problemsWith = (memory: Memory) => problemsOf("dev", { deployment: { memory } });

function resolved(memory: Memory, appendonly: boolean) {
  const { server } = shopStack("dev", {
    deployment: { memory },
    service: { persistence: { appendonly, save: [] } },
  }).props;
  return [`${server.maxmemory}`, `${server.memoryLimit}`];
}

const field = "shop.environments.dev.memory";
const tooBig =
  "expected 0.8 of the container's limit or less, or the kernel kills Redis before it evicts. " +
  "Fix: leave out limit, which is then derived with room for snapshots.";

describe("memory", () => {
  it("derives the limit from maxmemory, with more room where data is written to disk", () => {
    expect(resolved({ maxmemory: "256 MiB" }, true)).toEqual(["256 MiB", "629 MiB"]);
    expect(resolved({ maxmemory: "256 MiB" }, false)).toEqual(["256 MiB", "352 MiB"]);
  });

  it("derives maxmemory from the limit", () => {
    expect(resolved({ limit: "629 MiB" }, true)).toEqual(["256 MiB", "629 MiB"]);
    expect(resolved({ limit: "352 MiB" }, false)).toEqual(["256 MiB", "352 MiB"]);
  });

  it("counts snapshots without an append-only file as written to disk", () => {
    const { server } = shopStack("dev", {
      service: { persistence: { appendonly: false, save: [{ after: "1 h", changes: 1 }] } },
    }).props;
    expect(`${server.memoryLimit}`).toBe("629 MiB");
  });

  it("takes both as given up to 0.8 of the limit", () => {
    expect(resolved({ maxmemory: "800 MiB", limit: "1000 MiB" }, true)).toEqual(["800 MiB", "1000 MiB"]);
  });

  it("refuses a byte more than 0.8 of the limit", () => {
    expect(problemsWith({ maxmemory: "838860801 B", limit: "1000 MiB" })).toEqual([
      `${field}.maxmemory: got 838860801 B of 1000 MiB, ${tooBig}`,
    ]);
  });

  it("refuses a maxmemory as large as the limit, which the kernel was seen to kill", () => {
    expect(problemsWith({ maxmemory: "256 MiB", limit: "256 MiB" })).toEqual([
      `${field}.maxmemory: got 256 MiB of 256 MiB, ${tooBig}`,
    ]);
  });

  it("refuses a stack without any, since that Redis takes the whole host", () => {
    expect(problemsWith({})).toEqual([
      `${field}: got neither maxmemory nor limit, expected one of them; a Redis without a limit takes ` +
        'the whole host. Fix: write memory: { maxmemory: "256 MiB" }.',
    ]);
  });

  it("refuses less than 1 MiB of data, since 0 means no limit to Redis", () => {
    const refusal = (got: string) =>
      `${field}.maxmemory: got ${got}, expected 1 MiB or more; 0 means no limit to Redis. ` +
      "Fix: write the amount of data that the service may keep.";
    expect(problemsWith({ maxmemory: "0 MiB" })).toEqual([refusal("0 B")]);
    expect(problemsWith({ maxmemory: "1023 KiB" })).toEqual([refusal("1023 KiB")]);
    expect(problemsWith({ maxmemory: "1 MiB" })).toEqual([]);
  });

  it("refuses a limit below 128 MiB, but derives one for a small maxmemory", () => {
    expect(problemsWith({ limit: "127 MiB" })).toEqual([
      `${field}.limit: got 127 MiB, expected 128 MiB or more. Fix: raise it, or leave it out and give maxmemory.`,
    ]);
    expect(problemsWith({ limit: "128 MiB" })).toEqual([]);
    expect(resolved({ maxmemory: "8 MiB" }, true)).toEqual(["8 MiB", "83 MiB"]);
  });

  it.each(["-256 MiB", "1.5 GiB"] as const)("refuses %s once, whatever else follows from it", (text) => {
    const refusal =
      `got "${text}", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". ` +
      'Fix: write a number without sign or fraction, one blank and the unit; "1536 MiB" instead of "1.5 GiB".';
    expect(problemsWith({ maxmemory: text })).toEqual([`${field}.maxmemory: ${refusal}`]);
    expect(problemsWith({ limit: text })).toEqual([`${field}.limit: ${refusal}`]);
  });
});
