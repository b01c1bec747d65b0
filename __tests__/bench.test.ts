import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { differences, readTexts } from "../bench/programs";
import { fieldsWithMistakes, inProjectOf } from "../bench/project";
import { plainEnvironment } from "./support/run-program";

describe("the bench", () => {
  it("compares the product with a bare program that writes the same stacks", () => {
    expect(differences(4, readTexts())).toEqual([]);
  });

  it("runs a project of a thousand service files, whose mistakes are all told in one run", () => {
    const { status, stdout, stderr } = inProjectOf(1000, "wrong", (cwd) =>
      spawnSync(join(cwd, "node_modules", ".bin", "tsx"), ["main.ts"], {
        cwd,
        env: plainEnvironment(),
        encoding: "utf8",
        maxBuffer: 64 * 1024 ** 2,
      }),
    );
    const expected = fieldsWithMistakes(1000);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    const [first, ...problems] = stderr.trimEnd().split("\n");
    expect(first).toBe(`${expected.length} problems, nothing was changed`);
    const fields = problems.map((problem) => problem.trim().replace(/: got .*$/, ""));
    expect(fields.sort()).toEqual([...expected].sort());
  });
});
