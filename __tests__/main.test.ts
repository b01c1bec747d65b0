import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStacks } from "../config/load-stacks";
import { loadOptions } from "../ops/load";
import { copyProject } from "./support/copy-project";
import { plainEnvironment, runProgram } from "./support/run-program";
import { repository } from "./support/stack-fixtures";

let folder: string;

/** Gives a test a folder of its own. */
function makeFolder(): void {
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-main-"));
}

const removeFolder = () => rmSync(folder, { recursive: true, force: true });

interface Run {
  /** Name of the output folder, in the test's own. */
  readonly out?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the project whose `main.ts` is run. */
  readonly project: string;
}

/** Runs `main.ts` as `cdktf synth` does. */
function main({ out = "out", cwd = folder, env = {}, project }: Run) {
  const tsx = join(repository, "node_modules", ".bin", "tsx");
  return runProgram(tsx, [join(project, "main.ts")], {
    cwd,
    env: plainEnvironment({ CDKTF_OUTDIR: join(folder, out), ...env }),
  });
}

const written = () => readdirSync(join(folder, "out", "stacks")).sort();

/** A cdk.tf.json without the metadata under `//`. */
function readStack(stack: string): unknown {
  const path = join(folder, "out", "stacks", stack, "cdk.tf.json");
  return JSON.parse(readFileSync(path, "utf8"), (key, value) => (key === "//" ? undefined : value));
}

/** Every file below a folder of the test, with its bytes. */
function bytesOf(out: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(folder, out), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => [file.slice(join(folder, out).length), readFileSync(file, "base64")]),
  );
}

/** A copy of what `main.ts` needs, to break something in; it has the services of `fixture-services.ts`. */
function copied(): string {
  const project = join(folder, "project");
  copyProject(project);
  return project;
}

describe("main.ts of this project", () => {
  const stacks = loadStacks({ ...loadOptions(), engine: undefined }).map(({ id }) => id);

  beforeAll(async () => {
    makeFolder();
    const { exitCode, stdout } = await main({ project: repository });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  });

  afterAll(removeFolder);

  it.each(stacks)("writes %s as it was reviewed (a new stack: npm run snapshots)", (stack) => {
    expect(readStack(stack)).toMatchSnapshot();
  });

  it("writes no other stack", () => {
    expect(written()).toEqual([...stacks].sort());
  });

  it("writes the same bytes wherever, whenever and by whomever it is run", async () => {
    const here: Run = { project: repository, out: "here", cwd: repository };
    await main({ ...here, env: { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8" } });
    const there: Run = { project: repository, out: "there" };
    await main({ ...there, env: { TZ: "America/Los_Angeles", LANG: "C", HOME: folder, USER: "nobody" } });
    const bytes = bytesOf("here");
    expect(Object.keys(bytes)).toEqual(
      expect.arrayContaining(stacks.map((stack) => `/stacks/${stack}/cdk.tf.json`)),
    );
    expect(bytesOf("there")).toEqual(bytes);
    // Nor where it is checked out: no path of this machine is in any file.
    const texts = Object.values(bytes).map((text) => Buffer.from(text, "base64").toString());
    expect(texts.filter((text) => text.includes(repository) || text.includes(folder))).toEqual([]);
  });
});

describe("main.ts", () => {
  beforeEach(makeFolder);
  afterEach(removeFolder);

  it("writes each service in each of its environments, and says nothing when all is well", async () => {
    const { exitCode, output } = await main({ project: copied() });
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
    expect(written()).toEqual(["cache-dev", "shop-dev", "shop-prod"]);
  });

  it("gives every stack the engine of REDIS_ENGINE", async () => {
    await main({ project: copied(), env: { REDIS_ENGINE: "redis-7.2" } });
    for (const stack of ["cache-dev", "shop-dev", "shop-prod"]) {
      expect(readStack(stack)).toMatchObject({
        resource: { docker_container: { redis: { image: "redis:7.2.16-alpine" } } },
      });
    }
  });

  it("refuses an unknown REDIS_ENGINE with exit code 2 and one message, and writes nothing", async () => {
    const run = { project: copied(), env: { REDIS_ENGINE: "redis-7.5" } };
    const { exitCode, stdout, stderr } = await main(run);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "1 problem, nothing was changed\n" +
        '  REDIS_ENGINE: got "redis-7.5", expected the name of an engine in config/engines.ts. ' +
        'Fix: did you mean "redis-7.2"? Use that name.\n',
    });
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("refuses a template that does not fit with exit code 2, and writes nothing", async () => {
    const project = copied();
    const template = readFileSync(join(project, "redis.conf.tpl"), "utf8");
    writeFileSync(join(project, "redis.conf.tpl"), `${template.trimEnd()}\n`.replace("{{save}}", "60 1"));
    const { exitCode, stdout, stderr } = await main({ project });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "1 problem, nothing was changed\n" +
        "  redis.conf.tpl: got no {{save}}, expected every value to stand in the template, or the setting would be " +
        "lost. Fix: write a line with {{save}}.\n",
    });
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("refuses a file that cannot be read with exit code 2, and tells the line", async () => {
    const project = copied();
    appendFileSync(join(project, "config", "defaults.ts"), "\nexport const more = {\n");
    const { exitCode, stdout, stderr } = await main({ project });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(
      /^1 problem, nothing was changed\n {2}config\/defaults\.ts:\d+: got "Expected .*", expected TypeScript that can be read\. Fix: .*\n$/,
    );
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  it("shows a bug with its stack trace, so that nobody takes it for bad input", async () => {
    const project = copied();
    rmSync(join(project, "redis.conf.tpl"));
    const { exitCode, stderr } = await main({ project });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ENOENT.*redis\.conf\.tpl[\s\S]*\n {4}at /);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });
});
