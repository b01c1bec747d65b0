import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainEnvironment, runProgram } from "./support/run-program";
import { repository } from "./support/stack-fixtures";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-main-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  /** Name of the output folder, in the test's own. */
  readonly out?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the project whose `main.ts` is run. */
  readonly project?: string;
}

/** Runs `main.ts` as `cdktf synth` does. */
function main({ out = "out", cwd = folder, env = {}, project = repository }: Run = {}) {
  const tsx = join(repository, "node_modules", ".bin", "tsx");
  return runProgram(tsx, [join(project, "main.ts")], {
    cwd,
    env: plainEnvironment({ CDKTF_OUTDIR: join(folder, out), ...env }),
  });
}

const pathOf = (stack: string, out = "out") => join(folder, out, "stacks", stack, "cdk.tf.json");

/** A cdk.tf.json without the metadata under `//`. */
function readStack(stack: string): unknown {
  return JSON.parse(readFileSync(pathOf(stack), "utf8"), (key, value) => (key === "//" ? undefined : value));
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

/** A copy of what `main.ts` needs, to break something in. */
function copyProject(): string {
  const copy = join(folder, "project");
  for (const name of ["main.ts", "core", "config", "constructs", "redis.conf.tpl", "tsconfig.json"]) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  return copy;
}

describe("main.ts", () => {
  it("writes these stacks", async () => {
    const { exitCode, output } = await main();
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
    const stacks = readdirSync(join(folder, "out", "stacks")).sort();
    expect(stacks).toEqual(["dev-cache-dev", "sentra-portal-dev", "sentra-portal-prod"]);
    for (const stack of stacks) {
      expect(readStack(stack)).toMatchSnapshot(stack);
    }
  });

  it("writes the same bytes wherever, whenever and by whomever it is run", async () => {
    await main({ out: "here", cwd: repository, env: { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8" } });
    await main({ out: "there", env: { TZ: "America/Los_Angeles", LANG: "C", HOME: folder, USER: "nobody" } });
    const here = bytesOf("here");
    expect(Object.keys(here).sort()).toContain("/stacks/sentra-portal-prod/cdk.tf.json");
    expect(bytesOf("there")).toEqual(here);
    // Nor where it is checked out: no path of this machine is in any file.
    const texts = Object.values(here).map((bytes) => Buffer.from(bytes, "base64").toString());
    expect(texts.filter((text) => text.includes(repository) || text.includes(folder))).toEqual([]);
  });

  it("gives every stack the engine of REDIS_ENGINE", async () => {
    await main({ env: { REDIS_ENGINE: "debian-7.0.15" } });
    const images = ["dev-cache-dev", "sentra-portal-dev", "sentra-portal-prod"].map((stack) =>
      readStack(stack),
    );
    for (const stack of images) {
      expect(stack).toMatchObject({
        resource: { docker_container: { redis: { image: "redis-on-docker-lab/redis:7.0.15" } } },
      });
    }
  });

  it("refuses an unknown REDIS_ENGINE with exit code 2 and one message, and writes nothing", async () => {
    const { exitCode, stdout, stderr } = await main({ env: { REDIS_ENGINE: "redis-7.5" } });
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
    const project = copyProject();
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

  it("shows a bug with its stack trace, so that nobody takes it for bad input", async () => {
    const project = copyProject();
    rmSync(join(project, "redis.conf.tpl"));
    const { exitCode, stderr } = await main({ project });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ENOENT.*redis\.conf\.tpl[\s\S]*\n {4}at /);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });
});
