import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { intactKeys, untilInAppendOnlyFile, writeKeys } from "../support/keys";
import { plannedActions, updatedAttributes } from "../support/plan-text";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** What people and daemons do to containers while Terraform is not looking. */
const CASES = [
  { what: "with a published port", service: devCache, environment: "dev" },
  { what: "with a password and no published port", service: sentraPortal, environment: "prod" },
] as const;

const KEYS = 1000;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

describe.each(CASES)("a stack $what", ({ service, environment }) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.deploySmall(scratch, service, environment);
    await writeKeys(stack, KEYS);
    await untilInAppendOnlyFile(stack);
  }, 120_000);

  it.each([
    ["docker kill", () => stack.container.kill()],
    ["docker stop", () => stack.container.stop()],
    ["docker rm -f", () => stack.container.remove({ force: true })],
  ])("is brought back with its data by the next deploy after %s", async (_, destroy) => {
    await destroy();
    await stack.apply();
    await stack.becomeHealthy();
    expect(await intactKeys(stack, KEYS)).toBe(KEYS);
    expect((await stack.plan()).isEmpty).toBe(true);
  });

  it("gets its memory limit back in place after docker update", async () => {
    const memory = stack.props.server.memoryLimit;
    const { Id } = await stack.container.inspect();
    await stack.container.update({ Memory: 512 * 1024 ** 2, MemorySwap: 512 * 1024 ** 2 });
    const { text } = await stack.plan();
    expect(plannedActions(text)).toEqual(["docker_container.redis will be updated in-place"]);
    expect(updatedAttributes(text)).toEqual([
      `memory = 512 -> ${memory.toMebibytes()}`,
      `memory_swap = 512 -> ${memory.toMebibytes()}`,
    ]);
    await stack.apply();
    const { Id: sameId, HostConfig } = await stack.container.inspect();
    expect(sameId).toBe(Id);
    expect(HostConfig.Memory).toBe(memory.toBytes());
    expect(HostConfig.MemorySwap).toBe(memory.toBytes());
  });
});
