import { loadStacks, selectStacks } from "../../config/load-stacks";
import { formatProblem } from "../../core/problem";
import { services } from "../support/fixture-services";
import { template, today } from "../support/stack-fixtures";

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
});
