import { type Engine, engines } from "../../config/engines";
import { gateOf, withServer } from "../support/gate-trials";
import { shopStack, today } from "../support/stack-fixtures";

describe("floating-tag", () => {
  const { broken } = gateOf("floating-tag");
  const isBroken = (image: string) => broken(withServer(shopStack("dev"), { image }), today).length > 0;

  it.each([
    "redis",
    "redis:latest",
    "redis:alpine",
    "redis:7",
    "redis:7.4",
    "redis:7.4-alpine",
    "registry.example:5000/redis",
    "redis@sha256:0123",
  ])("refuses %s", (image) => {
    expect(isBroken(image)).toBe(true);
  });

  it.each([
    "redis:7.4.11",
    "redis:7.4.11-alpine3.22",
    "registry.example:5000/base/redis:7.2.16",
    "oliver006/redis_exporter:v1.88.0",
    `redis@sha256:${"0af".repeat(21)}0`,
    `redis:7@sha256:${"0af".repeat(21)}0`,
  ])("takes %s", (image) => {
    expect(isBroken(image)).toBe(false);
  });

  it("looks at the exporter's image too", () => {
    const stack = shopStack("prod");
    const { exporter } = stack.props;
    if (exporter === undefined) {
      throw new Error("no exporter");
    }
    const floating = {
      ...stack,
      props: { ...stack.props, exporter: { ...exporter, image: "exporter:latest" } },
    };
    expect(broken(floating, today).map(({ field }) => field)).toEqual(["engines/redis-7.4.exporterImage"]);
  });

  it("leaves out images that are built on the machine, which nothing pulls", () => {
    const stack = shopStack("prod", { engine: "debian-7.0.15" });
    expect(stack.props.exporter?.image).toBe("redis-on-docker-lab/redis_exporter:distribution");
    expect(broken(stack, today)).toEqual([]);
  });
});

it.each(Object.entries<Engine>(engines))("%s ends on a day that there is, or on none", (_, { endOfLife }) => {
  const day = endOfLife ?? "2028-06-30";
  expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day);
});
