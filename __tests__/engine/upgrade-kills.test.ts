import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KilledProcess } from "../support/killed-process";
import { buildNextImage, NEXT_LAB_ENGINE } from "../support/next-engine";
import { ProjectCopy } from "../support/project-copy";
import { plainEnvironment } from "../support/run-program";
import { LAB_ENGINE } from "../support/scratch";
import { randomNumbers, Tally } from "../support/tally";

/** `redis-ops upgrade` killed at random moments, with all that it has started: the data stays whole, on either engine. */
const { SOAK, KILL_SEED = "20261121", UPGRADE_KILLS = SOAK === "1" ? "10" : "1" } = process.env;
const TRIALS = Number(UPGRADE_KILLS);
/** About what an upgrade takes, in milliseconds. */
const LASTS = 15_000;
const STACK = "dev-cache-dev";
const KEYS = 500;
const random = randomNumbers(Number(KILL_SEED));
const tally = new Tally();

let copy: ProjectCopy | undefined;

beforeAll(buildNextImage, 120_000);
afterEach(async () => {
  await copy?.cleanUp();
});
afterAll(() => console.info(`seed ${KILL_SEED}\n${tally.text}`));

const docker = (from: ProjectCopy, ...argv: readonly string[]) =>
  execFileSync("docker", argv.map(from.rename), { encoding: "utf8", stdio: "pipe", env: plainEnvironment() });

/** How many of the keys are there, and the version that has them. */
function whole(from: ProjectCopy): readonly [string, string] {
  const script = `for i in $(seq ${KEYS}); do echo "GET k:$i"; done | redis-cli | sort -n | uniq | wc -l`;
  const found = docker(from, "exec", "app_dev_redis_cache", "sh", "-c", script).trim();
  const info = docker(from, "exec", "app_dev_redis_cache", "redis-cli", "INFO", "server");
  return [found, /^redis_version:(\S+)/m.exec(info)?.[1] ?? ""];
}

it.each(Array.from({ length: TRIALS }, (_, index) => index + 1))(
  "killed upgrade %i: the data is whole, on the engine that the file names",
  async () => {
    const project = await ProjectCopy.make();
    copy = project;
    project.edit("config/services/dev-cache.ts", 'engine: "redis-7.4"', `engine: "${LAB_ENGINE}"`);
    expect(await project.run("bin/up", [STACK])).toMatchObject({ exitCode: 0 });
    const fill = `for i in $(seq ${KEYS}); do echo "SET k:$i $i"; done | redis-cli >/dev/null`;
    docker(project, "exec", "app_dev_redis_cache", "sh", "-c", fill);

    const argv = ["upgrade", project.rename(STACK), "--to", NEXT_LAB_ENGINE, "--yes"];
    const upgrade = new KilledProcess(join(project.directory, "bin", "redis-ops"), argv, {
      cwd: project.directory,
      env: plainEnvironment(),
    });
    const after = Math.round(random() * LASTS);
    await Promise.race([upgrade.ended, sleep(after)]);
    upgrade.kill();
    const { exitCode, output } = await upgrade.ended;

    const file = readFileSync(
      join(project.directory, project.rename("config/services/dev-cache.ts")),
      "utf8",
    );
    const isNew = file.includes(`engine: "${NEXT_LAB_ENGINE}"`);
    const accept = isNew ? ["--accept", "engine-upgrade"] : [];
    const up = await project.run("bin/up", ["--adopt", ...accept, STACK]);
    const seen = `killed after ${after} ms, exit code ${exitCode}: ${output}\n${up.stdout}\n${up.stderr}`;
    expect({ exitCode: up.exitCode, seen }).toMatchObject({ exitCode: 0 });
    const [found, version] = whole(project);
    const isFalse = exitCode === 0 && !isNew;
    const verdict = isFalse
      ? "false success"
      : found !== `${KEYS}`
        ? "lost"
        : isNew
          ? "completed"
          : "as before";
    tally.add("upgrade, itself killed", verdict, seen);
    expect({ found, version }).toEqual({ found: `${KEYS}`, version: isNew ? "8.0.2" : "7.0.15" });
    expect(tally.bad).toEqual([]);
  },
  300_000,
);
