import type { Waiver } from "../../config/service";
import { findingsOf, problemsOf, type StackOptions, shopStack, unchecked } from "../support/stack-fixtures";

const good: Waiver = {
  rule: "published-port",
  reason: "the old reports read it until they move",
  expires: "2027-03-31",
};

/** `shop-prod` breaks `published-port` and nothing else. */
function published(waivers: readonly Waiver[], more: StackOptions = {}): StackOptions {
  return {
    ...more,
    environment: { network: "bridge" },
    deployment: { hostPort: 6379, hostAddress: "0.0.0.0", waivers, ...more.deployment },
  };
}

const field = "shop.environments.prod.waivers[0]";
const REFUSED =
  'shop.environments.prod.hostAddress: got "0.0.0.0", expected an address of the host alone, such as "127.0.0.1". ' +
  "Fix: leave hostAddress out, and let clients join the network " +
  "(rule published-port for shop-prod; a waiver needs rule, reason and expires).";

const problemsWith = (waiver: Partial<Waiver>, more: StackOptions = {}) =>
  problemsOf("prod", published([{ ...good, ...waiver }], more));

describe("a waiver", () => {
  it("lets a stack break the rule that it names, and no other", () => {
    expect(problemsOf("prod", published([]))).toEqual([REFUSED]);
    expect(problemsWith({})).toEqual([]);
    const restart = { service: { restart: "on-failure" } } as const;
    expect(problemsWith({}, restart)).toEqual([
      expect.stringMatching(
        /^shop\.restart: .* \(rule restart for shop-prod; a waiver needs rule, reason and expires\)\.$/,
      ),
    ]);
  });

  it("is among what the stack is deployed with", () => {
    expect(shopStack("prod", published([good])).props.waivers).toEqual([good]);
  });

  it("waives every place in which the stack breaks the rule", () => {
    const exporter = { hostPort: 9121, hostAddress: "::" };
    const findings = findingsOf("prod", published([good], { deployment: { exporter } }));
    expect(findings.map(({ gate, status, field: where }) => [gate, status, where])).toEqual([
      ["published-port", "waived", "shop.environments.prod.hostAddress"],
      ["published-port", "waived", "shop.environments.prod.exporter.hostAddress"],
    ]);
  });

  it("silences a warning as well", () => {
    const waivers = [{ ...good, rule: "metrics", reason: "measured by the agent of the host" }];
    const findings = findingsOf("prod", { deployment: { exporter: "off", waivers } });
    expect(findings.map(({ gate, status }) => [gate, status])).toEqual([["metrics", "waived"]]);
  });

  it("that nothing needs is told, and does not stop the deploy", () => {
    const options = { deployment: { waivers: [good] } };
    expect(problemsOf("prod", options)).toEqual([]);
    expect(findingsOf("prod", options).map(({ gate, status, fix }) => [gate, status, fix])).toEqual([
      ["unused-waiver", "warning", "remove the waiver"],
    ]);
  });

  it("that is refused waives nothing", () => {
    expect(problemsWith({ reason: "" })).toEqual([
      REFUSED,
      expect.stringContaining(`${field}.reason: got ""`),
    ]);
  });
});

describe("the rule of a waiver", () => {
  it.each([
    ["published-prot", 'did you mean "published-port"? Use that name'],
    ["no-such-thing-at-all", "use an id that bin/redis-ops gates --list prints"],
    ["", "use an id that bin/redis-ops gates --list prints"],
  ])("%j is refused when there is no such gate", (rule, fix) => {
    expect(problemsWith({ rule })).toEqual([
      REFUSED,
      `${field}.rule: got ${JSON.stringify(rule)}, expected the id of a gate. Fix: ${fix}.`,
    ]);
  });

  it("is refused when the gate holds everywhere", () => {
    const expected = "expected a gate that can be waived; this one holds everywhere";
    expect(problemsWith({ rule: "memory-limit" })).toEqual([
      REFUSED,
      `${field}.rule: got "memory-limit", ${expected}. Fix: write memory: { maxmemory: "256 MiB" }.`,
    ]);
  });

  it.each(["waiver", "unused-waiver"])("cannot be %s, which is about waivers", (rule) => {
    expect(problemsWith({ rule })).toContain(
      `${field}.rule: got "${rule}", expected the id of a gate. Fix: use an id that bin/redis-ops gates --list prints.`,
    );
  });

  it("is refused the second time", () => {
    expect(problemsOf("prod", published([good, { ...good, expires: "2027-04-30" }]))).toEqual([
      'shop.environments.prod.waivers[1].rule: got "published-port" again, ' +
        "expected one waiver of each gate; waivers[0] is of this one. Fix: remove one of them.",
    ]);
  });
});

