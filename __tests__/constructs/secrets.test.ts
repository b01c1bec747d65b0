import { loadStacks } from "../../config/load-stacks";
import { startScript, template, today } from "../support/stack-fixtures";
import { redisConfOf, synthStack } from "../support/synthesized-stack";

const stacks = loadStacks({ template, today }).map(({ id, props }) => [id, synthStack(id, props)] as const);

describe("what is deployed", () => {
  it.each(stacks)("holds no password of %s in its configuration, only the names of files", (_, stack) => {
    const lines = redisConfOf(stack).split("\n");
    const values = lines.filter((line) => /pass|auth/.test(line) && !line.startsWith("user "));
    expect(values.filter((line) => line !== 'requirepass "@secret:redis_password@"')).toEqual([]);
    // ACL rules that carry a password begin with one of these; a hash is safe only when it is made in the container.
    const rules = lines.filter((line) => line.startsWith("user ")).flatMap((line) => line.split(" "));
    const credentials = rules.filter((rule) => /^[><#!]/.test(rule));
    expect(credentials.filter((rule) => !/^#@sha256:redis_[a-z]+_password@$/.test(rule))).toEqual([]);
  });

  it.each(stacks)("gives no container of %s an environment variable with a password", (_, stack) => {
    const names = Object.values(stack.resource.docker_container)
      .flatMap(({ env = [] }) => env)
      .map((variable) => variable.split("=")[0]);
    const known = [
      "REDIS_ADDR",
      "REDIS_EXPORTER_CONFIG_COMMAND",
      "REDIS_EXPORTER_CONNECTION_TIMEOUT",
      "REDIS_PASSWORD_FILE",
      "REDIS_USER",
    ];
    expect(names.filter((name) => name === undefined || !known.includes(name))).toEqual([]);
  });

  it.each(stacks)("asks Terraform for no variable and shows no password in an output of %s", (_, stack) => {
    expect(stack).not.toHaveProperty("variable");
    const shown = Object.entries(stack.output).map(([name, { value }]) => `${name}=${value}`);
    expect(shown.filter((output) => /pass|secret|@/i.test(output))).toEqual([]);
  });

  it("has a start script that knows no secret and no name of one", () => {
    expect(startScript).not.toMatch(/redis_\w*password|requirepass|masterauth/);
    expect(startScript).not.toMatch(/[0-9a-f]{32}/i);
  });
});
