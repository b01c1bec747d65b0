import type { Thresholds } from "../../config/service";
import { problemsOf, shopStack, unchecked } from "../support/stack-fixtures";

const MAXCLIENTS = 100;
const problemsWith = (thresholds: Thresholds, maxclients = MAXCLIENTS) =>
  problemsOf("dev", { service: { thresholds, maxclients } });

/** Numbers that rise to what is bad: their lowest warning and their highest critical level. */
const RISING = [
  ["memory", 1, 100],
  ["connectedClients", 1, MAXCLIENTS],
  ["blockedClients", 0, MAXCLIENTS],
] as const;

describe("a threshold", () => {
  it.each(RISING)("of %s may be %d and %d", (name, warning, critical) => {
    expect(problemsWith({ [name]: { warning, critical } })).toEqual([]);
  });

  it("of hitRatio may be 100 and 1, since it falls to what is bad", () => {
    expect(problemsWith({ hitRatio: { warning: 100, critical: 1 } })).toEqual([]);
  });

  it.each([...RISING, ["hitRatio", 1, 100] as const])(
    "of %s may not lie outside of %d to %d, nor between two numbers",
    (name, min, max) => {
      const field = `shop.thresholds.${name}`;
      const expected = `expected a whole number from ${min} to ${max}`;
      expect(problemsWith({ [name]: { warning: min - 1, critical: max + 1 } })).toEqual([
        `${field}.warning: got ${min - 1}, ${expected}. Fix: use ${min} or more.`,
        `${field}.critical: got ${max + 1}, ${expected}. Fix: use ${max} or less.`,
      ]);
      expect(problemsWith({ [name]: { warning: 10.5, critical: Number.NaN } })).toEqual([
        `${field}.warning: got 10.5, ${expected}. Fix: write 11.`,
        `${field}.critical: got NaN, ${expected}. Fix: write a number, such as ${min}.`,
      ]);
    },
  );

  it.each(RISING.map(([name]) => name))("of %s has a critical level above the warning", (name) => {
    const problem = (warning: number, critical: number) =>
      `shop.thresholds.${name}: got warning ${warning}, critical ${critical}, expected a critical level above the ` +
      "warning. Fix: exchange them, or move them apart.";
    expect(problemsWith({ [name]: { warning: 50, critical: 49 } })).toEqual([problem(50, 49)]);
    expect(problemsWith({ [name]: { warning: 50, critical: 50 } })).toEqual([problem(50, 50)]);
    expect(problemsWith({ [name]: { warning: 50, critical: 51 } })).toEqual([]);
  });

  it("of hitRatio has a critical level below the warning", () => {
    const problem = (warning: number, critical: number) =>
      `shop.thresholds.hitRatio: got warning ${warning}, critical ${critical}, expected a critical level below the ` +
      "warning. Fix: exchange them, or move them apart.";
    expect(problemsWith({ hitRatio: { warning: 49, critical: 50 } })).toEqual([problem(49, 50)]);
    expect(problemsWith({ hitRatio: { warning: 50, critical: 50 } })).toEqual([problem(50, 50)]);
    expect(problemsWith({ hitRatio: { warning: 51, critical: 50 } })).toEqual([]);
  });

  it("of latency is told with its units", () => {
    expect(problemsWith({ latency: { warning: "1 ms", critical: "2 ms" } })).toEqual([]);
    expect(problemsWith({ latency: { warning: "1 s", critical: "1000 ms" } })).toEqual([
      "shop.thresholds.latency: got warning 1 s, critical 1 s, expected a critical level above the warning. " +
        "Fix: exchange them, or move them apart.",
    ]);
    expect(problemsWith({ latency: { warning: "20 ms", critical: "5 ms" } })).toEqual([
      "shop.thresholds.latency: got warning 20 ms, critical 5 ms, expected a critical level above the warning. " +
        "Fix: exchange them, or move them apart.",
    ]);
  });

  it("of latency is more than nothing, since no command takes no time", () => {
    const problem = (level: string) =>
      `shop.thresholds.latency.${level}: got 0 s, expected more than 0 s. ` +
      "Fix: write the time in which commands have to be answered.";
    expect(problemsWith({ latency: { warning: "0 ms", critical: "1 ms" } })).toEqual([problem("warning")]);
    expect(problemsWith({ latency: { warning: "0 s", critical: "0 s" } })).toEqual([
      problem("warning"),
      problem("critical"),
    ]);
  });

  it("that cannot be read is told once", () => {
    const latency = { warning: unchecked<"1 ms">("100us"), critical: "1 ms" } as const;
    expect(problemsWith({ latency })).toEqual([
      'shop.thresholds.latency.warning: got "100us", expected a whole number and a unit (h, min, s, ms), such as "30 s". ' +
        'Fix: write "1 ms".',
    ]);
  });

  it("of clients is not judged by a maxclients that is refused, and the others are", () => {
    const levels = { warning: 90, critical: 70 };
    const refused = problemsWith({ connectedClients: levels, blockedClients: levels, memory: levels }, 0);
    expect(refused.map((problem) => problem.split(":")[0])).toEqual([
      "shop.maxclients",
      "shop.thresholds.memory",
    ]);
  });
});

describe("without thresholds", () => {
  const thresholdsOf = (maxclients?: number) =>
    shopStack("dev", { service: maxclients === undefined ? {} : { maxclients } });

  it("memory, connections and latency are watched, and nothing else", () => {
    const { thresholds } = thresholdsOf().props;
    expect(JSON.parse(JSON.stringify(thresholds))).toEqual({
      memory: { warning: 70, critical: 90 },
      connectedClients: { warning: 2479, critical: 3188 },
      latency: { warning: "5 ms", critical: "20 ms" },
    });
  });

  it.each([
    [2, 1, 2],
    [3, 2, 3],
    [100_000, 70_000, 90_000],
  ])("connections of %d are told at %d and %d", (maxclients, warning, critical) => {
    const { props, decisions } = thresholdsOf(maxclients);
    expect(props.thresholds.connectedClients).toEqual({ warning, critical });
    expect(decisions.sourceOf("thresholds.connectedClients")).toEqual({
      kind: "derived",
      note: "70 % and 90 % of maxclients",
    });
  });

  it("connections have levels in order, however few there may be", () => {
    const all = Array.from({ length: 999 }, (_, index) => index + 2);
    expect(all.flatMap((maxclients) => problemsOf("dev", { service: { maxclients } }))).toEqual([]);
  });

  it("each comes from the service where it says one", () => {
    const thresholds: Thresholds = {
      memory: { warning: 1, critical: 2 },
      connectedClients: { warning: 3, critical: 4 },
      blockedClients: { warning: 5, critical: 6 },
      hitRatio: { warning: 8, critical: 7 },
      latency: { warning: "9 ms", critical: "10 ms" },
    };
    const { props, decisions } = shopStack("dev", { service: { thresholds } });
    expect(JSON.parse(JSON.stringify(props.thresholds))).toEqual(thresholds);
    const paths = Object.keys(thresholds).map((name) => decisions.sourceOf(`thresholds.${name}`)?.kind);
    expect(new Set(paths)).toEqual(new Set(["service"]));
  });
});
