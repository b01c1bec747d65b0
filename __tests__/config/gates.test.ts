import { isTold } from "../../config/check-gates";
import { environments } from "../../config/environments";
import { gates } from "../../config/gates";
import { readStacks } from "../../config/load-stacks";
import { devCache } from "../../config/services/dev-cache";
import { prospectflow } from "../../config/services/prospectflow";
import { sentraPortal } from "../../config/services/sentra-portal";
import { vedfolnir } from "../../config/services/vedfolnir";
import { CONSTRUCTED, cache, gateOf, sessions, TRIALS, withServer } from "../support/gate-trials";
import {
  findingsOf,
  problemsOf,
  type StackOptions,
  shopStack,
  template,
  today,
} from "../support/stack-fixtures";

const ofGate = (kind: "dev" | "prod", options: StackOptions, id: string) =>
  findingsOf(kind, options).filter(({ gate }) => gate === id);

const sentence = ({ field, got, expected }: { field: string; got: string; expected: string }) =>
  `${field}: got ${got}, expected ${expected}`;

const rows = Object.entries(TRIALS).map(([id, trial]) => [id, trial] as const);
const waivable = rows.filter(([id]) => gateOf(id).waivable !== false);

describe("the table of gates", () => {
  it("has a trial here for every gate", () => {
    expect([...Object.keys(TRIALS), ...Object.keys(CONSTRUCTED)].sort()).toEqual(
      gates.map(({ id }) => id).sort(),
    );
  });

  it.each(gates.map((gate) => [gate.id, gate] as const))("explains %s", (id, gate) => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(gate.protectsFrom).toMatch(/^[A-Z].*\.$/);
    expect(gate.fix).toMatch(/^[a-z].*[^.]$/);
    expect(gate.link).toMatch(/^(https:\/\/\S+|docs\/decisions\/[\w-]+\.md)$/);
  });
});

describe("a gate", () => {
  it.each(rows)("%s says where, what and why", (id, { breaks, says }) => {
    expect(ofGate("prod", breaks, id).map(sentence)).toEqual([says]);
  });

  it.each(rows)("%s is kept on the other side of the edge", (id, { keeps }) => {
    expect(ofGate("prod", keeps, id)).toEqual([]);
  });

  it.each(rows)(
    "%s is refused in prod when it is an error, with the way to waive it",
    (id, { breaks, says }) => {
      const { severity, fix, waivable: mayBe = true } = gateOf(id);
      const [finding] = ofGate("prod", breaks, id);
      expect(finding?.status).toBe(severity === "error" ? "refused" : "warning");
      const told = finding?.fix ?? fix;
      const line = mayBe
        ? `${says}. Fix: ${told} (rule ${id} for shop-prod; a waiver needs rule, reason and expires).`
        : `${says}. Fix: ${told}.`;
      const problems = problemsOf("prod", breaks);
      if (severity === "error") {
        expect(problems).toContain(line);
      } else {
        expect(problems.filter((problem) => problem.startsWith(says))).toEqual([]);
      }
    },
  );

  it.each(waivable)("%s is only told in dev", (id, { breaks }) => {
    const environment = { ...environments.prod, ...breaks.environment, name: "dev", gates: "warn" } as const;
    const exporter = { exporter: { hostPort: 9121 } };
    const options = { ...breaks, environment, deployment: { ...exporter, ...breaks.deployment } };
    expect(ofGate("dev", options, id).map(({ status }) => status)).toEqual(["warning"]);
    expect(problemsOf("dev", options)).toEqual([]);
  });

  it.each(rows.filter(([id]) => gateOf(id).waivable === false && gateOf(id).severity === "error"))(
    "%s is refused in dev as well",
    (id, { breaks }) => {
      expect(ofGate("dev", breaks, id).map(({ status }) => status)).toEqual(["refused"]);
    },
  );

  it.each(waivable)("%s can be waived", (id, { breaks }) => {
    const own = { rule: id, reason: "agreed with the owners of the shop", expires: breaks.today ?? today };
    const deployment = { ...breaks.deployment, waivers: [own] };
    const waived = { ...breaks, deployment };
    expect(ofGate("prod", waived, id).map(({ status, waiver: by }) => [status, by])).toEqual([
      ["waived", own],
    ]);
    expect(problemsOf("prod", waived).filter((problem) => problem.includes(`(rule ${id};`))).toEqual([]);
    expect(ofGate("prod", waived, "unused-waiver")).toEqual([]);
  });

  it.each(Object.entries(CONSTRUCTED))("%s looks at what is deployed", (id, { breaks, keeps, says }) => {
    const stack = shopStack("prod");
    const { severity, broken } = gateOf(id);
    expect(severity).toBe("error");
    expect(broken(withServer(stack, breaks), today).map(sentence)).toEqual([says]);
    expect(broken(withServer(stack, keeps), today)).toEqual([]);
    expect(broken(stack, today)).toEqual([]);
  });
});

