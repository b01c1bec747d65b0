import { loadStacks, readStacks, selectStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { formatProblem } from "../../core/problem";
import { services } from "../support/fixture-services";
import { shop, template, today, unchecked } from "../support/stack-fixtures";

function select(...ids: string[]) {
  const { selected, problems } = selectStacks(loadStacks({ template, today, services }), ids);
  return { selected: selected.map(({ id }) => id), problems: problems.map(formatProblem) };
}

const expected = "expected one of cache-dev, shop-dev, shop-prod";

describe("selectStacks", () => {
  it("selects every stack when none is named", () => {
    expect(select()).toEqual({
      selected: ["cache-dev", "shop-dev", "shop-prod"],
      problems: [],
    });
  });

  it("selects those named", () => {
    expect(select("shop-prod")).toEqual({ selected: ["shop-prod"], problems: [] });
  });

  it("suggests the nearest name for an unknown one", () => {
    expect(select("shop-prd").problems).toEqual([
      `stack: got "shop-prd", ${expected}. Fix: did you mean "shop-prod"? Use that name.`,
    ]);
  });

  it("reports every unknown name and still selects the known ones", () => {
    expect(select("nowhere", "cache-dev", "elsewhere")).toEqual({
      selected: ["cache-dev"],
      problems: [
        `stack: got "nowhere", ${expected}. Fix: use one of cache-dev, shop-dev, shop-prod.`,
        `stack: got "elsewhere", ${expected}. Fix: use one of cache-dev, shop-dev, shop-prod.`,
      ],
    });
  });

  it("does not call a stack unknown whose service cannot be read, and is told", () => {
    const broken = unchecked<Service>({ ...shop({}), name: "desk", stores: undefined });
    const { stacks, problems } = readStacks({ template, today, services: [...services, broken] });
    expect(problems.map(({ field }) => field)).toContain("desk.stores");
    expect(selectStacks(stacks, ["desk-dev"], problems).problems).toEqual([]);
    expect(selectStacks(stacks, ["shop-prd", "des-dev"], problems).problems).toHaveLength(2);
  });
});
