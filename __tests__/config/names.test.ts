import { environments } from "../../config/environments";
import { readStacks } from "../../config/load-stacks";
import type { Deployment, Service } from "../../config/service";
import { formatProblem } from "../../core/problem";
import { problemsOf, shop, template, today } from "../support/stack-fixtures";

const DOCKER_RULE =
  "expected 2 to 128 letters, digits, dots, dashes or underscores, the first a letter or digit. " +
  "Fix: use a name that Docker accepts.";

const development = (own: Partial<Deployment>): Service["environments"] => ({
  dev: { memory: { maxmemory: "256 MiB" }, ...own },
});

/** Problems of two services in dev, `one` and `two`. */
function problemsOfTwo(one: Partial<Deployment>, two: Partial<Deployment>): readonly string[] {
  const services = [shop(development(one), { name: "one" }), shop(development(two), { name: "two" })];
  return readStacks({ template, today, services }).problems.map(formatProblem);
}

describe("the name of a service", () => {
  it.each(["a", "shop", "shop-2", "a1-b2-c3"])("may be %j", (name) => {
    expect(problemsOf("dev", { service: { name }, deployment: { containerName: "basket" } })).toEqual([]);
  });

  it("may have 40 characters, which leaves room in a host name", () => {
    expect(problemsOf("dev", { service: { name: "s".repeat(40) } })).toEqual([]);
    expect(problemsOf("dev", { service: { name: "s".repeat(41) } })).toEqual([
      `service "${"s".repeat(41)}".name: got 41 characters, expected 40 at most; ` +
        "<service>-<environment>-exporter is a host name, which has 63. Fix: use a shorter name.",
    ]);
  });

  it.each(["", "Shop", "2shop", "-shop", "shop-", "shop--eu", "shop_eu", "shop eu", "shop/eu"])(
    "may not be %j",
    (name) => {
      const names = { containerName: "basket", networkName: "basket-net", dataVolumeName: "basket-data" };
      const quoted = JSON.stringify(name);
      expect(problemsOf("dev", { service: { name }, deployment: names })).toEqual([
        `service ${quoted}.name: got ${quoted}, expected lower-case letters, digits and single dashes, ` +
          "a letter first. Fix: rename the service; stacks and containers are named after it.",
      ]);
    },
  );
});

describe("the description of a service", () => {
  it.each(["B", "Körbe 🙂", "x".repeat(120)])("may be %j", (description) => {
    expect(problemsOf("dev", { service: { description } })).toEqual([]);
  });

  it.each([
    ["", '""'],
    [" ", '" "'],
    ["a\nb", '"a\\nb"'],
    ["a\u202eb", '"a\\u202eb"'],
    ["x".repeat(121), "121 characters"],
  ])("may not be %j", (description, got) => {
    expect(problemsOf("dev", { service: { description } })).toEqual([
      `shop.description: got ${got}, expected one line of 1 to 120 characters that can be read. ` +
        "Fix: write what the service keeps in Redis, for people.",
    ]);
  });
});

describe("a name in Docker", () => {
  const fields = ["containerName", "networkName", "dataVolumeName"] as const;

  it.each([
    ["containerName", 63],
    ["networkName", 128],
    ["dataVolumeName", 128],
  ] as const)("may be 2 characters long as %s, or %i", (field, most) => {
    const problems = ["ab", "a".repeat(most), "Basket_1.data-x"].flatMap((name) =>
      problemsOf("dev", { deployment: { [field]: name } }),
    );
    expect(problems).toEqual([]);
  });

  it.each(fields)("may be nothing that Docker refuses as %s", (field) => {
    const names = ["a", "a".repeat(129), "-basket", "_basket", "basket net", "a\nb", "korb-ä", `\${basket}`];
    const problems = names.map((name) => problemsOf("dev", { deployment: { [field]: name } }));
    expect(problems).toEqual(
      names.map((name) => [`shop.environments.dev.${field}: got ${JSON.stringify(name)}, ${DOCKER_RULE}`]),
    );
  });
});

it.each(["bridge", "host", "none", "default"])("%s is Docker's own network", (networkName) => {
  expect(problemsOf("dev", { deployment: { networkName } })).toEqual([
    `shop.environments.dev.networkName: got "${networkName}", ${DOCKER_RULE}`,
  ]);
});

describe("what exists once on a Docker engine", () => {
  it.each([
    ["container", { containerName: "shared" }, "shared"],
    ["network", { networkName: "shared" }, "shared"],
    ["volume", { dataVolumeName: "shared" }, "shared"],
    ["host port", { hostPort: 6379 }, "6379"],
  ])("a %s belongs to one stack", (what, deployment, name) => {
    expect(problemsOfTwo(deployment, deployment)).toEqual([
      `two.environments.dev: got ${what} "${name}", expected a ${what} that no other stack on the same Docker ` +
        "engine has; one-dev has it. Fix: give two-dev another one.",
    ]);
  });

  it("counts ports and names of the exporter", () => {
    expect(problemsOfTwo({ exporter: { hostPort: 9121 } }, { hostPort: 9121 })).toHaveLength(1);
    expect(problemsOfTwo({ exporter: { hostPort: 9121 } }, { networkName: "one-dev-metrics" })).toHaveLength(
      1,
    );
    expect(
      problemsOfTwo({ exporter: { hostPort: 9121 } }, { containerName: "one-dev-exporter" }),
    ).toHaveLength(1);
  });

  it("counts what one stack would take twice", () => {
    expect(problemsOf("dev", { deployment: { hostPort: 9121, exporter: { hostPort: 9121 } } })).toHaveLength(
      1,
    );
  });

  it.each(["shop-prod-secrets", "shop-prod-exporter-secrets"])("counts the volume %s", (dataVolumeName) => {
    expect(problemsOf("prod", { deployment: { dataVolumeName } })).toHaveLength(1);
  });

  it("lets a container, a network and a volume share a name", () => {
    const all = { containerName: "basket", networkName: "basket", dataVolumeName: "basket" };
    expect(problemsOf("dev", { deployment: all })).toEqual([]);
  });

  it("lets stacks on two Docker engines share a name", () => {
    const deployment = { memory: { maxmemory: "256 MiB" }, containerName: "shared" } as const;
    const services = [shop({ dev: deployment, prod: { ...deployment, exporter: "off" } })];
    const onOther = {
      ...environments,
      prod: { ...environments.prod, docker: { host: "ssh://deploy@other" } },
    };
    expect(readStacks({ template, today, services }).problems).toHaveLength(1);
    expect(readStacks({ template, today, services, environments: onOther }).problems).toEqual([]);
  });

  it("tells two services of one name", () => {
    const services = [shop(development({})), shop(development({}))];
    const problems = readStacks({ template, today, services }).problems.map(({ got }) => got);
    expect(problems).toContain('stack "shop-dev"');
  });
});
