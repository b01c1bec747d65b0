import { writeFileSync } from "node:fs";
import { terraformBinary, terraformEnvironment, terraformProblem } from "../../ops/terraform";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { temporaryFolder, writeScript } from "../support/temporary-folder";

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

/** Puts a program in the place of Terraform that answers `version` with these lines. */
const answering = (lines: string) => {
  process.env.TERRAFORM_BINARY_NAME = writeScript(
    inFolder("terraform"),
    `[ "$*" = version ] || exit 1\ncat <<'END'\n${lines}\nEND`,
  );
};

describe("a release is taken", () => {
  test.each([
    ["Terraform v1.11.0"],
    ["Terraform v1.12.3"],
    ["Terraform v2.0.0"],
    ["Terraform v1.11.4\non linux_amd64\n\nYour version of Terraform is out of date!"],
    ["OpenTofu v1.8.0"],
    ["OpenTofu v1.10.2"],
  ])("%s", async (lines) => {
    answering(lines);
    expect(await terraformProblem()).toBeUndefined();
  });
});

describe("a release is refused", () => {
  test.each([
    ["Terraform v1.10.9", "Terraform 1.10"],
    ["Terraform v0.15.0", "Terraform 0.15"],
    ["OpenTofu v1.7.9", "OpenTofu 1.7"],
    ["something else", "Terraform 0.0"],
  ])("%s", async (lines, got) => {
    answering(lines);
    expect(await terraformProblem()).toEqual({
      field: "terraform",
      got,
      expected: "Terraform 1.11 or OpenTofu 1.8, or newer",
      fix: "install it, or set TERRAFORM_BINARY_NAME to where it is",
    });
  });
});

test("a program that fails is no Terraform", async () => {
  process.env.TERRAFORM_BINARY_NAME = writeScript(inFolder("broken"), "exit 1");
  expect(await terraformProblem()).toMatchObject({ got: `no answer from "${inFolder("broken")}"` });
});

test("TERRAFORM_BINARY_NAME names the program, and terraform is the one when it is empty or not set", () => {
  expect(terraformBinary()).toBe("terraform");
  process.env.TERRAFORM_BINARY_NAME = "";
  expect(terraformBinary()).toBe("terraform");
  process.env.TERRAFORM_BINARY_NAME = "/opt/tofu";
  expect(terraformBinary()).toBe("/opt/tofu");
});

test("a TF_CLI_CONFIG_FILE that points to nothing is not passed on, and everything else is", () => {
  process.env.TF_CLI_CONFIG_FILE = inFolder("nothing.tfrc");
  process.env.TF_LOG = "WARN";
  expect(terraformEnvironment()).toEqual({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TF_LOG: "WARN",
  });
});

test("a TF_CLI_CONFIG_FILE that exists is passed on", () => {
  process.env.TF_CLI_CONFIG_FILE = inFolder("real.tfrc");
  writeFileSync(inFolder("real.tfrc"), "");
  expect(terraformEnvironment()).toMatchObject({ TF_CLI_CONFIG_FILE: inFolder("real.tfrc") });
});

test("Terraform is asked for its version without the configuration file that points to nothing, and calls nobody", async () => {
  process.env.TF_CLI_CONFIG_FILE = inFolder("nothing.tfrc");
  process.env.TERRAFORM_BINARY_NAME = writeScript(
    inFolder("strict"),
    '[ -z "$TF_CLI_CONFIG_FILE" ] && [ "$CHECKPOINT_DISABLE" = 1 ] && echo "Terraform v1.11.0"',
  );
  expect(await terraformProblem()).toBeUndefined();
});
