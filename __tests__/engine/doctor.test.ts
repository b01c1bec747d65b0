import { createServer } from "node:net";
import { prospectflow } from "../../config/services/prospectflow";
import { doctorOf } from "../../ops/commands/doctor";
import { runThrowAway } from "../../ops/docker-run";
import type { InsideFacts } from "../../ops/doctor/host-facts";
import { readHost } from "../../ops/doctor/read-host";
import { eventually } from "../support/eventually";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** A stack that is decided and not deployed: all that doctor needs. */

let scratch: Scratch;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  const service = edited(await renamed(prospectflow, "dev", scratch), { memory: { maxmemory: "64 MiB" } });
  stack = new TestStack(scratch, service);
});

afterAll(() => scratch.remove());

const report = async () => {
  const { exitCode, out } = await recorded((terminal) =>
    doctorOf([stack.resolved], { json: true }, terminal),
  );
  return { exitCode, ...JSON.parse(out) };
};

const unnamedVolumes = async () =>
  ((await scratch.docker.listVolumes()).Volumes ?? [])
    .map(({ Name }) => Name)
    .filter((name) => /^[0-9a-f]{64}$/.test(name));

test("a host is looked at through its engine, and nothing stays on it", async () => {
  const before = await unnamedVolumes();
  const { exitCode, blocks, engines } = await report();
  expect({ exitCode, blocks }).toEqual({ exitCode: 0, blocks: false });
  expect(engines).toHaveLength(1);
  expect(engines[0].stacks).toEqual([stack.resolved.id]);
  expect(engines[0].checks.map(({ check }: { check: string }) => check)).toEqual([
    "engine",
    "kernel",
    "memory limits",
    "rootless",
    "live-restore",
    "storage driver",
    "logging driver",
    "clock",
    "ports",
    "memory",
    "vm.overcommit_memory",
    "transparent huge pages",
    "net.core.somaxconn",
    "open files",
    "free memory",
    "disk",
  ]);
  const isNew = (name: string) => !before.includes(name);
  const left = await eventually(
    async () => (await unnamedVolumes()).filter(isNew),
    (names) => names.length === 0,
  );
  expect(left).toEqual([]);
  expect(await scratch.inEngine()).toEqual([]);
});

test("what is seen is the host's", async () => {
  const { name } = stack.props.dataVolume;
  await scratch.docker.createVolume({ Name: name });
  const { exitCode } = await runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    argv: ["dd", "if=/dev/zero", "of=/data/dump.rdb", "bs=1M", "count=8"],
    binds: [`${name}:/data`],
  });
  expect(exitCode).toBe(0);
  const facts = await readHost(scratch.docker, [stack.resolved], true);
  const inside = facts.inside as InsideFacts;
  const { stdout } = await runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    argv: ["sh", "-c", "cat /proc/sys/vm/overcommit_memory /proc/sys/net/core/somaxconn; ulimit -Hn"],
  });
  const [overcommit, somaxconn, nofile] = stdout.trim().split("\n");
  expect(inside).toMatchObject({
    overcommitMemory: Number(overcommit),
    somaxconn: Number(somaxconn),
    nofile: nofile === "unlimited" ? Number.POSITIVE_INFINITY : Number(nofile),
  });
  expect(inside.memAvailable).toBeLessThan(facts.memTotal);
  const own = inside.disks.flatMap(({ volumes }) => volumes).find((volume) => volume.name === name);
  expect(own?.used).toBeGreaterThanOrEqual(8 * 1024 ** 2);
  expect(own?.used).toBeLessThan(9 * 1024 ** 2);
  expect(facts.portsTaken).toEqual([]);
});

test("a port that a program has blocks, and so does an engine that does not answer", async () => {
  const { hostPort } = stack.props.server;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(hostPort, "127.0.0.1", resolve));
  const { exitCode, engines } = await report();
  server.close();
  expect(exitCode).toBe(1);
  expect(engines[0].checks).toContainEqual(
    expect.objectContaining({
      check: "ports",
      level: "blocks",
      saw: `127.0.0.1:${hostPort} of ${stack.resolved.id} is taken by a program that is no container`,
    }),
  );
  const away = { ...stack.resolved, props: { ...stack.props, docker: { host: "unix:///none" } } };
  const { exitCode: code, out } = await recorded((terminal) => doctorOf([away], { json: false }, terminal));
  expect({ code, out }).toEqual({
    code: 1,
    out:
      `unix:///none: ${stack.resolved.id}\n` +
      "blocks  engine: no answer from unix:///none\n" +
      "        Nothing is deployed without it.\n" +
      "        Fix: start Docker (bin/up does it on Debian and Ubuntu), or set\n" +
      "        DOCKER_HOST.\n" +
      "0 ok, 0 note, 0 warn, 1 blocks",
  });
});
