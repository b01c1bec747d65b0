import { loadStacks, selectStacks } from "../../config/load-stacks";
import { formatProblem } from "../../core/problem";
import { template } from "../support/stack-fixtures";

function select(...ids: string[]) {
  const { selected, problems } = selectStacks(loadStacks({ template }), ids);
  return { selected: selected.map(({ id }) => id), problems: problems.map(formatProblem) };
}

const expected = "expected one of dev-cache-dev, sentra-portal-dev, sentra-portal-prod";

describe("selectStacks", () => {
  it("selects every stack when none is named", () => {
    expect(select()).toEqual({
      selected: ["dev-cache-dev", "sentra-portal-dev", "sentra-portal-prod"],
      problems: [],
    });
  });

  it("selects those named", () => {
    expect(select("sentra-portal-prod")).toEqual({ selected: ["sentra-portal-prod"], problems: [] });
  });

  it("suggests the nearest name for an unknown one", () => {
    expect(select("sentra-portal-prd").problems).toEqual([
      `stack: got "sentra-portal-prd", ${expected}. Fix: did you mean "sentra-portal-prod"? Use that name.`,
    ]);
  });

  it("reports every unknown name and still selects the known ones", () => {
    expect(select("nowhere", "dev-cache-dev", "elsewhere")).toEqual({
      selected: ["dev-cache-dev"],
      problems: [
        `stack: got "nowhere", ${expected}. Fix: use one of dev-cache-dev, sentra-portal-dev, sentra-portal-prod.`,
        `stack: got "elsewhere", ${expected}. Fix: use one of dev-cache-dev, sentra-portal-dev, sentra-portal-prod.`,
      ],
    });
  });
});
