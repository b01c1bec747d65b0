import type Docker from "dockerode";
import { devCache } from "../../config/services/dev-cache";
import { exec } from "../../ops/docker-engine";
import { eventually } from "../support/eventually";
import { freePorts } from "../support/free-ports";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";
import { writeValues } from "../support/write-values";

/**
 * `maxmemory` alone keeps nobody alive: allocator, buffers and copies come on top of the data, and the kernel counts
 * them all. The same writes go to a container that is as large as `maxmemory`, and to one with a derived limit.
 */

const MAXMEMORY = 64 * 1024 ** 2;
/** Twice what fits. */
const VALUES = { count: 128 * 1024, bytes: 1024 };

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

describe("a container of 64 MB with maxmemory 64mb and allkeys-lru, made by hand", () => {
  it("is killed by the kernel before Redis evicts enough", async () => {
    const [port = 0] = await freePorts(1);
    const container = await startByHand(port);

    const { taken, connectionLost } = await writeValues(port, VALUES);
    const { Running, OOMKilled, ExitCode } = await eventually(
      async () => (await container.inspect()).State,
      (state) => !state.Running,
    );

    expect({ Running, OOMKilled, ExitCode }).toEqual({ Running: false, OOMKilled: true, ExitCode: 137 });
    expect(connectionLost).toBe(true);
    expect(taken).toBeGreaterThan(0);
  });

  async function startByHand(port: number): Promise<Docker.Container> {
    const container = await scratch.docker.createContainer({
      name: `${scratch.prefix}-by-hand`,
      Image: LAB_IMAGE,
      User: "999:1000",
      Cmd: [
        ...["redis-server", "--protected-mode", "no"],
        ...["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
      ],
      ExposedPorts: { "6379/tcp": {} },
      HostConfig: {
        Memory: MAXMEMORY,
        MemorySwap: MAXMEMORY,
        PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: `${port}` }] },
      },
    });
    await container.start();
    const ping = () => exec(container, ["redis-cli", "ping"]);
    await eventually(ping, ({ stdout }) => stdout.trim() === "PONG");
    return container;
  }
});

describe("the product's container with maxmemory 64 MiB", () => {
  it("evicts and lives, with snapshots while it is written to", async () => {
    const stack = await TestStack.deploySmall(scratch, devCache, "dev");
    const { memoryLimit, maxmemory, maxmemoryPolicy, hostPort = 0 } = stack.props.server;
    expect(`${maxmemory} of ${memoryLimit}, ${maxmemoryPolicy}`).toBe("64 MiB of 206 MiB, allkeys-lru");
    const { run_id } = await infoOf(stack, "server");

    let snapshots = 0;
    const written = await writeValues(hostPort, VALUES, async (sent) => {
      if (sent % 8000 === 0 && /started/.test(await stack.redis("BGSAVE"))) {
        snapshots += 1;
      }
    });

    expect(written).toEqual({ taken: VALUES.count, refusals: [], connectionLost: false });
    expect(snapshots).toBeGreaterThan(1);
    const { State, RestartCount } = await stack.container.inspect();
    expect({ ...State, RestartCount }).toMatchObject({ Running: true, OOMKilled: false, RestartCount: 0 });
    await stack.becomeHealthy();
    expect(await stack.redis("PING")).toBe("PONG");
    expect(await infoOf(stack, "server")).toMatchObject({ run_id });
    const { evicted_keys } = await infoOf(stack, "stats");
    expect(Number(evicted_keys)).toBeGreaterThan(VALUES.count / 4);
    expect(await infoOf(stack, "persistence")).toMatchObject({
      rdb_last_bgsave_status: "ok",
      aof_last_bgrewrite_status: "ok",
      aof_last_write_status: "ok",
    });
  }, 120_000);
});

async function infoOf(stack: TestStack, section: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await stack.redis("INFO", section)).split("\r\n");
  return Object.fromEntries(lines.map((line) => line.split(":", 2)));
}
