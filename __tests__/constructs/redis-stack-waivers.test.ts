import type { Waiver } from "../../config/service";
import { containerOf, labelOf, synthShop } from "../support/synthesized-stack";

const restart: Waiver = {
  rule: "restart",
  reason: `the shop's own supervisor starts it, \${this} and %{that}`,
  expires: "2027-03-31",
};
const metrics: Waiver = { rule: "metrics", reason: "measured by the agent", expires: "2027-01-31" };

const LABEL = "redis-on-docker.waivers";

const synth = (waivers: readonly Waiver[]) => {
  const exporter = { hostPort: 9121, hostAddress: "0.0.0.0" };
  return synthShop("prod", {
    service: { restart: "on-failure" },
    deployment: { exporter, waivers: [...waivers, port] },
  });
};

const port: Waiver = { rule: "published-port", reason: "read by another host", expires: "2027-02-28" };

describe("the waivers of a stack", () => {
  it("are a label of the server: the rules in order, and nothing else of them", () => {
    const stack = synth([restart]);
    expect(labelOf(containerOf(stack), LABEL)).toBe("published-port restart");
    expect(labelOf(containerOf(stack, "redis_exporter"), LABEL)).toBeUndefined();
  });

  it("are an output with why and until when, in order, as Terraform takes a text", () => {
    expect(synth([restart]).output.waivers).toEqual({
      value: [
        { rule: "published-port", reason: "read by another host", expires: "2027-02-28" },
        {
          rule: "restart",
          reason: `the shop's own supervisor starts it, $\${this} and %%{that}`,
          expires: "2027-03-31",
        },
      ],
    });
  });

  it("change nothing but the output when one is given more time or another reason", () => {
    const before = synth([restart]);
    const after = synth([{ ...restart, reason: "agreed again with the shop", expires: "2027-06-30" }]);
    expect(after.resource).toEqual(before.resource);
    expect(after.output.waivers).not.toEqual(before.output.waivers);
  });

  it("are the same in whatever order they are written", () => {
    const environment = { exporter: "off" } as const;
    const inOrder = (waivers: readonly Waiver[]) =>
      synthShop("prod", {
        environment,
        service: { restart: "on-failure" },
        deployment: { exporter: "off", waivers },
      });
    expect(inOrder([metrics, restart])).toEqual(inOrder([restart, metrics]));
  });

  it("leave no trace where there is none", () => {
    const stack = synthShop("prod", { deployment: { waivers: [] } });
    expect(JSON.stringify(stack)).not.toContain("waivers");
    expect(stack).toEqual(synthShop("prod"));
  });
});
