import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProjectCopy } from "../support/project-copy";
import { plainEnvironment } from "../support/run-program";
import { writeScript } from "../support/temporary-folder";

let copy: ProjectCopy;
beforeAll(async () => {
  copy = await ProjectCopy.make();
});
afterAll(() => copy.cleanUp());

/** Nothing on the engine, nothing synthesized, no state, and no lab. */
const expectNothingChanged = () => {
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
  for (const made of ["state", "cdktf.out", ".lab/decision"]) {
    expect(existsSync(join(copy.directory, made))).toBe(false);
  }
};

const problemsIn = (stderr: string) =>
  stderr
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim());

describe.each([["bin/up"], ["bin/plan"], ["bin/down"]])("%s", (program) => {
  test("refuses an unknown stack with the nearest name", async () => {
    const { exitCode, stdout, stderr } = await copy.run(program, ["dev-cache-dv"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(copy.rename('stack: got "dev-cache-dv", expected one of dev-cache-dev,'));
    expect(stderr).toContain(copy.rename('Fix: did you mean "dev-cache-dev"?'));
    expectNothingChanged();
  });

  test("shows its usage with examples and exit codes", async () => {
    for (const option of ["--help", "-h"]) {
      const { exitCode, stdout, stderr } = await copy.run(program, [option]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toMatch(
        new RegExp(`^Usage: ${program} (\\[--adopt\\] \\[--accept RULE\\]\\.\\.\\. )?\\[STACK\\]`),
      );
      expect(stdout).toContain("Examples:\n");
      expect(stdout).toContain("Exit codes: 0 ");
    }
    expectNothingChanged();
  });

  test("refuses an option that it does not have", async () => {
    const { exitCode, stdout, stderr } = await copy.run(program, ["--forced", "dev-cache-dev"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(
      'stack: got "--forced", expected the name of a stack. Fix: use one that bin/redis-ops',
    );
    expectNothingChanged();
  });
});

test("bin/up refuses --accept without a rule, and takes no option for one", async () => {
  const { exitCode, stdout, stderr } = await copy.run("bin/up", ["--accept", "--adopt", "--accept"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  const rest =
    "expected a rule that a person may decide. Fix: write --accept RULE, as bin/redis-ops preflight says it";
  expect(stderr.trimEnd().split("\n")).toEqual([
    `--accept: got "--adopt", ${rest}`,
    `--accept: got nothing, ${rest}`,
  ]);
  expectNothingChanged();
});

test("bin/up refuses an engine that cannot be started from here, and a Terraform that is too old", async () => {
  const old = writeScript(join(copy.directory, "old terraform"), "echo Terraform v1.5.0");
  const { exitCode, stdout, stderr } = await copy.run("bin/up", [], {
    env: plainEnvironment({ DOCKER_HOST: "unix:///nonexistent.sock", TERRAFORM_BINARY_NAME: old }),
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(problemsIn(stderr).map((line) => line.split(",")[0])).toEqual([
    "terraform: got Terraform 1.5",
    "docker: got no answer from unix:///nonexistent.sock",
  ]);
  expectNothingChanged();
});

test("all that is wrong is told in one run, each with a fix, and nothing is changed", async () => {
  copy.edit("config/services/dev-cache.ts", "hostPort: 6380", "hostPort: 70000");
  copy.edit("config/services/dev-cache.ts", '{ maxmemory: "128 MiB" }', '{ maxmemory: "-1 MiB" }');
  copy.edit(
    "config/services/sentra-portal.ts",
    '{ maxmemory: "2 GiB" }',
    '{ maxmemory: "2 GiB", limit: "2 GiB" }',
  );
  copy.edit(
    "config/services/sentra-portal.ts",
    'containerName: "sentra-redis"',
    'containerName: "sentra-portal-dev"',
  );
  copy.edit("redis.conf.tpl", "{{maxclients}}", "{{maxcliens}}");
  const files = ["config/services/dev-cache.ts", "config/services/sentra-portal.ts", "redis.conf.tpl"];
  const digest = () =>
    files.map((file) =>
      createHash("sha256")
        .update(readFileSync(join(copy.directory, copy.rename(file))))
        .digest("hex"),
    );
  const before = digest();

  const { exitCode, stdout, stderr } = await copy.run("bin/up", ["sentra-portal-prd", "dev-cache-dev"], {
    env: plainEnvironment({
      DOCKER_HOST: "unix:///nonexistent.sock",
      TERRAFORM_BINARY_NAME: "/nonexistent/terraform",
    }),
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toMatch(/^\d+ problems, nothing was changed$/);
  const problems = problemsIn(stderr);
  for (const problem of problems) {
    expect(problem).toMatch(/^.+: got .+, expected .+\. Fix: .+\.$/);
  }
  expect(problems.map((line) => line.split(": got ")[0])).toEqual(
    [
      "stack",
      "dev-cache.environments.dev.memory.maxmemory",
      "dev-cache.environments.dev.hostPort",
      "sentra-portal.environments.prod.memory.maxmemory",
      "sentra-portal.environments.prod",
      "redis.conf.tpl:10",
      "redis.conf.tpl",
      "terraform",
      "docker",
    ].map(copy.rename),
  );
  expect(digest()).toEqual(before);
  expectNothingChanged();
});
