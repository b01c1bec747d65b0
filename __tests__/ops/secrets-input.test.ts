import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { EmptyEngine } from "../support/empty-engine";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { temporaryFolder } from "../support/temporary-folder";

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

let engine: EmptyEngine;
beforeAll(async () => {
  engine = await EmptyEngine.listen(inFolder("docker.sock"));
});
afterAll(() => engine.close());
beforeEach(() => {
  engine.asked.length = 0;
  process.env.DOCKER_HOST = engine.address;
});

/** What `secrets import` says to a file with this content, which it refuses before it asks the engine. */
const refused = async (content: string | Uint8Array) => {
  writeFileSync(inFolder("password.txt"), content);
  return refusedFrom(inFolder("password.txt"));
};

const refusedFrom = async (path: string) => {
  const { exitCode, out, err } = await redisOps("secrets", "import", "sentra-portal-prod", "--from", path);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(engine.asked).toEqual([]);
  return err;
};

test("a password that is too short is refused by its length and not shown", async () => {
  const err = await refused("swordfish-12345\n");
  expect(err).not.toContain("swordfish");
  expect(err).toMatchInlineSnapshot(`
    "1 problem, nothing was changed
      --from: got 15 characters, expected 16 or more. Fix: change to a longer password first; bin/redis-ops secrets init makes one."
  `);
});

test("an empty file is refused", async () => {
  expect(await refused("")).toContain("--from: got 0 characters, expected 16 or more.");
});

test.each([
  ["two lines", "swordfish-swordfish-1\nswordfish-swordfish-2\n"],
  ["two line breaks at its end", "swordfish-swordfish-1\n\n"],
  ["a tab", "swordfish\tswordfish-1"],
  ["a NUL", "swordfish-swordfish-1\0"],
])("a password with %s is refused and not shown", async (_, content) => {
  const err = await refused(content);
  expect(err).not.toContain("swordfish");
  expect(err).toContain("got line breaks or control characters, expected one line of printable characters.");
});

const ALONE = "Fix: write the password alone into the file.";

test.each([
  ["more than 4 KiB", `swordfish${"x".repeat(4096)}`, `more than 4096 bytes, expected 512 or less. ${ALONE}`],
  [
    "513 bytes",
    `swordfish${"x".repeat(504)}\n`,
    "513 bytes, expected 512 or less. Fix: change to a shorter password first.",
  ],
  [
    "514 bytes of 257 letters",
    "é".repeat(257),
    "514 bytes, expected 512 or less. Fix: change to a shorter password first.",
  ],
  [
    "Latin-1",
    Buffer.from("swordfish-swordf\u00e9sh", "latin1"),
    "bytes that are not UTF-8, expected text in UTF-8. Fix: save the file as UTF-8.",
  ],
  [
    "a byte order mark",
    "\ufeffswordfish-swordfish",
    "a byte order mark, expected the password alone. Fix: save the file as UTF-8 without a byte order mark.",
  ],
  [
    "UTF-16",
    Buffer.from("\ufeffswordfish-swordfish", "utf16le"),
    "bytes that are not UTF-8, expected text in UTF-8. Fix: save the file as UTF-8.",
  ],
  ["blanks only", `${" ".repeat(20)}\n`, `nothing but blanks, expected a password. ${ALONE}`],
  [
    "blanks of other alphabets only",
    "\u00a0\u3000".repeat(10),
    `nothing but blanks, expected a password. ${ALONE}`,
  ],
])("a file of %s is refused and not shown", async (_, content, message) => {
  const err = await refused(content);
  expect(err).not.toContain("swordf");
  expect(err).toBe(`1 problem, nothing was changed\n  --from: got ${message}`);
});

test("a file without an end is refused at once", async () => {
  expect(await refusedFrom("/dev/zero")).toContain("--from: got more than 4096 bytes, expected 512 or less.");
});

test("a pipe without an end is refused at once", async () => {
  const pipe = inFolder("pipe");
  execFileSync("mkfifo", [pipe]);
  const yes = spawn("sh", ["-c", 'exec yes swordfish >"$1"', "sh", pipe], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => yes.on("close", resolve));
  const err = await refusedFrom(pipe);
  expect(err).toContain("--from: got more than 4096 bytes, expected 512 or less.");
  await ended;
});

test("a folder is refused with its name", async () => {
  expect(await refusedFrom("/tmp")).toContain(
    '--from: got EISDIR from "/tmp", expected a file that can be read.',
  );
});

test("512 bytes and 16 characters get as far as the engine", async () => {
  for (const content of ["x".repeat(16), "é".repeat(256), `${"x".repeat(512)}\r\n`]) {
    engine.asked.length = 0;
    writeFileSync(inFolder("password.txt"), content);
    await redisOps("secrets", "import", "sentra-portal-prod", "--from", inFolder("password.txt")).catch(
      () => {},
    );
    expect(engine.asked).toContain("GET /_ping");
  }
});

test("a file that is not there is refused with its name", async () => {
  const { exitCode, err } = await redisOps(
    "secrets",
    "import",
    "sentra-portal-prod",
    "--from",
    "/nowhere/p.txt",
  );
  expect(exitCode).toBe(2);
  expect(err).toContain('from "/nowhere/p.txt", expected a file that can be read. Fix: check the path.');
});

test("a stack without a password takes none", async () => {
  const { exitCode, err } = await redisOps("secrets", "import", "dev-cache-dev", "--from", "/dev/null");
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "1 problem, nothing was changed
      stack: got "dev-cache-dev", expected a stack with a password. Fix: import into a stack of an environment with auth: requirepass."
  `);
});

test("a stack without a password has no secrets to make or to look for", async () => {
  expect(await redisOps("secrets", "init", "dev-cache-dev")).toEqual({
    exitCode: 0,
    out: "dev-cache-dev asks for no password: nothing to do",
    err: "",
  });
  expect(await redisOps("secrets", "status", "dev-cache-dev")).toEqual({
    exitCode: 0,
    out: "dev-cache-dev asks for no password",
    err: "",
  });
});

test("secrets status names what is missing and the command that makes it, with exit code 1", async () => {
  const { exitCode, out, err } = await redisOps("secrets", "status", "sentra-portal-prod");
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: "Next: bin/redis-ops secrets init sentra-portal-prod",
  });
  expect(out).toMatchInlineSnapshot(`
    "VOLUME                               FILE                           STATE
    sentra-portal-prod-secrets           redis_password                 missing
    sentra-portal-prod-secrets           redis_ops_password             missing
    sentra-portal-prod-secrets           redis_backup_password          missing
    sentra-portal-prod-secrets           redis_exporter_password        missing
    sentra-portal-prod-exporter-secrets  redis_exporter_passwords.json  missing
    sentra-portal-prod-backup-secrets    redis_backup_password          missing"
  `);
});
