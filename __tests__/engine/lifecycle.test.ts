import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import type { SizeText } from "../../core/size";
import { initSecrets } from "../../ops/stack-secrets";
import { intactKeys, writeKeys } from "../support/keys";
import { changedDirectives, plannedActions, replacementReasons } from "../support/plan-text";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** From the first deploy through two edits. Each test goes on where the one before it stopped. */
interface Case {
  readonly id: string;
  readonly service: Service;
  readonly environment: "dev" | "prod";
  readonly before: SizeText;
  readonly after: SizeText;
}

const CASES: readonly Case[] = [
  { id: "dev-cache-dev", service: devCache, environment: "dev", before: "128 MiB", after: "160 MiB" },
  { id: "sentra-portal-prod", service: sentraPortal, environment: "prod", before: "2 GiB", after: "3 GiB" },
];

const KEYS = 10_000;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

describe.each(CASES)("$id", ({ service: original, environment, before, after }) => {
  let service: Service;
  let stack: TestStack;

  const health = async () => (await stack.container.inspect()).State.Health?.Status;
  const healthcheck = async () => (await stack.container.inspect()).Config.Healthcheck;

  beforeAll(async () => {
    // Given, it does not follow from maxmemory.
    service = { ...(await renamed(original, environment, scratch)), maxclients: 1000 };
    stack = new TestStack(scratch, service);
    await initSecrets(scratch.docker, stack.props);
    await stack.deploy();
  }, 120_000);

  it("takes 10,000 keys", async () => {
    await writeKeys(stack, KEYS);
    expect(await intactKeys(stack, KEYS)).toBe(KEYS);
  });

  it("plans an edited maxmemory as that one directive, and says that it forces the replacement", async () => {
    service = edited(service, { memory: { maxmemory: after } });
    stack.write(service);
    const { text } = await stack.plan();
    expect(changedDirectives(text)).toEqual([`- maxmemory ${conf(before)}`, `+ maxmemory ${conf(after)}`]);
    expect(replacementReasons(text)).toEqual(["command"]);
    // The backup leaves as much room on the disk, and says which configuration it is of.
    const backup = environment === "prod" ? ["docker_container.redis_backup must be replaced"] : [];
    expect(plannedActions(text)).toEqual(["docker_container.redis must be replaced", ...backup]);
  });

  it("has the new maxmemory and all 10,000 keys after the apply", async () => {
    await stack.apply();
    expect(await stack.redis("INFO", "memory")).toContain(`\nmaxmemory:${bytes(after)}\r\n`);
    expect(await intactKeys(stack, KEYS)).toBe(KEYS);
  });

  it("plans an edited healthcheck as a replacement, since the provider would not apply it in place", async () => {
    service = { ...service, healthcheck: { interval: "2 s", timeout: "4 s", retries: 5 } };
    stack.write(service);
    const { text } = await stack.plan();
    expect(changedDirectives(text)).toEqual([]);
    expect(replacementReasons(text)).toEqual(["labels"]);
    expect(plannedActions(text)).toEqual(["docker_container.redis must be replaced"]);
  });

  it("runs with the new healthcheck after the apply", async () => {
    await stack.apply();
    expect(await healthcheck()).toMatchObject({ Interval: 2e9, Timeout: 4e9, Retries: 5, StartPeriod: 60e9 });
    expect(await health()).toBe("healthy");
  });

  it("has kept every key and has an empty plan again", async () => {
    expect(await intactKeys(stack, KEYS)).toBe(KEYS);
    expect((await stack.plan()).isEmpty).toBe(true);
  });
});

const bytes = (size: SizeText) => Number.parseInt(size, 10) * (size.endsWith("GiB") ? 1024 ** 3 : 1024 ** 2);
const conf = (size: SizeText) => size.replace(" GiB", "gb").replace(" MiB", "mb");
