import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecResult } from "../../ops/docker-engine";
import { writeVolume } from "../../ops/volume-files";
import { logsOf } from "../support/container-logs";
import { runProgram } from "../support/run-program";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { startScript } from "../support/stack-fixtures";

/**
 * redis-start.sh under the shells that it meets: busybox in Alpine's images, dash in Debian's. A stub in place of
 * redis-server says what it was started with.
 */

const STUB = '#!/bin/sh\necho "started $*"\nls -l "$1" | cut -c 1-10\ncat "$1"\n';

type Secrets = Readonly<Record<string, string>>;

const SECRETS: Secrets = {
  redis_password: "a b\\c\"d'e $HOME $(id) `id` #f @secret:redis_ops_password@ é 100%",
  redis_ops_password: "the password of ops",
  redis_exporter_password: "the password of the exporter",
};

const CONF = [
  "port 6379",
  'requirepass "@secret:redis_password@"',
  "user ops on #@sha256:redis_ops_password@ ~* &* +@all",
  "user exporter on #@sha256:redis_exporter_password@ +ping",
  'rename-command FLUSHALL ""',
];

/** As short as a secret may be. */
const LEAK = "swordfish-123456";

const sha256 = (text = "") => createHash("sha256").update(text).digest("hex");

let scratch: Scratch;
let runs = 0;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

/** This machine's `sh`, with the two paths of the script in a folder of the test. */
async function onHost(secrets: Secrets, conf: readonly string[]): Promise<ExecResult> {
  const folder = join(scratch.folder, `run-${runs}`);
  const write = (path: string, text: string, mode: number) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text, { mode });
  };
  mkdirSync(join(folder, "etc"), { recursive: true });
  write("bin/redis-server", STUB, 0o755);
  for (const [name, content] of Object.entries(secrets)) {
    write(`secrets/${name}`, content, 0o400);
  }
  const script = startScript
    .replace("/usr/local/etc/redis/", `${folder}/etc/`)
    .replace("secrets=/run/secrets", `secrets=${folder}/secrets`);
  const env = { PATH: `${folder}/bin:${process.env.PATH}` };
  const { exitCode, stdout, stderr } = await runProgram(
    "sh",
    ["-c", script, "redis-start", conf.join("\n")],
    { cwd: folder, env },
  );
  return {
    exitCode,
    stdout: stdout.replaceAll(`${folder}/etc`, "/usr/local/etc/redis"),
    stderr: stderr.replaceAll(`${folder}/secrets`, "/run/secrets"),
  };
}

