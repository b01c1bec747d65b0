import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { intactKeys, writeKeys } from "../support/keys";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** With save points alone, all that keeps the last writes is the snapshot that Redis writes on SIGTERM. */

const KEYS = 5000;

let scratch: Scratch;
let service: Service;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  service = {
    ...edited(await renamed(devCache, "dev", scratch), { memory: { maxmemory: "64 MiB" } }),
    persistence: { appendonly: false, save: [{ after: "1 h", changes: 1 }] },
  };
  stack = new TestStack(scratch, service);
  await stack.deploy();
}, 120_000);

afterAll(() => scratch.remove());

const containerId = async () => (await stack.container.inspect()).Id;

it("loses nothing when a deploy replaces the container", async () => {
  await writeKeys(stack, KEYS);
  const before = await containerId();
  stack.write({ ...service, slowlogMaxLen: 1000 });
  await stack.apply();
  expect(await containerId()).not.toBe(before);
  expect(await intactKeys(stack, KEYS)).toBe(KEYS);
});

it("loses nothing when the container is stopped as docker stop does it", async () => {
  await stack.redis("FLUSHALL");
  await writeKeys(stack, KEYS);
  await stack.container.stop();
  await stack.container.start();
  await stack.becomeHealthy();
  expect(await intactKeys(stack, KEYS)).toBe(KEYS);
});

it("loses everything when it is stopped by hand without that time", async () => {
  await stack.redis("FLUSHALL");
  await stack.redis("SAVE");
  // Such a snapshot takes longer than the moment between the two signals.
  await stack.redis("SETRANGE", "filler", `${40 * 1024 ** 2}`, "x");
  await writeKeys(stack, KEYS);
  await stack.container.stop({ t: 0 });
  await stack.container.start();
  await stack.becomeHealthy();
  expect(await intactKeys(stack, KEYS)).toBe(0);
});