describe("a gate leaves alone", () => {
  const hourly = { after: "1 h", changes: 1 } as const;
  const idsOf = (options: StackOptions) => findingsOf("prod", options).map(({ gate }) => gate);

  it.each<[string, StackOptions, readonly string[]]>([
    ["a maxmemory that is no whole MiB", { deployment: { memory: { maxmemory: "262145 KiB" } } }, []],
    [
      "save points where there is an append-only file to load",
      { service: { persistence: { appendonly: true, save: [hourly] } } },
      [],
    ],
    [
      "an append-only file, which is on the disk already, however large",
      {
        service: { persistence: { appendonly: true, save: [] } },
        deployment: { memory: { maxmemory: "64 GiB" } },
      },
      [],
    ],
    [
      "a start period of an hour, which is the longest",
      { deployment: { memory: { maxmemory: "400 GiB" } } },
      [],
    ],
    [
      "persistence and volume of what may be lost",
      {
        service: {
          stores: [cache],
          maxmemoryPolicy: "allkeys-lru",
          persistence: { appendonly: false, save: [] },
        },
        environment: { dataVolume: "destroyable" },
      },
      [],
    ],
    [
      "snapshots alone, but for the one gate about them",
      { service: { persistence: { appendonly: false, save: [hourly] } } },
      ["snapshots-only"],
    ],
    [
      "an engine that has ended, but for the one gate about that",
      { engine: "debian-7.0.15", today: "2028-07-01" },
      ["end-of-life"],
    ],
  ])("%s", (_, options, gatesToldOf) => {
    expect(idsOf(options)).toEqual(gatesToldOf);
  });

  it("an address on which nothing is published", () => {
    const stack = withServer(shopStack("prod"), { hostAddress: "0.0.0.0" });
    expect(gateOf("published-port").broken(stack, today)).toEqual([]);
  });
});

describe("what an environment decides itself", () => {
  const told = (kind: "dev" | "prod", options: StackOptions) =>
    findingsOf(kind, options)
      .filter(isTold)
      .map(({ gate, status, isPolicy }) => [gate, status, isPolicy]);

  it("is not told at every synth where the environment only warns", () => {
    expect(findingsOf("dev", {}).map(({ gate, isPolicy }) => [gate, isPolicy])).toEqual([
      ["authentication", true],
      ["data-volume", true],
      ["backups", true],
      ["metrics", true],
    ]);
    expect(told("dev", {})).toEqual([]);
  });

  it("is told where somebody waived it, and what the service decides always", () => {
    const waivers = [{ rule: "metrics", reason: "nobody watches it at night", expires: "2027-03-31" }];
    expect(told("dev", { service: { restart: "on-failure" }, deployment: { waivers } })).toEqual([
      ["restart", "warning", false],
      ["metrics", "waived", true],
    ]);
  });

  it("is refused where the environment refuses, and is no policy there", () => {
    const environment = { auth: "none" } as const;
    expect(
      findingsOf("prod", { environment }).map(({ gate, status, isPolicy }) => [gate, status, isPolicy]),
    ).toEqual([["authentication", "refused", false]]);
    expect(told("prod", { environment: { exporter: "off" }, deployment: { exporter: "off" } })).toEqual([
      ["metrics", "warning", false],
    ]);
  });
});

describe("the services of this repository", () => {
  const services = [devCache, prospectflow, sentraPortal, vedfolnir];

  it.each([undefined, "debian-7.0.15"])("break nothing in prod, with engine %s", (engine) => {
    const { problems, findings, stacks } = readStacks({ template, today, engine, services });
    expect(problems).toEqual([]);
    expect(stacks).toHaveLength(7);
    expect(findings.filter(({ stack }) => stack.endsWith("-prod"))).toEqual([]);
  });

  it("break in dev only what config/environments/dev.ts decides", () => {
    const { findings } = readStacks({ template, today, services });
    expect([...new Set(findings.map(({ gate }) => gate))].sort()).toEqual([
      "authentication",
      "backups",
      "data-volume",
      "metrics",
    ]);
    expect(findings.every(({ isPolicy, status }) => isPolicy && status === "warning")).toBe(true);
  });
});

describe("what is refused already", () => {
  it("is not told a second time by a gate", () => {
    const service = { stores: [sessions], maxmemoryPolicy: "allkeys-lruu" as "allkeys-lru" };
    expect(problemsOf("prod", { service })).toEqual([
      expect.stringMatching(/^shop\.maxmemoryPolicy: got "allkeys-lruu"/),
    ]);
    expect(findingsOf("prod", { service })).toEqual([]);
  });

  it("by a gate hides nothing else, not even in the template", () => {
    const options = {
      service: { restart: "on-failure" },
      template: `${template}\nno-such-directive 1\n`,
    } as const;
    expect(problemsOf("prod", options).map((problem) => problem.split(": got")[0])).toEqual([
      "redis.conf.tpl",
      "shop.restart",
    ]);
  });

  it("in one stack is still told of the next", () => {
    const service = {
      name: "shop",
      description: "Baskets",
      engine: "redis-7.4" as const,
      stores: [sessions],
      maxmemoryPolicy: "allkeys-lru" as const,
      environments: {
        dev: { memory: { maxmemory: "64 MiB" as const } },
        prod: { memory: { maxmemory: "64 MiB" as const }, exporter: { hostPort: 9121 } },
      },
    };
    const { findings, problems } = readStacks({
      template,
      today,
      services: [service],
      environments: { ...environments, dev: { ...environments.prod, name: "dev" } },
    });
    const stacks = findings.filter(({ gate }) => gate === "sessions-evicted").map(({ stack }) => stack);
    expect(stacks).toEqual(["shop-dev", "shop-prod"]);
    expect(problems.filter(({ field }) => field === "shop.maxmemoryPolicy")).toHaveLength(2);
  });
});
