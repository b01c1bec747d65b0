import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { runThrowAway } from "../../ops/docker-run";
import { readVolume, writeVolume } from "../../ops/volume-files";
import { digestOf, writeAllTypes } from "../support/all-types";
import { restored } from "../support/restored";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { repository } from "../support/stack-fixtures";
import { rdbOf, storeBackup } from "../support/stored-backup";
import { TestStack } from "../support/test-stack";

let scratch: Scratch;
let stack: TestStack;
let other: TestStack;
let content: Buffer;

const folder = (name: string) => join(scratch.folder, name);
const startedAt = async () => (await stack.container.inspect()).State.StartedAt;

/** Runs a script on the stack's volume, as its owner. */
const onVolume = (text: string) =>
  runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    argv: ["sh", "-c", text],
    binds: [`${stack.props.dataVolume.name}:/data`],
  });

beforeAll(async () => {
  scratch = await Scratch.create();
  [stack, other] = await Promise.all([
    TestStack.deploySmall(scratch, devCache, "dev"),
    TestStack.deploySmall(scratch, sentraPortal, "prod"),
  ]);
  await writeAllTypes(other);
  content = await rdbOf(other);
  await stack.redis("SET", "now", "here");
}, 180_000);

afterAll(() => scratch.remove());

describe("what leaves the running server alone", () => {
  it.each([
    {
      name: "a damaged file",
      damage: (path: string) => {
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
      change: {},
      says: /nothing was changed: .*sha256|nothing was changed: /i,
    },
    {
      name: "other keys than its manifest says",
      damage: () => undefined,
      change: { keys: { total: 4, expiring: 1 }, sample: [] },
      says: /nothing was changed: the backup is not what its manifest says: all databases: \d+ keys without a time to live, the backup has 3/,
    },
  ])("$name", async ({ name, damage, change, says }) => {
    const store = storeBackup(folder(name), stack.resolved.id, content, change);
    damage(join(store, stack.resolved.id, "20261121T120000Z-0001.rdb"));
    const before = await startedAt();
    const { exitCode, err } = await restored(stack, { from: "latest", at: store });
    expect(err).toMatch(says);
    expect(exitCode).toBe(1);
    expect(await startedAt()).toBe(before);
    expect(await stack.redis("GET", "now")).toBe("here");
    expect((await onVolume("ls /data")).stdout).not.toContain("restore");
  });

  it("a file of a newer engine, more data than maxmemory, and a --time that a snapshot has not, all at once", async () => {
    const { id } = stack.resolved;
    const store = storeBackup(folder("newer"), id, content, {
      engine: { version: "7.4.1", rdbVersion: 12 },
      usedMemory: 2 ** 31,
    });
    const trial = restored(stack, { from: "latest", at: store, time: "2026-11-21T12:00:00Z" });
    await expect(trial).rejects.toThrow(
      [
        "3 problems, nothing was changed",
        "  backup 20261121T120000Z-0001: got RDB version 12, written by Redis 7.4.1, expected version 10 or lower, which " +
          `the engine of ${id} reads. Fix: restore it into a stack with a newer engine, or take an older backup.`,
        `  ${id}: maxmemory: got 64 MiB, expected 2.0 GiB or more, which the data of 20261121T120000Z-0001 takes. ` +
          `Fix: raise it in the service's file and run bin/up ${id}, or take a part with --match.`,
        "  --time: got 20261121T120000Z-0001, a snapshot of one moment, expected an append-only set, which can be cut. " +
          "Fix: take a backup of kind aof, or leave --time out.",
      ].join("\n"),
    );
  });
});

it("puts the old data back when the server does not start with the new", async () => {
  const store = storeBackup(folder("good"), stack.resolved.id, content);
  const { start } = Docker.Container.prototype;
  let starts = 0;
  const spy = jest.spyOn(Docker.Container.prototype, "start").mockImplementation(async function (
    this: Docker.Container,
  ) {
    if (this.id === stack.props.server.containerName && starts++ === 0) {
      await onVolume("echo damage >/data/appendonlydir/appendonly.aof.1.base.rdb");
    }
    return start.call(this);
  });
  const { exitCode, err } = await restored(stack, { from: "latest", at: store });
  spy.mockRestore();
  expect(err).toContain("; the data of before is back, and the server runs with it");
  expect(exitCode).toBe(1);
  expect(starts).toBe(2);
  expect(await stack.redis("GET", "now")).toBe("here");
  expect((await onVolume("ls /data")).stdout).not.toContain("restore");
});

it("takes keys that match of another stack, and loads them after the stop where memory is short", async () => {
  const store = storeBackup(folder("other"), other.resolved.id, content, { usedMemory: 2 ** 45 });
  const { exitCode, err } = await restored(
    stack,
    { from: "latest", at: store, match: ["session:*", "zset"] },
    other,
  );
  expect(err).toContain("too little memory for a second server");
  expect(exitCode).toBe(0);
  expect(await stack.redis("DBSIZE")).toBe("51");
  expect(await stack.redis("PEXPIRETIME", "session:7")).toBe(await other.redis("PEXPIRETIME", "session:7"));
  expect(await stack.redis("ZCARD", "zset")).toBe("300");
});

it("starts empty, undoes that, and discards what is kept", async () => {
  const id = stack.resolved.id;
  expect((await restored(stack, { empty: true })).exitCode).toBe(0);
  expect(await stack.redis("DBSIZE")).toBe("0");
  expect((await restored(stack, { undo: true })).exitCode).toBe(0);
  expect(await stack.redis("DBSIZE")).toBe("51");
  const { exitCode, out } = await restored(stack, { discard: true });
  expect(out).toMatch(new RegExp(`removed \\d+ from the volume ${stack.props.dataVolume.name}`));
  expect(exitCode).toBe(0);
  expect((await restored(stack, { discard: true })).out).toBe(`${id}: nothing is kept`);
});

it("takes only its own folders for what is kept, and removes no other", async () => {
  const others = [
    "before-restore-foo",
    "before-restore-99999999T999999Z",
    "before-restore-20261121T120000Z x",
  ];
  const before = await digestOf(stack);
  await onVolume(
    `cd /data && mkdir appendonlydir.off-20261121T110000Z ${others.map((name) => `'${name}'`).join(" ")} ` +
      `"$(printf 'before-restore-x\\nappendonlydir')"`,
  );
  await expect(restored(stack, { undo: true })).rejects.toThrow("--undo: got no before-restore-… with data");
  const { out } = await restored(stack, { discard: true });
  expect(out).toMatch(/^FOLDER .*\nappendonlydir\.off-20261121T110000Z .*\nremoved 1 from the volume /);
  expect((await onVolume("ls -d /data/*before* /data/append*")).stdout.split("\n").sort()).toEqual(
    [
      "",
      "/data/appendonlydir",
      "/data/before-restore-x?appendonlydir",
      ...others.map((name) => `/data/${name}`),
    ].sort(),
  );
  expect(await digestOf(stack)).toBe(before);
  await onVolume("rm -r /data/before-restore-*");
});

it("does not stop a server whose secrets are gone, since it would not start again", async () => {
  const { auth } = other.props.server;
  const volume = auth.mode === "none" ? "" : auth.secretsVolume;
  const files = (await readVolume(scratch.docker, volume)) ?? [];
  const started = (await other.container.inspect()).State.StartedAt;
  await writeVolume(
    scratch.docker,
    volume,
    files.map((file) => ({ ...file, content: "" })),
  );
  await expect(restored(other, { empty: true })).rejects.toThrow(
    new RegExp(
      `^[3-5] problems, nothing was changed\\n {2}${other.resolved.id} secret redis_password: got missing in volume`,
    ),
  );
  await writeVolume(scratch.docker, volume, files);
  expect((await other.container.inspect()).State.StartedAt).toBe(started);
});

it("refuses a second restore while one runs", async () => {
  const store = storeBackup(folder("twice"), stack.resolved.id, content);
  const name = `redis-ops-restore-${stack.resolved.id}`;
  const holder = await scratch.docker.createContainer({ name, Image: LAB_IMAGE, Cmd: ["sleep", "60"] });
  await holder.start();
  await expect(restored(stack, { from: "latest", at: store })).rejects.toThrow(
    `restore: got the container ${name}, which another restore holds, expected one restore of a stack at a time. ` +
      `Fix: wait for the other one; if there is none, docker rm -f ${name}.`,
  );
  await holder.remove({ force: true });
});

describe("a server that is down", () => {
  it("starts with the data of before when an exchange was killed in the middle", async () => {
    const before = await digestOf(stack);
    await stack.container.stop();
    const swap = readFileSync(join(repository, "ops/restore/swap.sh"), "utf8");
    const dying = `moves=0\nmv() { moves=$((moves + 1)); [ "$moves" -lt 3 ] || kill -9 $$; busybox mv "$@"; }\n${swap}`;
    await onVolume("mkdir -p /data/restore-incoming && echo new >/data/restore-incoming/dump.rdb");
    await runThrowAway(scratch.docker, {
      image: LAB_IMAGE,
      argv: ["sh", "-c", `sh -c "$1" swap before-restore-20261121T000000Z; true`, "sh", dying],
      binds: [`${stack.props.dataVolume.name}:/data`],
    });
    expect((await onVolume("ls /data")).stdout).toContain("restore-in-progress\n");
    await stack.container.start();
    await stack.becomeHealthy();
    expect(await digestOf(stack)).toBe(before);
    expect((await onVolume("ls /data")).stdout).not.toContain("restore");
  });

  it("gets the data of before back, whatever restore is told to do, when its exchange was killed", async () => {
    const before = await digestOf(stack);
    await stack.container.stop();
    const name = "before-restore-20261121T000000Z";
    await onVolume(
      `cd /data && mkdir ${name} before-restore-20261120T000000Z && mv appendonlydir ${name} && ` +
        `printf '${name}\\nold appendonlydir\\nend\\n' >restore-in-progress`,
    );
    const { exitCode, output } = await restored(stack, { discard: true });
    expect(output).toContain("an earlier restore was interrupted: putting the data of before it back");
    expect(output).toContain(`removed 1 from the volume ${stack.props.dataVolume.name}`);
    expect(exitCode).toBe(0);
    await stack.container.start();
    await stack.becomeHealthy();
    expect(await digestOf(stack)).toBe(before);
    expect((await onVolume("ls /data")).stdout).not.toContain("restore");
  });

  it("gets a backup when its data is broken and it restarts in a loop", async () => {
    const store = storeBackup(folder("down"), stack.resolved.id, content);
    await stack.container.stop();
    await onVolume("for file in /data/appendonlydir/*.base.rdb; do echo broken >$file; done");
    await stack.container.start();
    const { exitCode, output } = await restored(stack, { from: "20261121T12", at: store });
    expect(output).toContain("keys now       unknown: the server does not answer");
    expect(exitCode).toBe(0);
    expect(await digestOf(stack)).toBe(await digestOf(other));
  });
});
