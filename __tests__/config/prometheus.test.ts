import { gates } from "../../config/gates";
import { loadStacks, readStacks } from "../../config/load-stacks";
import type { Deployment } from "../../config/service";
import { formatProblem } from "../../core/problem";
import { problemsOf, shop, shopStack, template, today } from "../support/stack-fixtures";

const exporter = { hostPort: 9121 };
const prometheus = { hostPort: 9090 };
const problemsWith = (own: Partial<Deployment>) =>
  problemsOf("dev", { deployment: { exporter, prometheus, ...own } });

describe("the Prometheus of a stack", () => {
  it("is not there unless the service asks for it", () => {
    expect(shopStack("prod").props.prometheus).toBeUndefined();
    for (const { props } of loadStacks({ template, today })) {
      expect(props.prometheus).toBeUndefined();
    }
  });

  it("has its names from the stack, its image from the engine, and the rest by default", () => {
    const { props, decisions } = shopStack("prod", { deployment: { prometheus } });
    expect({ ...props.prometheus, retention: `${props.prometheus?.retention}` }).toEqual({
      containerName: "shop-prod-prometheus",
      image: "prom/prometheus:v3.13.2-busybox",
      hostPort: 9090,
      hostAddress: "127.0.0.1",
      volumeName: "shop-prod-prometheus",
      retention: "360 h",
    });
    expect(decisions.sourceOf("prometheus.hostPort")).toEqual({ kind: "service" });
    expect(decisions.sourceOf("prometheus.retention")).toEqual({ kind: "default" });
  });

  it("has what the service says", () => {
    const own = {
      ...prometheus,
      hostAddress: "::1",
      retention: "24 h",
      alertmanager: "alerts:9093",
    } as const;
    const { props } = shopStack("prod", { deployment: { prometheus: own } });
    expect({ ...props.prometheus, retention: `${props.prometheus?.retention}` }).toMatchObject(own);
  });

  it("needs an exporter", () => {
    const [problem, ...others] = problemsWith({ exporter: "off" });
    expect(others).toEqual([]);
    expect(problem).toBe(
      "shop.environments.dev.prometheus: got a Prometheus without an exporter, expected an exporter, which is what it reads. " +
        "Fix: write exporter: { hostPort: 9121 } with a free port, or leave prometheus out.",
    );
  });

  it("is not complained about where the exporter is that the environment asks for", () => {
    const services = [shop({ prod: { memory: { maxmemory: "64 MiB" }, prometheus } })];
    const { problems } = readStacks({ template, today, services });
    expect(problems.map(({ field }) => field)).toEqual(["shop.environments.prod.exporter"]);
  });

  it.each(["a:1", "alertmanager.example.com:9093", "192.0.2.7:65535", "[2001:db8::1]:80"])(
    "may send alerts to %s",
    (alertmanager) => {
      expect(problemsWith({ prometheus: { ...prometheus, alertmanager } })).toEqual([]);
    },
  );

  it.each([
    ...["", "host", ":9093", "host:0", "host:65536", "host:", "http://host:9093", "host:9093/", "a b:9093"],
    ...["user:password@host:9093", "2001:db8::1:80"],
  ])("may not send alerts to %j", (alertmanager) => {
    expect(problemsWith({ prometheus: { ...prometheus, alertmanager } })).toEqual([
      `shop.environments.dev.prometheus.alertmanager: got ${JSON.stringify(alertmanager)}, expected host:port, without ` +
        'http:// and without a path. Fix: write it as "alertmanager.example.com:9093", or leave it out.',
    ]);
  });

  it.each(["1 h", "87600 h"] as const)("may keep what it has measured for %s", (retention) => {
    expect(problemsWith({ prometheus: { ...prometheus, retention } })).toEqual([]);
  });

  it.each([
    ["3599 s", "3599 s", 'use "3600 s" or more'],
    ["315360001 s", "315360001 s", 'use "315360000 s" or less'],
    ["3600500 ms", "3600500 ms", 'write "3601 s"'],
  ] as const)("may not keep it for %s", (retention, got, fix) => {
    expect(problemsWith({ prometheus: { ...prometheus, retention } })).toEqual([
      `shop.environments.dev.prometheus.retention: got ${got}, expected whole seconds from 3600 s to 315360000 s. Fix: ${fix}.`,
    ]);
  });

  it.each([0, 65_536])("has no port %s", (hostPort) => {
    expect(problemsWith({ prometheus: { hostPort } })).toHaveLength(1);
  });

  it("has a port, a container and a volume that nothing else has", () => {
    expect(problemsWith({ prometheus: { hostPort: 9121 } })).toEqual([
      'shop.environments.dev: got host port "9121", expected a host port that no other stack on the same Docker engine ' +
        "has; shop-dev has it. Fix: give shop-dev another one.",
    ]);
    for (const own of [{ containerName: "shop-dev-prometheus" }, { dataVolumeName: "shop-dev-prometheus" }]) {
      expect(problemsWith(own)).toHaveLength(1);
    }
  });

  it("is no alias of the server", () => {
    expect(problemsWith({ aliases: ["shop-dev-prometheus"] })[0]).toMatch(
      /^shop\.environments\.dev\.aliases: got "shop-dev-prometheus", /,
    );
  });

  it("is refused in production when it is open to the network, and is not with a floating tag", () => {
    const own = { ...prometheus, hostAddress: "0.0.0.0" };
    const services = [shop({ prod: { memory: { maxmemory: "64 MiB" }, exporter, prometheus: own } })];
    const { problems } = readStacks({ template, today, services });
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^shop\.environments\.prod\.prometheus\.hostAddress: got "0\.0\.0\.0", expected an address/,
      ),
    ]);
    const stack = shopStack("prod", { deployment: { prometheus } });
    const gate = gates.find(({ id }) => id === "floating-tag");
    const { prometheus: values } = stack.props;
    if (values === undefined || gate === undefined) {
      throw new Error("no Prometheus, or no gate");
    }
    expect(gate.broken(stack, today)).toEqual([]);
    const floating = {
      ...stack,
      props: { ...stack.props, prometheus: { ...values, image: "prom/prometheus:latest" } },
    };
    expect(gate.broken(floating, today).map(({ field }) => field)).toEqual([
      "engines/redis-7.4.prometheusImage",
    ]);
  });
});
