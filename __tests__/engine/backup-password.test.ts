import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sentraPortal } from "../../config/services/sentra-portal";
import { SECRET_FILES } from "../../core/redis-conf";
import { createBackup } from "../../ops/backup/create-backup";
import { deployedConf } from "../../ops/backup/deployed";
import { DirectoryStore } from "../../ops/backup/directory-store";
import { backupVerify } from "../../ops/commands/backup-verify";
import { exec } from "../../ops/docker-engine";
import { initSecrets } from "../../ops/stack-secrets";
import { readVolume, writeVolume } from "../../ops/volume-files";
import { asClient } from "../support/keys";
import { AGE_KEYS } from "../support/manifests";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Backups of a server with a password, commands under other names, and times in its append-only file. */

const PLAIN = { compression: "zstd", recipients: [] } as const;
const SILENT = { out: () => undefined, err: () => undefined };

let scratch: Scratch;
let stack: TestStack;
let at: string;

beforeAll(async () => {
  scratch = await Scratch.create();
  const service = edited(await renamed(sentraPortal, "prod", scratch), { memory: { maxmemory: "64 MiB" } });
  stack = new TestStack(scratch, {
    ...service,
    persistence: { appendonly: true, save: [], pointInTime: true },
  });
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  at = join(scratch.folder, "backups");
});

afterAll(() => scratch.remove());

const verified = (options: { id?: string; identity?: string } = {}) =>
  recorded((terminal) =>
    backupVerify(stack.resolved, { id: "latest", at, json: false, ...options }, terminal),
  );

test("what is deployed is read from the container", async () => {
  const conf = await deployedConf(stack.container);
  expect(conf?.commandName("CONFIG")).toBe("OPS_CONFIG");
  expect(conf?.commandName("FLUSHALL")).toBeUndefined();
  expect(conf?.directive("aof-timestamp-enabled")).toBe("yes");
});

test("keys and times to live are counted for each of sixteen databases, as INFO counts them", async () => {
  await asClient(
    stack,
    `for db in $(seq 0 15); do echo SELECT $db; seq 1 $((db + 3)) | sed 's/.*/SET k:& v/'; seq 1 $db | sed 's/.*/SET t:& v EX 3600/'; done`,
  );
  const { manifest } = await createBackup(stack.resolved, { ...PLAIN, kind: "rdb", at }, SILENT);
  expect(manifest.keys?.databases).toEqual(
    Array.from({ length: 16 }, (_, database) => ({
      database,
      keys: 2 * database + 3,
      expiring: database,
    })),
  );
  expect(manifest.keys).toMatchObject({ total: 288, expiring: 120 });
  expect(manifest.configuration).toBe((await deployedConf(stack.container))?.sha256);
  expect(await verified()).toMatchObject({
    exitCode: 0,
    out: `ok    ${manifest.id} in ${at}: 288 keys, checksums, redis-check-rdb of the engine`,
  });
});

test("an encrypted one is verified with its identity, and without one by its bytes alone", async () => {
  const [{ identity, recipient }] = AGE_KEYS;
  const { manifest } = await createBackup(
    stack.resolved,
    { kind: "rdb", compression: "zstd", recipients: [recipient], at },
    SILENT,
  );
  expect(manifest).toMatchObject({ encryption: "age", keys: { total: 288 } });
  expect((await verified({ id: manifest.id })).out).toBe(
    `ok    ${manifest.id} in ${at}: the stored bytes are those of the manifest; they are encrypted, and nothing else was looked at. Give --identity FILE for the rest`,
  );
  const file = join(scratch.folder, "identity");
  writeFileSync(file, identity);
  expect((await verified({ id: manifest.id, identity: file })).out).toBe(
    `ok    ${manifest.id} in ${at}: 288 keys, checksums, redis-check-rdb of the engine`,
  );
});

