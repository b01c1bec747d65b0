import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../../config/service";
import { sentraPortal } from "../../config/services/sentra-portal";
import { initSecrets } from "../../ops/stack-secrets";
import { logsOf } from "../support/container-logs";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** `terraform apply` of production before anybody made its secrets. One story: refused, mended, deployed. */

let scratch: Scratch;
let service: Service;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  service = edited(await renamed(sentraPortal, "prod", scratch), { memory: { maxmemory: "64 MiB" } });
  stack = new TestStack(scratch, service);
  await stack.init();
});

afterAll(() => scratch.remove());

/** What never becomes healthy is waited for five seconds and not for two minutes. */
function waitShortly(): void {
  const file = join(stack.directory, "cdk.tf.json");
  const synthesized = JSON.parse(readFileSync(file, "utf8"));
  synthesized.resource.docker_container.redis.wait_timeout = 5;
  writeFileSync(file, JSON.stringify(synthesized));
}

it("fails, since the server never becomes healthy", async () => {
  waitShortly();
  const { exitCode, output } = await stack.terraform("apply", "-input=false", "-auto-approve");
  expect(exitCode).toBe(1);
  expect(output).toContain("docker_container.redis");
  stack.write(service);
});

it("says in the container's log what is missing and what to do, in one line, and never listened", async () => {
  const { stdout, stderr } = await logsOf(stack.container);
  expect(stdout).toBe("");
  expect([...new Set(stderr.trimEnd().split("\n"))]).toEqual([
    "redis-start: /run/secrets: got no usable redis_password redis_ops_password redis_backup_password redis_exporter_password, " +
      "expected every secret. Fix: run bin/redis-ops secrets init.",
  ]);
  expect((await stack.container.inspect()).State.ExitCode).toBe(78);
});

it("is deployed by the next apply once the secrets are there", async () => {
  await initSecrets(scratch.docker, stack.props);
  await stack.apply();
  await stack.becomeHealthy();
  expect((await stack.plan()).isEmpty).toBe(true);
});