/** The shell of the image, in a container like the product's. */
async function inImage(
  secrets: Secrets,
  conf: readonly string[],
  owner = { uid: 999, gid: 1000 },
): Promise<ExecResult> {
  const name = `${scratch.prefix}-start-${runs}`;
  const file = { name: "redis-server", content: STUB, uid: 0, gid: 0, mode: 0o755 };
  await writeVolume(scratch.docker, `${name}-stub`, [file]);
  await writeVolume(
    scratch.docker,
    `${name}-secrets`,
    Object.entries(secrets).map(([name, content]) => ({ name, content, ...owner, mode: 0o400 })),
  );
  const container = await scratch.docker.createContainer({
    name,
    Image: LAB_IMAGE,
    Cmd: ["sh", "-c", startScript, "redis-start", conf.join("\n")],
    User: "999:1000",
    Env: ["PATH=/stub:/usr/bin:/bin"],
    HostConfig: {
      ReadonlyRootfs: true,
      Tmpfs: { "/usr/local/etc/redis": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
      Binds: [`${name}-stub:/stub:ro`, `${name}-secrets:/run/secrets:ro`],
    },
  });
  await container.start();
  const { StatusCode } = await container.wait();
  return { exitCode: StatusCode, ...(await logsOf(container)) };
}

beforeEach(() => {
  runs += 1;
});

describe.each([
  ["this machine's sh", onHost],
  ["busybox in the image", inImage],
])("under %s", (_, start) => {
  it("becomes redis-server with a configuration that only it can read, secrets and hashes in place", async () => {
    const { exitCode, stdout, stderr } = await start(SECRETS, CONF);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.trimEnd().split("\n")).toEqual([
      "started /usr/local/etc/redis/redis.conf",
      "-rw-------",
      "port 6379",
      `requirepass "a b\\\\c\\"d'e $HOME $(id) \`id\` #f @secret:redis_ops_password@ é 100%"`,
      `user ops on #${sha256(SECRETS.redis_ops_password)} ~* &* +@all`,
      `user exporter on #${sha256(SECRETS.redis_exporter_password)} +ping`,
      'rename-command FLUSHALL ""',
    ]);
  });

  it("names every missing secret in one line, exits with 78 and starts nothing", async () => {
    expect(await start({}, CONF)).toEqual({
      exitCode: 78,
      stdout: "",
      stderr:
        "redis-start: /run/secrets: got no usable redis_password redis_ops_password redis_exporter_password, " +
        "expected every secret. Fix: run bin/redis-ops secrets init.\n",
    });
  });

  it.each([
    ["empty", ""],
    ["one line break", "\n"],
    ["a line break as in Windows", "\r\n"],
    ["one NUL", "\0"],
    ["a NUL at its end", `${LEAK}\0`],
    ["a NUL in place of a line break at the end of a line", `${LEAK}\n\0`],
    ["two lines", `${LEAK}\n${LEAK}`],
    ["two lines, with a line break at the end", `${LEAK}\n${LEAK}\n`],
    ["an empty line before it", `\n${LEAK}`],
    ["two line breaks at its end", `${LEAK}\n\n`],
    ["a line break as in Windows at its end", `${LEAK}\r\n`],
    ["a tabulator", `${LEAK}\t${LEAK}`],
    ["an escape code", `${LEAK}\x1b[31m`],
    ["a DEL", `${LEAK}\x7f`],
    ["15 characters", LEAK.slice(0, 15)],
    ["15 characters and a line break", `${LEAK.slice(0, 15)}\n`],
    ["513 bytes", "x".repeat(513)],
    ["514 bytes of 257 letters", "é".repeat(257)],
  ])("does not start with a secret of %s, and shows none of it", async (_, content) => {
    const { exitCode, stdout, stderr } = await start({ ...SECRETS, redis_password: content }, CONF);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 78,
      stdout: "",
      stderr:
        "redis-start: /run/secrets: got no usable redis_password, expected every secret. " +
        "Fix: run bin/redis-ops secrets init.\n",
    });
  });

  it("does not start with a directory in place of a secret, and names every unusable one", async () => {
    const { redis_password: _, ...others } = SECRETS;
    const { exitCode, stdout, stderr } = await start(
      { ...others, "redis_password/inner": LEAK, redis_ops_password: "short" },
      CONF,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toBe(
      "redis-start: /run/secrets: got no usable redis_password redis_ops_password, expected every secret. " +
        "Fix: run bin/redis-ops secrets init.\n",
    );
  });

  it.each([
    ["16 characters", LEAK, LEAK],
    ["16 characters and a line break", `${LEAK}\n`, LEAK],
    ["512 bytes", "é".repeat(256), "é".repeat(256)],
    ["512 bytes and a line break", `${"x".repeat(512)}\n`, "x".repeat(512)],
    ["16 blanks and quotes", `${" ".repeat(15)}'`, `${" ".repeat(15)}'`],
  ])("starts with secrets of %s", async (_, content, password) => {
    const all = { redis_password: content, redis_ops_password: content, redis_exporter_password: content };
    const { exitCode, stdout, stderr } = await start(all, CONF);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`\nrequirepass "${password}"\nuser ops on #${sha256(password)} `);
  });

  it("asks for no secret that the configuration does not name", async () => {
    const { exitCode, stdout } = await start({}, ["port 6379", "protected-mode no"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("port 6379\nprotected-mode no\n");
  });
});

it("takes a secret that belongs to somebody else for a missing one", async () => {
  const { exitCode, stderr } = await inImage(SECRETS, CONF, { uid: 0, gid: 0 });
  expect(exitCode).toBe(78);
  expect(stderr).toContain("got no usable redis_password redis_ops_password redis_exporter_password,");
});
