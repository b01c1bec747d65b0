import type { EnvironmentName } from "../../config/environments";
import { loadStacks } from "../../config/load-stacks";
import { initSecrets } from "../../ops/stack-secrets";
import {
  type ContainerFacts,
  containersOfStack,
  expectedContainers,
  redisConfOf,
} from "../support/container-facts";
import { diagnosed } from "../support/diagnosed";
import { comparable, expectedSettings } from "../support/expected-settings";
import { renamed } from "../support/renamed-service";
import { askedConfig, type RedisConfig, runningConfig } from "../support/running-config";
import { LAB_ENGINE, Scratch } from "../support/scratch";
import { template, today } from "../support/stack-fixtures";
import { TestStack } from "../support/test-stack";
import { bytesIn } from "../support/texts-with-units";

/** Every stack there is, deployed: what its service says, read from the running server and its container. */

const STACKS = loadStacks({ template, today, engine: LAB_ENGINE }).map(({ id, service, environment }) => ({
  id,
  service,
  environment: environment.name as EnvironmentName,
}));

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

describe.each(STACKS)("$id", ({ service, environment }) => {
  let stack: TestStack;
  let running: RedisConfig;
  let containers: Readonly<Record<string, ContainerFacts>>;

  beforeAll(async () => {
    stack = new TestStack(scratch, await renamed(service, environment, scratch));
    await initSecrets(scratch.docker, stack.props);
    await stack.deploy();
    running = await runningConfig(stack);
    containers = await containersOfStack(scratch.docker, stack.resolved.id);
  }, 120_000);

  it("is healthy when the deploy ends", async () => {
    expect((await stack.container.inspect()).State.Health?.Status).toBe("healthy");
  });

  it("has an empty second plan", async () => {
    const { isEmpty, text } = await stack.plan();
    expect(text).toContain("No changes.");
    expect(isEmpty).toBe(true);
  });

  it("runs with what its service file says, and with defaults where it says nothing", () => {
    const { resolved, props } = stack;
    const policy = { ...resolved.environment, name: environment };
    const { requirepass: _, ...said } = expectedSettings(
      { service, environment: policy, directives: [] },
      props,
    );
    const { maxmemory = "0 B" } = service.environments[environment]?.memory ?? {};
    const hasDefrag = service.activedefrag && resolved.engine.activeDefragmentation;
    expect(comparable(running.directives, Object.keys(said))).toEqual({
      ...said,
      maxmemory: `${bytesIn(maxmemory)}`,
      activedefrag: hasDefrag ? "yes" : "no",
    });
  });

  it("runs with every directive of its redis.conf, and lets in the users of it alone", () => {
    const asked = askedConfig(redisConfOf(stack.props));
    const names = Object.keys(asked.directives);
    expect({ directives: comparable(running.directives, names), users: running.users }).toEqual({
      directives: comparable(asked.directives, names),
      users: asked.users,
    });
  });

  it("knows renamed commands by their new names, and the disabled ones by none", async () => {
    const { disabledCommands, renamedCommands } = stack.props.server;
    const names = [...disabledCommands, ...Object.entries(renamedCommands).flat(), "GET"];
    const known: readonly unknown[] = JSON.parse(await stack.redis("--json", "COMMAND", "INFO", ...names));
    expect(names.filter((_, index) => known[index] !== null)).toEqual([
      ...Object.values(renamedCommands),
      "GET",
    ]);
  });

  it("has nothing wrong with it that diagnose would find", async () => {
    const { findings, exitCode } = await diagnosed(stack);
    const wrong = findings.filter(({ id }) => !id.startsWith("slow-commands/"));
    expect(wrong.map(({ id, saw }) => `${id}: ${saw}`)).toEqual([]);
    expect(exitCode).toBe(findings.length === 0 ? 0 : 1);
  });

  it("has the container that its values ask for", () => {
    const { containerName } = stack.props.server;
    expect(containers[containerName]).toEqual(expectedContainers(stack.resolved)[containerName]);
  });

  it("has no other containers but its exporter and its backup, where it has them, which are as they should be", () => {
    expect(containers).toEqual(expectedContainers(stack.resolved));
  });
});
