import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildNextImage, NEXT_LAB_ENGINE, NEXT_LAB_IMAGE } from "../support/next-engine";
import { ProjectCopy } from "../support/project-copy";
import { type ProgramResult, plainEnvironment } from "../support/run-program";
import { LAB_ENGINE, LAB_IMAGE } from "../support/scratch";

// One story: a stack moves to the next engine, cannot come back by itself, and comes back by the way that was printed.
jest.setTimeout(10 * 60_000);

const STACK = "dev-cache-dev";

let copy: ProjectCopy;

beforeAll(async () => {
  await buildNextImage();
  copy = await ProjectCopy.make();
  copy.edit("config/services/dev-cache.ts", 'engine: "redis-7.4"', `engine: "${LAB_ENGINE}"`);
  const up = await copy.run("bin/up", [STACK]);
  expect(up).toMatchObject({ exitCode: 0 });
});
afterAll(() => copy.cleanUp());

const docker = (...argv: readonly string[]) =>
  execFileSync("docker", argv.map(copy.rename), {
    encoding: "utf8",
    stdio: "pipe",
    env: plainEnvironment(),
  }).trim();
const redis = (...argv: readonly string[]) => docker("exec", "app_dev_redis_cache", "redis-cli", ...argv);
const version = () => /^redis_version:(\S+)/m.exec(redis("INFO", "server"))?.[1];
const serviceFile = () =>
  readFileSync(join(copy.directory, copy.rename("config/services/dev-cache.ts")), "utf8");
const containerId = () => docker("inspect", "--format", "{{.Id}}", "app_dev_redis_cache");

/** Commands that a program printed to be run by hand, and the edit of a file among them. */
async function follow({ stderr }: ProgramResult): Promise<void> {
  const [, steps = ""] = /The way back.*\n((?: {2}.*\n)+)/.exec(stderr) ?? [];
  const lines = steps.trim().split("\n");
  expect(lines).toHaveLength(4);
  for (const line of lines.map((text) => text.trim())) {
    const [, engine, path] = /^write engine: "(.*)" in (.*)$/.exec(line) ?? [];
    if (engine !== undefined && path !== undefined) {
      const file = join(copy.directory, path);
      writeFileSync(file, readFileSync(file, "utf8").replace(NEXT_LAB_ENGINE, engine));
      continue;
    }
    const command = line.startsWith("bin/redis-ops restore") ? `${line} --yes` : line;
    expect(await copy.shell(command)).toMatchObject({ exitCode: 0 });
  }
}

let upgraded: ProgramResult;

test("an upgrade that nobody said yes to, or that leads nowhere, changes nothing", async () => {
  const before = [serviceFile(), containerId()];
  const refused = await copy.run("bin/redis-ops", ["upgrade", STACK, "--to", "debian-8.0.3"]);
  expect(refused.stderr).toContain("2 problems, nothing was changed");
  expect(refused.stderr).toContain("--yes: got no terminal to ask on, expected a yes");
  expect(refused.stderr).toContain(
    '--to: got "debian-8.0.3", expected the name of an engine in config/engines.ts',
  );
  expect(refused.exitCode).toBe(2);
  const same = await copy.run("bin/redis-ops", ["upgrade", STACK, "--to", LAB_ENGINE, "--yes"]);
  expect(same.stdout.trim()).toBe(copy.rename(`${STACK} runs ${LAB_ENGINE} already`));
  expect(same.exitCode).toBe(0);
  expect([serviceFile(), containerId()]).toEqual(before);
});

test("an upgrade takes a backup, rehearses it with the new engine, and deploys that", async () => {
  redis("SET", "greeting", "hello");
  redis("RPUSH", "list", "1", "2", "3");
  upgraded = await copy.run("bin/redis-ops", ["upgrade", STACK, "--to", NEXT_LAB_ENGINE, "--yes"]);
  const { exitCode, stdout, stderr } = upgraded;
  expect(stderr).toContain("licence   BSD-3-Clause -> RSALv2, SSPLv1 or AGPLv3");
  expect(stderr).toContain("RDB       10 -> 12: the old engine cannot read what the new one writes");
  expect(stderr).toMatch(/^loaded in [\d.]+ s: 2 keys, as in the backup$/m);
  expect(stdout).toMatch(/runs 8\.0\.2, with 2 keys; 2 in \d{8}T\d{6}Z-[0-9a-f]{4} in /);
  expect(exitCode).toBe(0);
  expect(serviceFile()).toContain(`engine: "${NEXT_LAB_ENGINE}"`);
  expect(version()).toBe("8.0.2");
  expect(redis("GET", "greeting")).toBe("hello");
});

test("a downgrade is refused", async () => {
  const before = containerId();
  const down = await copy.run("bin/redis-ops", ["upgrade", STACK, "--to", LAB_ENGINE, "--yes"]);
  expect(down.stderr).toContain(
    `--to: got "${LAB_ENGINE}": version 7.0.15, which reads RDB 10, expected version 8.0.2 or newer, which reads RDB 12`,
  );
  expect(down.exitCode).toBe(2);
  expect(containerId()).toBe(before);
});

test("by hand, the old engine does not start on what the new one wrote", () => {
  const volume = `${copy.prefix}-by-hand`;
  const run = (image: string, ...argv: string[]) =>
    docker("run", "--rm", "--network", "none", "--volume", `${volume}:/data`, image, "sh", "-c", ...argv);
  run(
    NEXT_LAB_IMAGE,
    "redis-server --appendonly yes --daemonize yes >/dev/null; sleep 0.5; redis-cli SET a 1; redis-cli SHUTDOWN",
  );
  expect(run(LAB_IMAGE, "redis-server --appendonly yes 2>&1 || echo exit $?")).toMatch(
    /Can't handle RDB format version 12[\s\S]*exit 1$/,
  );
});

test("the printed way back leads to the old engine with the data of before", async () => {
  redis("SET", "written", "by 8.0.2");
  await follow(upgraded);
  expect(version()).toBe("7.0.15");
  expect(redis("GET", "greeting")).toBe("hello");
  expect(redis("LRANGE", "list", "0", "-1")).toBe("1\n2\n3");
  expect(redis("EXISTS", "written")).toBe("0");
});
