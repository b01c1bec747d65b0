import { setTimeout as sleep } from "node:timers/promises";
import { sentraPortal } from "../../config/services/sentra-portal";
import { parseManifest } from "../../ops/backup/manifest";
import { backupCopy } from "../../ops/commands/backup-copy";
import { backupVerify } from "../../ops/commands/backup-verify";
import { exec } from "../../ops/docker-engine";
import { secretStates } from "../../ops/stack-secrets";
import { BackupContainer, type BackupContainerOptions } from "../support/backup-container";
import { eventually } from "../support/eventually";
import { writeKeys } from "../support/keys";
import { recorded } from "../support/recorded";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Backups that a stack makes by itself, of a running server. */

const KEYS = 500;
const FREE = /^redis_backup_free_bytes\{.*\} (\d+)$/m;

let scratch: Scratch;
let stack: TestStack;
let silent: BackupContainer;
let deployed: Pick<BackupContainerOptions, "host" | "network" | "secretsVolume">;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  await writeKeys(stack, KEYS);
  const { schedule } = stack.props.backups;
  deployed = {
    host: stack.props.server.containerName,
    network: stack.props.network.name,
    ...(schedule?.secretsVolume === undefined ? {} : { secretsVolume: schedule.secretsVolume }),
  };
  // It waits for its answer while other tests run.
  silent = await start("silent", {
    host: "127.0.0.1",
    tmpfs: "size=8m",
    before: "(sleep 100 | nc -l -p 6379 >/dev/null) & sleep 0.5",
  });
}, 120_000);

afterAll(() => scratch.remove());

const start = (name: string, options: Partial<BackupContainerOptions> = {}) =>
  BackupContainer.start(scratch, name, {
    ...deployed,
    ...(options.tmpfs === undefined ? { volume: `${scratch.prefix}-${name}` } : {}),
    ...options,
  });

async function manifestOf(backup: BackupContainer, id: string) {
  const manifest = parseManifest(await backup.manifest(id));
  if (typeof manifest === "string") {
    throw new Error(`${id} ${manifest}`);
  }
  return manifest;
}

/** Keys that a server has which loaded the data. */
async function keysLoadedFrom(backup: BackupContainer, id: string): Promise<string> {
  const copied = `cp /data/shop-prod/${id}.rdb /tmp/dump.rdb`;
  const started = "redis-server --port 0 --unixsocket /tmp/s --dir /tmp --save '' --daemonize yes";
  return backup.sh(`${copied} && ${started} >/dev/null && sleep 1 && redis-cli -s /tmp/s dbsize`);
}

it("is made as soon as the stack is there, with a password that is in no command line and no environment", async () => {
  const { schedule } = stack.props.backups;
  const container = scratch.docker.getContainer(schedule?.containerName ?? "");
  const folder = `/data/${stack.resolved.id}`;
  const list = await eventually(
    async () => (await exec(container, ["sh", "-c", `cat ${folder}/*.json`])).stdout,
    (text) => text !== "",
  );
  expect(parseManifest(list)).toMatchObject({ stack: stack.resolved.id, kind: "rdb", madeBy: "schedule" });
  const { stdout: password } = await exec(container, ["cat", "/run/secrets/redis_backup_password"]);
  const { stdout: told } = await exec(container, ["sh", "-c", "cat /proc/1/environ /proc/1/cmdline"]);
  expect(password).toHaveLength(48);
  expect(`${told}${JSON.stringify(await container.inspect())}`).not.toContain(password);
  expect((await secretStates(scratch.docker, stack.props)).map(({ state }) => state)).toEqual(
    Array(6).fill("present"),
  );
  const { Config } = await container.inspect();
  const healthy = await exec(container, ["sh", "-c", `${Config.Healthcheck?.Test?.[1]}`]);
  expect(healthy.exitCode).toBe(0);
  expect((await stack.plan()).isEmpty).toBe(true);
}, 60_000);