describe("the reason of a waiver", () => {
  it("is refused where it is turned around, and told in a line that can be read", () => {
    expect(problemsWith({ reason: "read by \u202eanother host" })).toContain(
      refusal("read by ANOTHER host").replace("ANOTHER", "\\u202eanother"),
    );
  });

  const refusal = (got: string) =>
    `${field}.reason: got ${JSON.stringify(got)}, expected a reason in one line of 10 to 200 characters, ` +
    "for whoever reads the plan. Fix: write what makes it acceptable, and what ends it.";

  it.each([
    "",
    "          ",
    "too short",
    "todo",
    "TODO: TBD, later",
    "todo todo todo todo",
    "xxxxxxxxxxxxxxxx",
    "1234567890 1234567890",
    "two lines,\nwhich a log would tear apart",
    "\u001b[2Ja screen that is wiped",
  ])("%j is refused", (reason) => {
    expect(problemsWith({ reason })).toEqual([REFUSED, refusal(reason)]);
  });

  it("has 10 to 200 characters, without the blanks around it", () => {
    const text = (length: number) =>
      "reports "
        .repeat(30)
        .slice(0, length - 1)
        .concat("!");
    expect(problemsWith({ reason: text(9) })).toContain(refusal(text(9)));
    expect(problemsWith({ reason: ` ${text(9)} ` })).toContain(refusal(` ${text(9)} `));
    expect(problemsWith({ reason: text(10) })).toEqual([]);
    expect(problemsWith({ reason: text(200) })).toEqual([]);
    expect(problemsWith({ reason: text(201) })).toContain(refusal(text(201).slice(0, 200)));
  });

  it("may be in any language", () => {
    expect(problemsWith({ reason: "等待防火墙更换期间允许访问" })).toEqual([]);
    expect(problemsWith({ reason: "die Firewall kommt erst im März" })).toEqual([]);
  });
});

describe("the last day of a waiver", () => {
  const refusal = (expires: string, expected: string, fix: string) =>
    `${field}.expires: got ${JSON.stringify(expires)}, expected ${expected}. Fix: ${fix}.`;
  const NO_DAY = [
    'a day that there is, such as "2027-03-31"',
    "write year, month and day as YYYY-MM-DD",
  ] as const;
  const ENDED = "mend what it waives, or decide anew until when it may last";
  const TOO_FAR = "give it a year at most; it can be decided anew then";

  it.each([
    "2027-02-30",
    "2027-02-29",
    "2027-04-31",
    "2027-13-01",
    "2027-00-10",
    "2027-01-00",
    "2027-1-1",
    "27-01-01",
    "2027/01/01",
    "2027-01-01T00:00:00Z",
    " 2027-01-01",
    "31 March 2027",
    "never",
    "",
  ])("%j is no day", (expires) => {
    expect(problemsWith({ expires })).toEqual([REFUSED, refusal(expires, ...NO_DAY)]);
  });

  it("is still a day on which it holds, and the day after it does not", () => {
    expect(problemsWith({ expires: "2026-11-21" }, { today: "2026-11-21" })).toEqual([]);
    expect(problemsWith({ expires: "2026-11-21" }, { today: "2026-11-22" })).toEqual([
      REFUSED,
      refusal("2026-11-21", "2026-11-22 or later, since it has ended", ENDED),
    ]);
  });

  it("is a year away at most", () => {
    expect(problemsWith({ expires: "2027-11-21" }, { today: "2026-11-21" })).toEqual([]);
    expect(problemsWith({ expires: "2027-11-22" }, { today: "2026-11-21" })).toEqual([
      REFUSED,
      refusal("2027-11-22", "2027-11-21 or earlier, a year at most", TOO_FAR),
    ]);
  });

  it("may be a 29 February, and a year after that is the 28th", () => {
    expect(problemsWith({ expires: "2028-02-29" }, { today: "2027-06-01" })).toEqual([]);
    expect(problemsWith({ expires: "2029-02-28" }, { today: "2028-02-29" })).toEqual([]);
    expect(problemsWith({ expires: "2029-03-01" }, { today: "2028-02-29" })).toContain(
      refusal("2029-03-01", "2029-02-28 or earlier, a year at most", TOO_FAR),
    );
  });

  it("that has passed fails in dev as well, where the rule itself only warns", () => {
    const waivers = [{ ...good, expires: "2026-11-20" }];
    const options = { deployment: { hostPort: 6379, hostAddress: "0.0.0.0", waivers } };
    expect(problemsOf("dev", options)).toEqual([
      'shop.environments.dev.waivers[0].expires: got "2026-11-20", expected 2026-11-21 or later, since it has ended. ' +
        `Fix: ${ENDED}.`,
    ]);
    const told = findingsOf("dev", options).find(({ gate }) => gate === "published-port");
    expect(told?.status).toBe("warning");
  });
});

it("everything that is wrong with waivers is told in one run", () => {
  const waivers = [
    { rule: "published-prot", reason: "todo", expires: "2027-02-30" },
    { rule: "memory-limit", reason: "", expires: "2020-01-01" },
    unchecked<Waiver>({ ...good, expires: "2099-01-01" }),
  ];
  const fields = problemsOf("prod", published(waivers)).map((problem) => problem.split(":")[0]);
  expect(fields).toEqual([
    "shop.environments.prod.hostAddress",
    ...["[0].rule", "[0].reason", "[0].expires", "[1].rule", "[1].reason", "[1].expires", "[2].expires"].map(
      (where) => `shop.environments.prod.waivers${where}`,
    ),
  ]);
});
