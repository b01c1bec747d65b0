import { execFileSync } from "node:child_process";
import { Redis } from "ioredis";
import { changedDirectives } from "../support/plan-text";
import { ProjectCopy } from "../support/project-copy";
import { type ProgramResult, plainEnvironment } from "../support/run-program";

// One story: a developer's machine, from the first bin/up to the last bin/down.
jest.setTimeout(15 * 60_000);

/** What is said after a replacement, with its numbers. */
const DOWNTIME =
  /^\S*dev-cache-dev: ([\d.]+) s without an answer \(stopped ([\d.]+) s, started ([\d.]+) s, loaded ([\d.]+) s\)$/m;

let copy: ProjectCopy;
let firstUp: ProgramResult;
const said: string[] = [];

beforeAll(async () => {
  copy = await ProjectCopy.make();
});
afterAll(() => copy.cleanUp());

/** A program as a script calls it: no terminal, but the variables of one. */
const run = async (...[program, argv, options]: Parameters<ProjectCopy["run"]>) => {
  const env = plainEnvironment({ TERM: "xterm-256color" });
  const result = await copy.run(program, argv, { env, ...options });
  said.push(result.output);
  return result;
};

const docker = (...argv: readonly string[]) =>
  execFileSync("docker", argv.map(copy.rename), { encoding: "utf8", env: plainEnvironment() }).trim();

const containerId = () => docker("inspect", "--format", "{{.Id}}", "app_dev_redis_cache");

/** One command to Redis, as a client on this machine sends it. */
const redis = async (...[command, ...words]: [string, ...string[]]) => {
  const client = new Redis(copy.rename("redis://127.0.0.1:6380"));
  try {
    return await client.call(command, ...words);
  } finally {
    client.disconnect();
  }
};

test("bin/up makes a Redis from nothing, shows the plan, and proves that it works", async () => {
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
  firstUp = await run("bin/up");
  expect(firstUp.stderr).toContain("healthy, written and read");
  expect(firstUp.exitCode).toBe(0);
  expect(firstUp.stdout).toContain("# docker_container.redis will be created");
  expect(firstUp.stdout).toContain("Plan: 3 to add, 0 to change, 0 to destroy.");
  expect(firstUp.stdout).not.toContain("without an answer");
  expect(firstUp.stdout.trimEnd().split("\n").at(-1)).toBe(copy.rename("up: dev-cache-dev"));
  expect(await redis("SET", "greeting", "hello")).toBe("OK");
});

test("a second run, from another folder and without standard input, changes nothing", async () => {
  const before = containerId();
  const second = await run("bin/up", [], { cwd: "/", stdin: "closed" });
  expect(second.stderr).toContain("terraform plan: no change");
  expect(second.exitCode).toBe(0);
  expect(second.stdout).not.toContain("Terraform plans");
  expect(second.stdout.trimEnd().split("\n").at(-1)).toBe(copy.rename("up: dev-cache-dev"));
  expect(containerId()).toBe(before);
});

test("two stacks in one command: the one that is there stays, the other comes up", async () => {
  const before = containerId();
  const { exitCode, stdout } = await run("bin/up", ["sentra-portal-dev", "dev-cache-dev"]);
  expect(exitCode).toBe(0);
  expect(stdout.match(/^.*: Terraform plans$/gm)).toEqual([
    copy.rename("sentra-portal-dev: Terraform plans"),
  ]);
  expect(stdout).toContain(copy.rename("sentra-portal-dev is up: redis://127.0.0.1:6379\n"));
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(copy.rename("up: sentra-portal-dev dev-cache-dev"));
  expect(containerId()).toBe(before);
});

test("another maxmemory, and the connections that follow, are a pair of lines each in the plan, and the data survives it", async () => {
  const before = containerId();
  copy.edit("config/services/dev-cache.ts", '"128 MiB"', '"160 MiB"');
  const { exitCode, stdout } = await run("bin/up");
  expect(exitCode).toBe(0);
  expect(changedDirectives(stdout)).toEqual([
    "- maxclients 1771",
    "+ maxclients 2214",
    "- maxmemory 128mb",
    "+ maxmemory 160mb",
  ]);
  expect(containerId()).not.toBe(before);
  const [, ...seconds] = DOWNTIME.exec(stdout)?.map(Number) ?? [];
  const [total = 0, ...parts] = seconds;
  expect(total).toBeGreaterThan(0);
  expect(Math.abs(total - parts.reduce((sum, part) => sum + part, 0))).toBeLessThan(0.21);
  expect(await redis("CONFIG", "GET", "maxmemory")).toEqual(["maxmemory", `${160 * 1024 ** 2}`]);
  expect(await redis("GET", "greeting")).toBe("hello");
});

test("a change that would lose the data is refused, done safely by preflight --apply, and then deployed with it", async () => {
  const before = containerId();
  copy.edit(
    "config/services/dev-cache.ts",
    'persistence: { appendonly: true, appendfsync: "everysec", save: [] }',
    "persistence: { appendonly: false, save: [] }",
  );
  const refused = await run("bin/up", ["--accept", "persistence-off"]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(
    copy.rename("dev-cache-dev aof-off: got appendonly no over 1 keys that are in the append-only file, "),
  );
  expect(refused.stderr).not.toContain("persistence-off: got");
  expect(containerId()).toBe(before);
  const applied = await copy.shell(
    'eval "$(bin/lab env)" && bin/redis-ops preflight dev-cache-dev --apply --accept persistence-off',
  );
  expect({ exitCode: applied.exitCode, stdout: applied.stdout }).toEqual({
    exitCode: 0,
    stdout: copy.rename("ready to deploy dev-cache-dev\n"),
  });
  const { exitCode, stderr } = await run("bin/up", ["--accept", "persistence-off"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    copy.rename("dev-cache-dev persistence-off: accepted: got no file that the data is written to"),
  );
  expect(containerId()).not.toBe(before);
  expect(await redis("GET", "greeting")).toBe("hello");
}, 180_000);

test("another data volume is refused with the name of the one that has the data", async () => {
  const before = containerId();
  copy.edit("config/services/dev-cache.ts", '"redis_data"', '"redis_data-2"');
  const { exitCode, stderr } = await run("bin/up");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    copy.rename(
      "dev-cache-dev volume: got volume redis_data-2, expected volume redis_data, where the data is.",
    ),
  );
  expect(containerId()).toBe(before);
  expect(await redis("GET", "greeting")).toBe("hello");
});

test("bin/down removes everything of a stack whose data is not protected, and nothing of another", async () => {
  copy.edit("config/services/dev-cache.ts", '"redis_data-2"', '"redis_data"');
  const { exitCode, stdout } = await run("bin/down");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: copy.rename("down: dev-cache-dev\n") });
  expect(copy.made()).toEqual({
    containers: [copy.rename("sentra-portal-dev")],
    networks: [copy.rename("sentra-portal-dev-network")],
    volumes: [copy.rename("sentra-portal-dev-data")],
  });
});

test("bin/down of what is not there is no error", async () => {
  const { exitCode, stdout, stderr } = await run("bin/down", ["dev-cache-dev", "sentra-portal-dev"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(copy.rename("dev-cache-dev: nothing to remove"));
  expect(stdout).toBe(copy.rename("down: dev-cache-dev sentra-portal-dev\n"));
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
});

test("without a terminal no line had a colour or was written over", () => {
  expect(said).toHaveLength(9);
  for (const output of said) {
    expect(output).not.toContain("\u001b");
    expect(output).not.toContain("\r");
  }
});
