import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { initSecrets } from "../../ops/stack-secrets";
import { eventually } from "../support/eventually";
import { freePorts } from "../support/free-ports";
import { writeKeys } from "../support/keys";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** The exporter beside a running server, scraped as Prometheus does. */

const memory = { maxmemory: "64 MiB" } as const;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

async function scrape(stack: TestStack): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${stack.props.exporter?.hostPort}/metrics`);
  return response.text();
}

/** Prometheus' own default. */
const SCRAPE_TIMEOUT_S = 10;

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const started = performance.now();
  return [await work(), (performance.now() - started) / 1000];
}

/** The exporter answers before it has reached Redis for the first time. */
function scrapeUntilUp(stack: TestStack): Promise<string> {
  return eventually(
    () => scrape(stack).catch(String),
    (metrics) => metrics.includes("\nredis_up 1\n"),
  );
}

describe("in production", () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = new TestStack(scratch, edited(await renamed(sentraPortal, "prod", scratch), { memory }));
    await initSecrets(scratch.docker, stack.props);
    await stack.deploy();
    await writeKeys(stack, 100);
    await scrapeUntilUp(stack);
  }, 120_000);

  it("logs in and shows memory, keys and policy of its server", async () => {
    const metrics = await scrape(stack);
    expect(metrics).toContain("\nredis_up 1\n");
    expect(metrics).toMatch(/^redis_memory_max_bytes 6\.7108864e\+07$/m);
    expect(metrics).toMatch(/^redis_db_keys\{db="db0"\} 100$/m);
    expect(metrics).toMatch(/^redis_instance_info\{.*maxmemory_policy="volatile-lru".*\} 1$/m);
    expect(metrics).toMatch(/^redis_commands_total\{cmd="set"\} 100$/m);
    expect(metrics).toMatch(/^redis_slowlog_length \d+$/m);
  });

  it("calls nothing that it may not call, over several scrapes", async () => {
    for (let count = 0; count < 5; count += 1) {
      await scrape(stack);
    }
    expect(await stack.redis("ACL", "LOG")).toBe("");
  });

  it("would be seen in ACL LOG if it did, and cannot read the password of others", async () => {
    const script =
      "REDISCLI_AUTH=$(cat /run/secrets/redis_exporter_password)" +
      " exec redis-cli --user exporter --no-auth-warning OPS_CONFIG GET requirepass";
    const { stdout } = await stack.exec("sh", "-c", script);
    expect(stdout).toMatch(/^NOPERM /);
    expect(await stack.redis("ACL", "LOG")).toContain("exporter");
  });

  it("has no privileges and no password in its environment", async () => {
    const name = stack.props.exporter?.containerName ?? "";
    const { Config, HostConfig } = await scratch.docker.getContainer(name).inspect();
    expect(Config.User).toBe("59000:59000");
    expect(HostConfig.ReadonlyRootfs).toBe(true);
    expect(HostConfig.CapDrop).toEqual(["ALL"]);
    expect(HostConfig.SecurityOpt).toEqual(["no-new-privileges:true"]);
    expect(Config.Env.filter((entry) => !entry.startsWith("PATH="))).toEqual([
      `REDIS_ADDR=redis://${stack.props.server.containerName}:6379`,
      "REDIS_EXPORTER_CONFIG_COMMAND=-",
      "REDIS_EXPORTER_CONNECTION_TIMEOUT=3s",
      "REDIS_PASSWORD_FILE=/run/secrets/redis_exporter_passwords.json",
      "REDIS_USER=exporter",
    ]);
  });

  it("says of a server that hangs that it is down, sooner than Prometheus gives up waiting", async () => {
    await stack.container.pause();
    const [metrics, seconds] = await timed(() => scrape(stack)).finally(() => stack.container.unpause());
    expect(metrics).toContain("\nredis_up 0\n");
    expect(seconds).toBeLessThan(SCRAPE_TIMEOUT_S);
    expect(await scrapeUntilUp(stack)).toContain("\nredis_up 1\n");
  });

  it("follows the server when it is replaced", async () => {
    await stack.container.remove({ force: true });
    await stack.apply();
    expect(await scrapeUntilUp(stack)).toContain("\nredis_up 1\n");
  });
});

it("works without a password in development, when a service asks for it", async () => {
  const service = await renamed(devCache, "dev", scratch);
  const [hostPort = 0] = await freePorts(1);
  const stack = new TestStack(scratch, edited(service, { memory, exporter: { hostPort } }));
  await stack.deploy();
  const metrics = await scrapeUntilUp(stack);
  expect(metrics).toContain("\nredis_up 1\n");
  expect(metrics).toMatch(/^redis_memory_max_bytes 6\.7108864e\+07$/m);
  expect((await stack.plan()).isEmpty).toBe(true);
});