it("leaves the host by a copy, which is read there", async () => {
  const at = `${scratch.folder}/elsewhere`;
  const options = {
    from: "all",
    to: at,
    at: `volume:${stack.props.backups.schedule?.volumeName}`,
    json: false,
  };
  const copied = await recorded((terminal) => backupCopy(stack.resolved, options, terminal));
  expect(copied.out).toMatch(/^copied: \S+ from volume:\S+ to \S+$/);
  expect(copied.exitCode).toBe(0);
  const verified = await recorded((terminal) =>
    backupVerify(stack.resolved, { id: "all", at, json: false }, terminal),
  );
  expect(verified.out).toMatch(/^ok {4}\S+ in \S+: \d+ keys, checksums, redis-check-rdb of the engine$/);
});

it("has every key, says how many, and is loaded by a server", async () => {
  const backup = await start("whole", { every: 300 });
  const [id = ""] = await backup.hasMade(1);
  const manifest = await manifestOf(backup, id);
  expect(manifest).toMatchObject({
    id,
    keys: { total: KEYS },
    engine: { version: "7.0.15", rdbVersion: 10 },
  });
  expect(manifest.file).toMatchObject({ name: `${id}.rdb`, sha256: await backup.sum(id) });
  expect(await backup.names()).toEqual([`${id}.json`, `${id}.rdb`, "redis_backup.prom"]);
  expect(await keysLoadedFrom(backup, id)).toBe(`${KEYS}`);
  expect(await backup.metric("redis_backup_last_keys")).toBe(KEYS);
  expect(await backup.metric("redis_backup_last_verified")).toBe(1);
  expect(await backup.metric("redis_backup_last_size_bytes")).toBe(manifest.file.bytes);
}, 30_000);

it("tells its metrics to whoever asks inside the network, also beside clients that say nothing", async () => {
  const backup = await start("asked", { every: 300, tmpfs: "size=8m" });
  await backup.hasMade(1);
  await backup.sh("for i in 1 2 3 4 5; do (sleep 100 | nc 127.0.0.1 9122) >/dev/null 2>&1 & done");
  const started = Date.now();
  const asked = () => backup.sh("wget -q -O - http://127.0.0.1:9122/metrics");
  const metrics = await eventually(asked, (text) => text.includes("redis_backup_last_verified"));
  for (let count = 0; count < 5; count += 1) {
    expect(await asked()).toBe(metrics);
  }
  expect(Date.now() - started).toBeLessThan(4000);
  const file = await backup.sh("cat /data/shop-prod/redis_backup.prom");
  expect(metrics.replace(FREE, "")).toBe(file.replace(FREE, ""));
  expect(
    await backup.sh("wget -q -O - http://127.0.0.1:9122/../../../run/secrets/redis_backup_password"),
  ).toBe(metrics);
  // Whoever has not asked within five seconds is waited for no more.
  const waiting = () => backup.sh("ps -o comm | grep -c '^dd$'");
  expect(await waiting()).not.toBe("0");
  expect(await eventually(waiting, (count) => count === "0")).toBe("0");
}, 20_000);

it("tells the room that there is now, and not that of the last attempt", async () => {
  const backup = await start("room", { every: 300, tmpfs: "size=8m" });
  await backup.hasMade(1);
  const free = async () =>
    Number(FREE.exec(await backup.sh("wget -q -O - http://127.0.0.1:9122/metrics"))?.[1]);
  const before = await eventually(free, (bytes) => bytes > 0);
  await backup.sh("dd if=/dev/zero of=/data/ballast bs=1048576 count=4");
  expect(await free()).toBe(before - 4 * 1024 ** 2);
  expect(await backup.metric("redis_backup_free_bytes")).toBeGreaterThanOrEqual(before);
  await backup.sh("rm /data/ballast");
  expect(await free()).toBe(before);
}, 20_000);

it("makes backups where nobody can be told its metrics, and says so", async () => {
  const backup = await start("untold", { every: 300, before: "nc() { return 127; }" });
  await backup.hasMade(1);
  expect(await backup.says(/nobody can read/)).toContain(
    "redis-backup: shop-prod: nobody can read the metrics at port 9122: exit code 127",
  );
}, 20_000);

