import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { Deployment, Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { plannedActions, replacementReasons, updatedAttributes } from "../support/plan-text";
import { edited, renamed } from "../support/renamed-service";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Edits of a service's file that Docker carries out on the running container, and such that it cannot. */

const maxmemory = "64 MiB";
const MEBIBYTE = 1024 ** 2;

let scratch: Scratch;
let stack: TestStack;
let original: Service;

beforeAll(async () => {
  scratch = await Scratch.create();
  original = await renamed(devCache, "dev", scratch);
  const before = { memory: { maxmemory, reservation: "80 MiB" }, cpuShares: 256 } as const;
  stack = new TestStack(scratch, edited(original, before));
  await stack.deploy();
}, 120_000);

afterAll(() => scratch.remove());

/** Writes the original service with other facts, and returns the plan of it. */
async function planOf(deployment: Partial<Deployment>, restart?: "always"): Promise<string> {
  const service = edited(original, { memory: { maxmemory }, ...deployment });
  stack.write(restart === undefined ? service : { ...service, restart });
  return (await stack.plan()).text;
}

async function facts() {
  const { Id, HostConfig } = await stack.container.inspect();
  const { CpuShares, MemoryReservation, RestartPolicy } = HostConfig;
  return { Id, CpuShares, MemoryReservation, restart: RestartPolicy?.Name };
}

it("changes cpuShares, reservation and restart of the running container", async () => {
  const { Id, ...before } = await facts();
  expect(before).toEqual({
    CpuShares: 256,
    MemoryReservation: 80 * MEBIBYTE,
    restart: "unless-stopped",
  });

  const text = await planOf({ memory: { maxmemory, reservation: "100 MiB" }, cpuShares: 512 }, "always");
  expect(plannedActions(text)).toEqual(["docker_container.redis will be updated in-place"]);
  expect(updatedAttributes(text)).toEqual([
    "cpu_shares = 256 -> 512",
    "memory_reservation = 80 -> 100",
    'restart = "unless-stopped" -> "always"',
  ]);

  await stack.apply();
  expect(await facts()).toEqual({
    Id,
    CpuShares: 512,
    MemoryReservation: 100 * MEBIBYTE,
    restart: "always",
  });
  expect((await stack.plan()).isEmpty).toBe(true);
});

it("replaces the container to take cpuShares and reservation away, since Docker cannot", async () => {
  const text = await planOf({});
  expect(plannedActions(text)).toEqual(["docker_container.redis must be replaced"]);
  expect(replacementReasons(text)).toEqual(["labels"]);

  await stack.apply();
  expect(await facts()).toMatchObject({ CpuShares: 0, MemoryReservation: 0, restart: "unless-stopped" });
  expect((await stack.plan()).isEmpty).toBe(true);
});

describe("hostAddress", () => {
  const port = () => stack.props.server.hostPort ?? 0;
  const addresses = Object.values(networkInterfaces())
    .flat()
    .flatMap((address) => (address?.family === "IPv4" ? [address.address] : []));

  it("is 127.0.0.1 unless the service says another: no other address of the machine is open", async () => {
    expect(addresses).toContain("127.0.0.1");
    expect(await openOf([...addresses, "127.0.0.2"], port())).toEqual(["127.0.0.1"]);
  });

  it("moves the port to the other address by a replacement", async () => {
    const text = await planOf({ hostAddress: "127.0.0.2" });
    expect(plannedActions(text)).toEqual(["docker_container.redis must be replaced"]);
    expect(replacementReasons(text)).toEqual(["ip"]);

    await stack.apply();
    expect(await openOf([...addresses, "127.0.0.2"], port())).toEqual(["127.0.0.2"]);
    expect((await stack.plan()).isEmpty).toBe(true);
  });
});

/** The addresses at which a Redis answers. */
async function openOf(addresses: readonly string[], port: number): Promise<readonly string[]> {
  const answers = await Promise.all(addresses.map((host) => ping(host, port)));
  return addresses.filter((_, index) => answers[index] === "+PONG\r\n");
}

async function ping(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, timeout: 2000 }).setEncoding("latin1");
  socket.on("timeout", () => socket.destroy(new Error("no answer")));
  try {
    socket.write("PING\r\n");
    const [answer] = await once(socket, "data");
    return `${answer}`;
  } catch (error) {
    return String(error);
  } finally {
    socket.destroy();
  }
}
