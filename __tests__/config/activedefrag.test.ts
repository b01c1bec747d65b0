import { engines } from "../../config/engines";
import { problemsOf, shopStack } from "../support/stack-fixtures";

const WITHOUT = "debian-7.0.15";
const wanted = { activedefrag: true } as const;

describe("active defragmentation", () => {
  it("is off unless the service asks for it", () => {
    const { props, decisions } = shopStack("dev");
    expect(props.server.activedefrag).toBe(false);
    expect(decisions.sourceOf("server.activedefrag")).toEqual({ kind: "default" });
  });

  it.each(["redis-7.2", "redis-7.4"] as const)("is on with %s, which is built for it", (engine) => {
    const { props, decisions } = shopStack("dev", { service: { ...wanted, engine } });
    expect(props.server.activedefrag).toBe(true);
    expect(decisions.sourceOf("server.activedefrag")).toEqual({ kind: "service" });
  });

  it("is refused where the service itself names an engine that would not start with it", () => {
    expect(problemsOf("dev", { service: { ...wanted, engine: WITHOUT } })).toEqual([
      `shop.activedefrag: got true, expected false, since ${WITHOUT} is built without the allocator that it needs and ` +
        "would not start. Fix: leave it out, or choose another engine.",
    ]);
  });

  it("is left out where REDIS_ENGINE names such an engine, and says so", () => {
    const { props, decisions } = shopStack("dev", { service: wanted, engine: WITHOUT });
    expect(props.server.activedefrag).toBe(false);
    expect(decisions.sourceOf("server.activedefrag")).toEqual({
      kind: "REDIS_ENGINE",
      note: `${WITHOUT} cannot defragment while it runs`,
    });
  });

  it.each(Object.keys(engines) as (keyof typeof engines)[])("may be switched off with %s", (engine) => {
    const { props, decisions } = shopStack("dev", { service: { activedefrag: false, engine } });
    expect(props.server.activedefrag).toBe(false);
    expect(decisions.sourceOf("server.activedefrag")).toEqual({ kind: "service" });
  });
});
