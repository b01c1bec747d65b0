import { formatProblem } from "../../core/problem";
import { sourceProblems } from "../../core/source-problems";

const problems = (error: unknown) => sourceProblems(error, "/project").map(formatProblem);

/** An error as tsx throws it. */
function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

describe("the text of a file that cannot be loaded", () => {
  it("is told with its line, each place that the compiler found", () => {
    const message =
      "Transform failed with 2 errors:\n" +
      '/project/config/services/shop.ts:26:0: ERROR: Expected "}" but found end of file\n' +
      '/project/config/services/desk.ts:3:10: ERROR: Unexpected ";"';
    expect(problems(named("TransformError", message))).toEqual([
      'config/services/shop.ts:26: got "Expected \\"}\\" but found end of file", expected TypeScript that can be read. ' +
        "Fix: correct this line or the one before; often a brace, a comma or a quote is missing.",
      'config/services/desk.ts:3: got "Unexpected \\";\\"", expected TypeScript that can be read. ' +
        "Fix: correct this line or the one before; often a brace, a comma or a quote is missing.",
    ]);
  });

  it.each([
    [
      "a stack of importers",
      "Cannot find module './shop'",
      { requireStack: ["/project/config/services/index.ts"] },
    ],
    [
      "the importer in the message",
      "Cannot find module './shop' imported from /project/config/services/index.ts",
      {},
    ],
  ])("is told where it imports a file that is not there: %s", (_, message, more) => {
    expect(problems(named("Error", message, more))).toEqual([
      'config/services/index.ts: got an import of "./shop", expected a file that there is. ' +
        "Fix: correct the name, or remove the import and what uses it.",
    ]);
  });

  it.each([
    ["a package is not installed", "Cannot find module 'zod'", { requireStack: ["/project/ops/main.ts"] }],
    ["nobody is known to import it", "Cannot find module './shop'", {}],
    ["it is another error", "shop is not defined", {}],
  ])("is no bad input where %s", (_, message, more) => {
    expect(problems(named("Error", message, more))).toEqual([]);
    expect(problems(message)).toEqual([]);
  });
});