describe("of the append-only set", () => {
  const rewrite = async () =>
    (await stack.redis("OPS_CONFIG", "GET", "auto-aof-rewrite-percentage")).split("\n").at(-1);

  test("it is taken under load, checked, and rewriting goes on afterwards", async () => {
    const usual = await rewrite();
    expect(usual).not.toBe("0");
    // As a run leaves it that was killed.
    await stack.redis("OPS_CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
    const writing = asClient(stack, "seq 1 30000 | sed 's/.*/SET a:& &/'");
    const { manifest } = await createBackup(stack.resolved, { ...PLAIN, kind: "aof", at }, SILENT);
    await writing;
    expect(manifest).toMatchObject({ kind: "aof", engine: { version: "7.0.15", rdbVersion: 10 } });
    expect(manifest.keys).toBeUndefined();
    expect(await rewrite()).toBe(usual);
    expect(await verified({ id: manifest.id })).toMatchObject({
      exitCode: 0,
      out: `ok    ${manifest.id} in ${at}: checksums, redis-check-aof of the engine`,
    });
  });

  test("one that gets encrypted is checked as well: a damaged one is not kept", async () => {
    const [{ recipient }] = AGE_KEYS;
    const place = join(scratch.folder, "encrypted");
    const options = { kind: "aof", compression: "zstd", recipients: [recipient], at: place } as const;
    const { manifest } = await createBackup(stack.resolved, options, SILENT);
    expect(manifest).toMatchObject({ kind: "aof", encryption: "age" });
    const damage = 'printf damage >>"$(ls /data/appendonlydir/*.incr.aof)"';
    expect(await exec(stack.container, ["sh", "-c", damage])).toMatchObject({ exitCode: 0 });
    await expect(createBackup(stack.resolved, options, SILENT)).rejects.toThrow(/^redis-check-aof: /);
    const files = await new DirectoryStore(place, "/").list(stack.resolved.id);
    expect([...files].sort()).toEqual([`${manifest.id}.aof.tar.zst.age`, `${manifest.id}.json`]);
  });
});

test("damage is found, with exit code 1", async () => {
  const { manifest } = await createBackup(stack.resolved, { ...PLAIN, kind: "rdb", at }, SILENT);
  const store = new DirectoryStore(at, "/");
  const path = join(at, stack.resolved.id, manifest.file.name);
  writeFileSync(path, Buffer.alloc(manifest.file.bytes, 1));
  const { exitCode, out, err } = await verified({ id: manifest.id });
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: `Next: bin/redis-ops backup create ${stack.resolved.id}, and find out what damaged the other`,
  });
  expect(out).toContain(`BAD   ${manifest.id} in ${at}: `);
  await store.remove(stack.resolved.id, [`${manifest.id}.json`, manifest.file.name]);
});

test("a wrong password is told with what to do, before anything is written", async () => {
  const { auth, containerName } = stack.props.server;
  const volume = auth.mode === "requirepass" ? auth.secretsVolume : "";
  const files = (await readVolume(scratch.docker, volume)) ?? [];
  const secret = files.filter(({ name }) => name === SECRET_FILES.backup);
  const elsewhere = join(scratch.folder, "elsewhere");
  const fix = `bin/redis-ops secrets init ${stack.resolved.id}`;
  try {
    await writeVolume(
      scratch.docker,
      volume,
      secret.map((file) => ({ ...file, content: "another-password-than-redis-knows" })),
    );
    await expect(
      createBackup(stack.resolved, { ...PLAIN, kind: "rdb", at: elsewhere }, SILENT),
    ).rejects.toThrow(
      `1 problem, nothing was changed\n  ${containerName}: got "AUTH failed: WRONGPASS invalid username-password pair or user is disabled." from INFO as user backup, expected an answer. Fix: ${fix}, then bin/up ${stack.resolved.id}.`,
    );
  } finally {
    await writeVolume(scratch.docker, volume, secret);
  }
  await createBackup(stack.resolved, { ...PLAIN, kind: "rdb", at: elsewhere }, SILENT);
});

test("a stopped server is told", async () => {
  await stack.container.stop();
  const { containerName } = stack.props.server;
  await expect(createBackup(stack.resolved, { ...PLAIN, kind: "rdb", at }, SILENT)).rejects.toThrow(
    `1 problem, nothing was changed\n  ${containerName}: got a container that is exited, expected a running server. Fix: start it with docker start ${containerName}, and read docker logs --tail 20 ${containerName} when it ends.`,
  );
});
