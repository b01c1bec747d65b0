import type { Deployment } from "../../config/service";
import { problemsOf, shopStack, unchecked } from "../support/stack-fixtures";

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
const HINT =
  'Fix: write a number without sign or fraction, one blank and the unit; "1536 MiB" instead of "1.5 GiB".';
const tooBig =
  "expected 0.8 of the container's limit or less, or the kernel kills Redis before it evicts. " +
  "Fix: leave out limit, which is then derived with room for snapshots.";

describe("memory", () => {
  it("derives the limit from maxmemory, the same for data that is written to disk and for a cache", () => {
    expect(resolved({ maxmemory: "256 MiB" }, true)).toEqual(["256 MiB", "629 MiB"]);
    expect(resolved({ maxmemory: "256 MiB" }, false)).toEqual(["256 MiB", "629 MiB"]);
  });

  it("derives maxmemory from the limit", () => {
    expect(resolved({ limit: "629 MiB" }, true)).toEqual(["256 MiB", "629 MiB"]);
    expect(resolved({ limit: "629 MiB" }, false)).toEqual(["256 MiB", "629 MiB"]);
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

  it("refuses more than any server has, which cannot be calculated with", () => {
    expect(problemsWith({ maxmemory: "9007199254740991 B" })).toEqual([
      `${field}.maxmemory: got "9007199254740991 B", expected 1048576 GiB or less. Fix: write a smaller one.`,
    ]);
  });

  it("refuses data whose limit cannot be written, and tells the data", () => {
    expect(problemsWith({ maxmemory: "1048576 GiB" })).toEqual([
      `${field}.maxmemory: got "1048576 GiB", expected less, since 2.2 × maxmemory + 65 MiB gives a limit of ` +
        '"2362232078 MiB", and 1048576 GiB or less can be written. Fix: write a smaller one.',
    ]);
  });

  it("refuses an empty text as one, and does not take it for nothing", () => {
    expect(problemsWith({ maxmemory: unchecked("") })).toEqual([
      `${field}.maxmemory: got "", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". ${HINT}`,
    ]);
  });

  it.each([
    ["-256 MiB", HINT],
    ["1.5 GiB", 'Fix: write "1536 MiB".'],
  ] as const)("refuses %s once, whatever else follows from it", (text, fix) => {
    const refusal = `got "${text}", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". ${fix}`;
    expect(problemsWith({ maxmemory: text })).toEqual([`${field}.maxmemory: ${refusal}`]);
    expect(problemsWith({ limit: text })).toEqual([`${field}.limit: ${refusal}`]);
  });
});

describe("the reservation", () => {
  const limit = "256 MiB" as const;

  it("is decided only where a service asks for it", () => {
    expect(shopStack("dev").props.server).not.toHaveProperty("memoryReservation");
    const memory = { limit, reservation: "128 MiB" } as const;
    const { props, decisions } = shopStack("dev", { deployment: { memory } });
    expect(`${props.server.memoryReservation}`).toBe("128 MiB");
    expect(decisions.sourceOf("server.memoryReservation")).toEqual({ kind: "service" });
  });

  it.each(["6 MiB", "6144 KiB", limit] as const)("of 256 MiB may be %s", (reservation) => {
    expect(problemsWith({ limit, reservation })).toEqual([]);
  });

  it("may be as large as a limit that is derived, and no larger", () => {
    expect(problemsWith({ maxmemory: "256 MiB", reservation: "629 MiB" })).toEqual([]);
    expect(problemsWith({ maxmemory: "256 MiB", reservation: "630 MiB" })).toHaveLength(1);
  });

  it.each([
    ["5 MiB", "5 MiB"],
    ["0 B", "0 B"],
    ["257 MiB", "257 MiB"],
  ] as const)("of 256 MiB may not be %s, which Docker refuses", (reservation, got) => {
    expect(problemsWith({ limit, reservation })).toEqual([
      `${field}.reservation: got ${got} of 256 MiB, expected 6 MiB or more, and no more than the container's limit. ` +
        "Fix: write what the container needs when the host is short of memory, or leave it out.",
    ]);
  });

  it("is told once when it cannot be read", () => {
    expect(problemsWith({ limit, reservation: unchecked("128mb") })).toEqual([
      `${field}.reservation: got "128mb", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". ` +
        'Fix: write "128 MiB".',
    ]);
  });
});

it.each(["limit", "reservation"])("a part of a MiB in %s is refused, since it would be cut off", (name) => {
  const memory = { limit: "512 MiB", [name]: "262145 KiB" } as const;
  expect(problemsWith(memory)).toEqual([
    `${field}.${name}: got 262145 KiB, expected whole MiB. Fix: write "257 MiB".`,
  ]);
});
