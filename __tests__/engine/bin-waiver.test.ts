import { ProjectCopy } from "../support/project-copy";

let copy: ProjectCopy;

beforeAll(async () => {
  copy = await ProjectCopy.make();
});
afterAll(() => copy.cleanUp());

const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test("bin/plan tells a waiver, and Terraform's plan shows it as label and output", async () => {
  const expires = dayFromNow(30);
  copy.edit(
    "config/services/dev-cache.ts",
    "hostPort: 6380,",
    `hostPort: 6380, hostAddress: "0.0.0.0",
      waivers: [{ rule: "published-port", reason: "shown to the team on its own network", expires: "${expires}" }],`,
  );
  const { exitCode, stdout, stderr } = await copy.run("bin/plan", ["dev-cache-dev"]);
  const stack = copy.rename("dev-cache-dev");
  expect(stderr).toContain(
    `    ${stack}: waived until ${expires}: published-port: shown to the team on its own network\n`,
  );
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/redis-on-docker\.waivers"\n *\+ value += "published-port"/),
  });
  expect(stdout).toMatch(/\+ waivers += \[\n/);
  expect(stdout).toContain(
    "  output.waivers: create: gates that this stack may break, and until when\n" +
      `      published-port until ${expires}: shown to the team on its own network (new)\n`,
  );
}, 600_000);

test("bin/plan refuses a waiver that has ended, before anything is planned", async () => {
  copy.edit("config/services/dev-cache.ts", dayFromNow(30), dayFromNow(-2));
  const { exitCode, stdout, stderr } = await copy.run("bin/plan", ["dev-cache-dev"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(
    `${copy.rename("dev-cache")}.environments.dev.waivers[0].expires: got "${dayFromNow(-2)}"`,
  );
}, 600_000);
