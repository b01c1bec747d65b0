import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ProjectCopy } from "../support/project-copy";

/** The way back after a lost state file, and the way in for what was there before. */

let copy: ProjectCopy;

beforeAll(async () => {
  copy = await ProjectCopy.make();
}, 120_000);

afterAll(() => copy.cleanUp());

const run = (line: string) => copy.shell(line);
const stack = () => copy.rename("dev-cache-dev");
const container = () => copy.rename("app_dev_redis_cache");
const redis = async (command: string) =>
  (await run(`docker exec ${container()} redis-cli ${command}`)).stdout.trim();

it("deploys, and takes a key", async () => {
  expect((await run("bin/up")).exitCode).toBe(0);
  expect(await redis("SET kept yes")).toBe("OK");
}, 120_000);

it("refuses to go on without its state, names everything that is there, and changes nothing", async () => {
  const state = join(copy.directory, "state", `${stack()}.tfstate`);
  expect(existsSync(state)).toBe(true);
  renameSync(state, `${state}.lost`);
  rmSync(`${state}.backup`, { force: true });
  const { exitCode, stderr } = await run("bin/up");
  expect(exitCode).toBe(2);
  for (const [address, name] of [
    ["docker_volume.redis_data", "redis_data"],
    ["docker_network.network", "dev-network"],
    ["docker_container.redis", "app_dev_redis_cache"],
  ] as const) {
    expect(stderr).toContain(
      `${stack()} ${address}: got "${copy.rename(name)}", which exists and is not in Terraform's state, expected nothing ` +
        `of that name. Fix: take it over by bin/up --adopt ${stack()}, or rename or remove it`,
    );
  }
  expect(existsSync(state)).toBe(false);
  expect(await redis("GET kept")).toBe("yes");
}, 120_000);

it("takes everything over with --adopt, and has the data", async () => {
  const { exitCode, stderr } = await run(`bin/up --adopt ${stack()}`);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await redis("GET kept")).toBe("yes");
}, 120_000);

it("has nothing left to do after that, and does not let the caller's TF_ variables decide", async () => {
  const hostile = "TF_WORKSPACE=other TF_CLI_ARGS_plan=-destroy TF_DATA_DIR=elsewhere";
  const { exitCode, stderr } = await run(`${hostile} bin/up`);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stderr).toContain("terraform plan: no change");
  expect(await redis("GET kept")).toBe("yes");
}, 120_000);

it("does not take over a container whose data is elsewhere", async () => {
  expect((await run("bin/down")).exitCode).toBe(0);
  const elsewhere = `${copy.prefix}-elsewhere`;
  await run(
    `docker run -d --name ${container()} -v ${elsewhere}:/data redis-on-docker-lab/redis:7.0.15 redis-server`,
  );
  const { exitCode, stderr } = await run(`bin/up --adopt ${stack()}`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`keeps its data in ${elsewhere}, not in volume ${copy.rename("redis_data")}`);
  expect(await redis("PING")).toBe("PONG");
}, 120_000);

it.each(['bin/down ""', "bin/up --json", "bin/plan --", "bin/down dev-cache-dev --without-secrets"])(
  "%s is refused, since it names no stack",
  async (line) => {
    const { exitCode, stderr } = await run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("expected the name of a stack. Fix: use one that bin/redis-ops stacks lists");
    expect(await redis("PING")).toBe("PONG");
  },
);
