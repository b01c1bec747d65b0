import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { initSecrets } from "../../ops/stack-secrets";
import { intactKeys, writeKeys } from "../support/keys";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** `terraform destroy`, typed into the folder of a stack. */

const DESTROY = ["destroy", "-auto-approve", "-input=false"] as const;
const memory = { maxmemory: "64 MiB" } as const;

let scratch: Scratch;

beforeEach(async () => {
  scratch = await Scratch.create();
});

afterEach(() => scratch.remove());

it("refuses to destroy a production stack because of its volumes, and removes nothing", async () => {
  const stack = new TestStack(scratch, edited(await renamed(sentraPortal, "prod", scratch), { memory }));
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  await writeKeys(stack, 100);
  const before = await scratch.inEngine();

  const { exitCode, output } = await stack.terraform(...DESTROY);

  expect(exitCode).toBe(1);
  for (const volume of [
    "redis_data",
    "redis_secrets",
    "redis_backups",
    "backup_secrets",
    "exporter_secrets",
  ]) {
    expect(output).toMatch(new RegExp(`docker_volume\\.${volume}.*lifecycle\\.prevent_destroy`, "s"));
  }
  expect(await scratch.inEngine()).toEqual(before);
  expect(await intactKeys(stack, 100)).toBe(100);
});

it("removes everything of a development stack, its volume included", async () => {
  const stack = new TestStack(scratch, edited(await renamed(devCache, "dev", scratch), { memory }));
  await stack.deploy();
  expect(await scratch.inEngine()).toEqual([
    `container ${scratch.prefix}-app_dev_redis_cache`,
    `network ${scratch.prefix}-dev-network`,
    `volume ${scratch.prefix}-redis_data`,
  ]);

  const { exitCode } = await stack.terraform(...DESTROY);

  expect(exitCode).toBe(0);
  expect(await scratch.inEngine()).toEqual([]);
});