it("keeps the newest and the young, stops at once, and makes one for all that were missed", async () => {
  const backup = await start("kept", { every: 2, keepLast: 2 });
  const old = "20250101T000000Z-aaaa";
  await backup.hasMade(1);
  await backup.sh(`cd /data/shop-prod && touch ${old}.json ${old}.rdb`);
  await eventually(
    () => backup.names(),
    (names) => names.filter((name) => name.endsWith(".json")).length === 2 && !names.includes(`${old}.rdb`),
  );
  expect(await backup.names()).not.toContain(`${old}.rdb`);
  const started = Date.now();
  await backup.container.stop();
  expect(Date.now() - started).toBeLessThan(3000);
  expect((await backup.container.inspect()).State.ExitCode).toBe(0);
  const later = await start("late", { volume: `${scratch.prefix}-kept`, every: 5, keepLast: 9 });
  const before = (await later.ids()).length;
  await sleep(5500);
  const after = (await later.ids()).length;
  expect(after - before).toBeLessThanOrEqual(2);
  expect(after).toBeGreaterThan(2);
}, 40_000);

it("says that there is no room, keeps what there is, and goes on when there is", async () => {
  const backup = await start("full", { tmpfs: "size=8m", every: 1, keepLast: 1 });
  const [kept = ""] = await backup.hasMade(1);
  await backup.sh("dd if=/dev/zero of=/data/ballast bs=1024 count=8000");
  const log = await backup.says(/no_room: got \d+ bytes free, expected \d+/);
  expect(log).toMatch(
    /^redis-backup: shop-prod: no_room: got \d+ bytes free, expected \d+: \d+ for the backup, 0 for/m,
  );
  expect(await backup.metric("redis_backup_failed", "no_room")).toBe(1);
  expect(await backup.metric("redis_backup_last_keys")).toBe(KEYS);
  const [still = kept] = await backup.ids();
  await backup.sh("rm /data/ballast");
  const ids = await eventually(
    () => backup.ids(),
    (all) => all.length === 1 && all[0] !== still,
  );
  expect(ids).not.toEqual([still]);
  expect(await backup.metric("redis_backup_failed", "no_room")).toBe(0);
}, 40_000);

it("leaves the server the room that it needs", async () => {
  const backup = await start("left", { tmpfs: "size=8m", leaveFree: 8 * 1024 ** 2 });
  await backup.says(/no_room/);
  expect(await backup.ids()).toEqual([]);
}, 20_000);

it.each<[string, Partial<BackupContainerOptions>, RegExp, string]>([
  [
    "no password",
    { secretsVolume: "" },
    /refused: NOAUTH .* Fix: run bin\/redis-ops secrets init shop-prod\./,
    "refused",
  ],
  [
    "no server",
    { host: "127.0.0.1" },
    /unreachable: Could not connect to Redis at 127\.0\.0\.1:6379/,
    "unreachable",
  ],
])("says why with %s, and leaves no manifest", async (what, options, line, reason) => {
  const { secretsVolume, ...rest } = { ...deployed, ...options };
  const backup = await BackupContainer.start(scratch, what.replace(" ", "-"), {
    ...rest,
    ...(secretsVolume === undefined || secretsVolume === "" ? {} : { secretsVolume }),
    tmpfs: "size=8m",
  });
  expect(await backup.says(line)).toMatch(line);
  await eventually(
    () => backup.metric("redis_backup_failed", reason),
    (value) => value === 1,
  );
  expect(await backup.metric("redis_backup_failed", reason)).toBe(1);
  expect(await backup.names()).toEqual(["redis_backup.prom"]);
});

it("says that a server took the connection and gave no answer", async () => {
  expect(await silent.says(/unreachable/)).toContain(
    "redis-backup: shop-prod: unreachable: no answer within 10 s\n",
  );
}, 20_000);

it("does not touch what another container is writing, and removes what nobody wrote to for an hour", async () => {
  const backup = await start("shared", { every: 2, keepLast: 2 });
  await backup.hasMade(1);
  const fresh = "20990101T000000Z-bbbb.rdb.other.part";
  const dead = "20250101T000000Z-cccc.rdb.other.part";
  const orphan = "20250101T000000Z-dddd.rdb";
  await backup.sh(`cd /data/shop-prod && touch ${fresh} && touch -d "2025-01-01 00:00:00" ${dead} ${orphan}`);
  const names = await eventually(
    () => backup.names(),
    (all) => !all.includes(dead) && !all.includes(orphan),
  );
  expect(names).toContain(fresh);
  expect(names).not.toContain(dead);
  expect(names).not.toContain(orphan);
}, 20_000);
