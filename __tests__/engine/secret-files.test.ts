import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sentraPortal } from "../../config/services/sentra-portal";
import { InvalidInputError } from "../../core/problem";
import { secretsImport, secretsInit, secretsStatus } from "../../ops/commands/secrets";
import { secretProblems, secretStates } from "../../ops/stack-secrets";
import { readVolume, type VolumeFile, writeVolume } from "../../ops/volume-files";
import { type Recorded, recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** `redis-ops secrets` on real volumes: what it makes, what it takes, and that it never destroys. */

const FILES = ["redis_backup_password", "redis_exporter_password", "redis_ops_password", "redis_password"];

let scratch: Scratch;
let stack: TestStack;
let files = 0;

beforeEach(async () => {
  scratch = await Scratch.create();
  stack = new TestStack(
    scratch,
    edited(await renamed(sentraPortal, "prod", scratch), { memory: { maxmemory: "64 MiB" } }),
  );
});

afterEach(() => scratch.remove());

const init = () => recorded((to) => secretsInit(stack.resolved, { json: false }, to));
const status = () => recorded((to) => secretsStatus(stack.resolved, { json: false }, to));

function importFrom(from: string, replace = false): Promise<Recorded> {
  return recorded((to) => secretsImport(stack.resolved, { from, replace, json: false }, to));
}

/** Imports from a file with this text. */
function importText(text: string, replace = false): Promise<Recorded> {
  files += 1;
  const path = join(scratch.folder, `password-${files}.txt`);
  writeFileSync(path, text);
  return importFrom(path, replace);
}

async function inVolume(name: string): Promise<readonly VolumeFile[]> {
  const found = (await readVolume(scratch.docker, `${stack.resolved.id}-${name}`)) ?? [];
  return [...found].sort((a, b) => a.name.localeCompare(b.name));
}

const modes = (found: readonly VolumeFile[]) =>
  found.map(({ name, uid, gid, mode }) => `${name} ${uid}:${gid} ${mode.toString(8)}`);

describe("init", () => {
  it("makes long random secrets that only Redis and the exporter can read", async () => {
    expect((await init()).exitCode).toBe(0);
    const secrets = await inVolume("secrets");
    const exporter = await inVolume("exporter-secrets");
    expect(modes(secrets)).toEqual(FILES.map((name) => `${name} 999:1000 400`));
    expect(modes(exporter)).toEqual(["redis_exporter_passwords.json 59000:59000 400"]);
    const values = secrets.map(({ content }) => content);
    expect(values.map((value) => /^[\w-]{48}$/.test(value))).toEqual([true, true, true, true]);
    expect(new Set(values).size).toBe(4);
    const [, exporterPassword] = values;
    const at = `${stack.props.server.containerName}:6379`;
    expect(JSON.parse(exporter[0]?.content ?? "")).toEqual({
      [`redis://${at}`]: exporterPassword,
      [`redis://exporter@${at}`]: exporterPassword,
    });
  });

  it("keeps secrets that are there, and says none of them", async () => {
    const first = await init();
    const before = await inVolume("secrets");
    const second = await init();
    expect(await inVolume("secrets")).toEqual(before);
    expect(second.out.match(/ kept$/gm)).toHaveLength(4);
    for (const { content } of before) {
      expect(first.output + second.output).not.toContain(content);
    }
  });
});

const REDIS = { uid: 999, gid: 1000, mode: 0o400 };

/** Puts files into the volume of the server's secrets, as somebody could by hand. */
function put(files: Readonly<Record<string, string>>): Promise<void> {
  const all = Object.entries(files).map(([name, content]) => ({ name, content, ...REDIS }));
  return writeVolume(scratch.docker, `${stack.resolved.id}-secrets`, all);
}

const contentOf = async (file: string) =>
  (await inVolume("secrets")).find(({ name }) => name === file)?.content;

const NEXT_IMPORT = () => `Next: bin/redis-ops secrets import ${stack.resolved.id} --from FILE --replace`;

describe("secrets that the start script does not take", () => {
  it.each([
    ["a line break", "\n", "too short"],
    ["15 characters and a line break", "fifteen letters\n", "too short"],
    ["513 bytes", "x".repeat(513), "too long"],
    ["two lines", "the first line of it\nthe second", "not one line of text"],
    ["a NUL", "sixteen letters!\0", "not one line of text"],
    ["an escape code", "sixteen letters!\x1b[0m", "not one line of text"],
    ["a line break as in Windows", "sixteen letters!\r\n", "not one line of text"],
  ])(
    "%s: those of redis-ops are made anew, the clients' stays and has to be imported",
    async (_, content, state) => {
      await put({ redis_password: content, redis_ops_password: content, redis_exporter_password: content });
      const before = await status();
      expect(before.out.match(new RegExp(` ${state}$`, "gm"))).toHaveLength(3);
      expect({ exitCode: before.exitCode, err: before.err }).toEqual({ exitCode: 1, err: NEXT_IMPORT() });

      const made = await init();
      expect({ exitCode: made.exitCode, err: made.err }).toEqual({ exitCode: 1, err: NEXT_IMPORT() });
      expect(made.out).toMatch(/ redis_password +kept$/m);
      expect(made.out.match(/ made$/gm)).toHaveLength(3);
      expect(await contentOf("redis_password")).toBe(content);
      expect(await contentOf("redis_ops_password")).toMatch(/^[\w-]{48}$/);
      expect(await contentOf("redis_exporter_password")).toMatch(/^[\w-]{48}$/);
      const after = await status();
      expect(after.out.match(/ present$/gm)).toHaveLength(5);
      expect(after.err).toBe(NEXT_IMPORT());

      expect((await importText("the right password", true)).exitCode).toBe(0);
      expect((await status()).exitCode).toBe(0);
    },
  );

  it("gives the problem of the clients' secret the import as its fix, and that of the others init", async () => {
    await put({ redis_password: "\n", redis_ops_password: "\n", redis_exporter_password: "\n" });
    const problems = secretProblems("shop", await secretStates(scratch.docker, stack.props));
    expect(problems.map(({ field, fix }) => `${field}: ${fix}`)).toEqual([
      "shop secret redis_password: run bin/redis-ops secrets import shop --from FILE --replace",
      "shop secret redis_ops_password: run bin/redis-ops secrets init shop",
      "shop secret redis_backup_password: run bin/redis-ops secrets init shop",
      "shop secret redis_exporter_password: run bin/redis-ops secrets init shop",
      "shop secret redis_exporter_passwords.json: run bin/redis-ops secrets init shop",
      "shop secret redis_backup_password: run bin/redis-ops secrets init shop",
    ]);
  });
});

it("takes 16 characters, 512 bytes and one line break at the end, and gives the exporter none of it", async () => {
  await put({
    redis_password: "é".repeat(256),
    redis_ops_password: "sixteen letters!\n",
    redis_backup_password: "sixteen letters.",
    redis_exporter_password: "sixteen letters?\n",
  });
  const before = await inVolume("secrets");
  expect((await init()).exitCode).toBe(0);
  expect((await status()).out.match(/ present$/gm)).toHaveLength(6);
  expect(await inVolume("secrets")).toEqual(before);
  const [derived] = await inVolume("exporter-secrets");
  expect(new Set(Object.values(JSON.parse(derived?.content ?? "")))).toEqual(new Set(["sixteen letters?"]));
});

it("gives a secret of somebody else to Redis, and keeps what it says", async () => {
  await init();
  const before = await inVolume("secrets");
  await writeVolume(
    scratch.docker,
    `${stack.resolved.id}-secrets`,
    before.map((file) => ({ ...file, uid: 0 })),
  );
  expect((await status()).out.match(/ wrong owner or mode$/gm)).toHaveLength(4);
  expect((await init()).out.match(/ kept$/gm)).toHaveLength(4);
  expect(await inVolume("secrets")).toEqual(before);
});

it("leaves a file of another name in the volume", async () => {
  await put({ "notes.txt": "of somebody else" });
  await init();
  await importText("the right password", true);
  expect(await contentOf("notes.txt")).toBe("of somebody else");
});

it.each([["redis_password"], ["redis_ops_password"]])(
  "makes nothing and removes nothing where %s is a directory, and says so",
  async (name) => {
    await put({ [`${name}/inner`]: "of somebody else" });
    const before = await inVolume("secrets");
    const message =
      `1 problem, nothing was changed\n  volume ${stack.resolved.id}-secrets: got a directory ${name}, ` +
      "expected a file, or nothing of that name. Fix: remove it.";
    await expect(init()).rejects.toThrow(InvalidInputError);
    await expect(init()).rejects.toThrow(message);
    await expect(importText("the right password", true)).rejects.toThrow(message);
    expect(await inVolume("secrets")).toEqual(before);
    const { exitCode, out, err } = await status();
    expect(exitCode).toBe(1);
    expect(out).toMatch(new RegExp(` ${name} +a directory$`, "m"));
    expect(err).toContain(`Next: remove it from volume ${stack.resolved.id}-secrets`);
  },
);

describe("status", () => {
  it("exits with 1 and says the next command while secrets are missing, with 0 when they are there", async () => {
    const before = await status();
    expect(before.exitCode).toBe(1);
    expect(before.out.match(/ missing$/gm)).toHaveLength(6);
    expect(before.err).toBe(`Next: bin/redis-ops secrets init ${stack.resolved.id}`);
    expect(await scratch.inEngine()).toEqual([]);

    await init();
    const after = await status();
    expect(after.exitCode).toBe(0);
    expect(after.out.match(/ present$/gm)).toHaveLength(6);
  });
});

describe("import", () => {
  it("takes a password without the line break at its end, and makes the others", async () => {
    const { exitCode, output } = await importText("sixteen letters!\r\n");
    expect(exitCode).toBe(0);
    expect(output).not.toContain("sixteen letters!");
    const secrets = await inVolume("secrets");
    expect(modes(secrets)).toEqual(FILES.map((name) => `${name} 999:1000 400`));
    expect(secrets.find(({ name }) => name === "redis_password")?.content).toBe("sixteen letters!");
    expect((await status()).exitCode).toBe(0);
  });

  it.each([
    ["a short one", "fifteen letters", "got 15 characters, expected 16 or more"],
    ["an empty one", "\n", "got 0 characters, expected 16 or more"],
    [
      "two lines",
      "the first line of it\nand the second\n",
      "got line breaks or control characters, expected",
    ],
    ["a control character", "with a \t tabulator in it", "got line breaks or control characters, expected"],
  ])("refuses %s and changes nothing", async (_, text, message) => {
    const refused = importText(text);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(
      /^1 problem, nothing was changed\n {2}--from: got [\w ]+, expected /,
    );
    expect(await scratch.inEngine()).toEqual([]);
  });

  it("refuses a file that is not there and changes nothing", async () => {
    const path = join(scratch.folder, "nothing.txt");
    await expect(importFrom(path)).rejects.toThrow(`from "${path}", expected a file that can be read`);
    expect(await scratch.inEngine()).toEqual([]);
  });

  it("takes the same password again, and another one only with --replace", async () => {
    const [old, other] = ["the password of old", "another password than that"];
    await importText(old);
    const before = await inVolume("secrets");
    expect((await importText(old)).out.match(/ kept$/gm)).toHaveLength(4);

    const refused = importText(other);
    await expect(refused).rejects.toThrow("Fix: add --replace to change it");
    await expect(refused).rejects.not.toThrow(other);
    await expect(refused).rejects.not.toThrow(old);
    expect(await inVolume("secrets")).toEqual(before);

    expect((await importText(other, true)).exitCode).toBe(0);
    expect(await inVolume("secrets")).toEqual(
      before.map((file) => (file.name === "redis_password" ? { ...file, content: other } : file)),
    );
  });
});

it("has a server that takes a password of quotes, backslashes, blanks, placeholders and other alphabets", async () => {
  const password = ` it's "quoted" \\back\\\\slashes\\ $HOME \`id\` #x @secret:x@ @sha256:redis_ops_password@ %s é 漢 🔑 `;
  await importText(password);
  await stack.deploy();
  const asClient = 'REDISCLI_AUTH=$1 exec redis-cli -e --no-auth-warning "$2" "$3"';
  const { stdout } = await stack.exec("sh", "-c", asClient, "client", password, "ECHO", "let in");
  expect(stdout).toBe("let in\n");
  expect(await stack.redis("OPS_CONFIG", "GET", "requirepass")).toBe(`requirepass\n${password.trimEnd()}`);
});
