import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ProjectCopy } from "../support/project-copy";
import { plainEnvironment } from "../support/run-program";

// One story: cdktf by hand, beside bin/up.
jest.setTimeout(15 * 60_000);

let copy: ProjectCopy;
beforeAll(async () => {
  copy = await ProjectCopy.make();
  await copy.run("bin/lab", ["up"]);
});
afterAll(() => copy.cleanUp());

/** A line in a shell that the lab has been made known to, as bin/up tells its reader. */
const cdktf = async (line: string) => {
  const { exitCode, output } = await copy.shell(`eval "$(bin/lab env)" && npx cdktf ${line}`, {
    env: plainEnvironment({
      CDKTF_HOME: join(copy.directory, ".cdktf"),
      CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
    }),
  });
  return { exitCode, output: stripVTControlCharacters(output) };
};

test("cdktf deploy synthesizes and deploys a stack from nothing", async () => {
  const { exitCode, output } = await cdktf("deploy dev-cache-dev --auto-approve");
  expect(output).toContain("Apply complete! Resources: 3 added, 0 changed, 0 destroyed.");
  expect(output).toContain(copy.rename("url = redis://127.0.0.1:6380"));
  expect(exitCode).toBe(0);
});

test("bin/up finds nothing to change in what cdktf has deployed", async () => {
  const { exitCode, stderr } = await copy.run("bin/up");
  expect(stderr).toContain("terraform plan: no change");
  expect(exitCode).toBe(0);
});

test("cdktf diff shows what a changed service file will do", async () => {
  copy.edit("config/services/dev-cache.ts", '"128 MiB"', '"160 MiB"');
  const { exitCode, output } = await cdktf("diff dev-cache-dev");
  expect(output).toContain("Plan: 1 to add, 0 to change, 1 to destroy.");
  expect(exitCode).toBe(0);
});

test("cdktf destroy removes it all", async () => {
  const { exitCode, output } = await cdktf("destroy dev-cache-dev --auto-approve");
  expect(output).toContain("Destroy complete! Resources: 3 destroyed.");
  expect(exitCode).toBe(0);
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
});
