import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { Problem } from "../core/problem";

const run = promisify(execFile);

/** Oldest releases whose behaviour the stacks were checked with. */
const OLDEST = { Terraform: [1, 11], OpenTofu: [1, 8] } as const;

/** The Terraform binary to run: `TERRAFORM_BINARY_NAME` as cdktf reads it, else `terraform`. */
export function terraformBinary(): string {
  return process.env.TERRAFORM_BINARY_NAME || "terraform";
}

/** The environment for Terraform: a configuration file that is not there is not passed on. */
export function terraformEnvironment(): NodeJS.ProcessEnv {
  const { TF_CLI_CONFIG_FILE: configFile, ...rest } = process.env;
  return configFile !== undefined && existsSync(configFile)
    ? { ...rest, TF_CLI_CONFIG_FILE: configFile }
    : rest;
}

/** A problem when Terraform is missing or too old. */
export async function terraformProblem(): Promise<Problem | undefined> {
  const binary = terraformBinary();
  const expected = `Terraform ${OLDEST.Terraform.join(".")} or OpenTofu ${OLDEST.OpenTofu.join(".")}, or newer`;
  const fix = "install it, or set TERRAFORM_BINARY_NAME to where it is";
  try {
    const { stdout } = await run(binary, ["version"], {
      env: { ...terraformEnvironment(), CHECKPOINT_DISABLE: "1" },
    });
    const match = /^(Terraform|OpenTofu) v(\d+)\.(\d+)/m.exec(stdout);
    const [, product = "Terraform", major = "0", minor = "0"] = match ?? [];
    const [oldestMajor, oldestMinor] = product === "OpenTofu" ? OLDEST.OpenTofu : OLDEST.Terraform;
    const isNewEnough =
      Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
    return isNewEnough
      ? undefined
      : { field: "terraform", got: `${product} ${major}.${minor}`, expected, fix };
  } catch {
    return { field: "terraform", got: `no answer from ${JSON.stringify(binary)}`, expected, fix };
  }
}
