import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { SECRET_FILES } from "../../core/redis-conf";
import { runThrowAway } from "../../ops/docker-run";
import { initSecrets } from "../../ops/stack-secrets";
import { writeAllTypes } from "../support/all-types";
import { diagnosed } from "../support/diagnosed";
import { eventually } from "../support/eventually";
import { IncidentTrials, untilRefused } from "../support/incident-trials";
import { redisOps } from "../support/recording-terminal";
import { renamed } from "../support/renamed-service";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

jest.mock("../../ops/load", () => ({
  ...jest.requireActual("../../ops/load"),
  loadStack: jest.fn(),
  loadNamedStacks: jest.fn(),
}));

/** Incidents that need a stack of their own: with snapshots alone and a port; with SOAK=1, with ten thousand connections. */

const isSoak = process.env.SOAK === "1";
const lines: string[] = [];

let scratch: Scratch;
let trials: IncidentTrials;

/** `trials` of a stack of this service, with keys of every type but a stream, whose DUMP has the time of loading. */
async function deploy(service: Parameters<typeof renamed>[0], environment: "dev" | "prod") {
  const stack = new TestStack(scratch, await renamed(service, environment, scratch));
  await initSecrets(scratch.docker, stack.props);
  await stack.deploy();
  await writeAllTypes(stack);
  await stack.redis("UNLINK", "stream");
  trials = new IncidentTrials(scratch, stack);
}

beforeAll(async () => {
  scratch = await Scratch.create();
}, 60_000);

afterEach(() => {
  lines.push(...trials.lines.splice(0));
});

afterAll(async () => {
  console.info(lines.join("\n"));
  await scratch.remove();
});

const remove = (name: string) => () =>
  scratch.docker.getContainer(`${scratch.prefix}-${name}`).remove({ force: true });

describe("a stack with snapshots alone", () => {
  beforeAll(async () => {
    await deploy(
      { ...devCache, persistence: { appendonly: false, save: [{ after: "1 min", changes: 1 }] } },
      "dev",
    );
  }, 120_000);

  it("whose port on the host was taken when its container was made anew: cannot-start/port", async () => {
    const { stack } = trials;
    const port = `${stack.props.server.hostPort}`;
    await trials.go({
      what: "its port on the host is taken when its container is made anew",
      inject: async () => {
        await stack.container.stop();
        await stack.container.remove();
        const other = await scratch.docker.createContainer({
          name: `${scratch.prefix}-other`,
          Image: LAB_IMAGE,
          Cmd: ["sleep", "3600"],
          ExposedPorts: { "7000/tcp": {} },
          HostConfig: { PortBindings: { "7000/tcp": [{ HostIp: "127.0.0.1", HostPort: port }] } },
        });
        await other.start();
        const { exitCode } = await stack.terraform("apply", "-input=false", "-auto-approve");
        expect(exitCode).toBe(1);
        expect((await stack.container.inspect()).State.Status).toBe("created");
      },
      finds: ["cannot-start/port", "stopped/not-started"],
      says: "see who has it",
      follow: ["docker ps", remove("other"), "bin/up"],
    });
  }, 120_000);

  it("whose dump.rdb is damaged: data-corruption/bad-rdb", () => {
    const { stack } = trials;
    return trials.go({
      what: "`dump.rdb` is damaged, of a stack without an append-only file",
      inject: async () => {
        expect(await redisOps("backup", "create", stack.resolved.id)).toMatchObject({ exitCode: 0 });
        await stack.container.stop();
        const { exitCode } = await runThrowAway(scratch.docker, {
          image: LAB_IMAGE,
          argv: [
            "sh",
            "-c",
            "dd if=/dev/urandom of=/data/dump.rdb bs=1 count=64 conv=notrunc seek=$(($(stat -c %s /data/dump.rdb) / 2))",
          ],
          binds: [`${stack.props.dataVolume.name}:/data`],
        });
        expect(exitCode).toBe(0);
        await stack.container.start();
        await eventually(
          () => stack.container.inspect(),
          ({ State, RestartCount }) => State.Restarting || RestartCount > 1,
        );
      },
      finds: ["data-corruption/bad-rdb"],
      says: "take the newest backup; what is there is kept",
      follow: ["restore --from latest", "verify"],
    });
  }, 120_000);
});

/** Of two applications; a redis-benchmark ends when it is refused a connection, so what takes the last ones asks again. */
const HOLD = `
ulimit -n "$(ulimit -H -n)"; mkfifo /tmp/nothing && exec 3<>/tmp/nothing
redis-benchmark -h "$1" -a "$(cat /run/secrets/${SECRET_FILES.default})" -I -c "$2" &
sleep 20
for one in $(seq "$3"); do while :; do nc "$1" 6379 <&3; sleep 0.2; done & done
wait`;

if (isSoak) {
  describe("a stack that takes 10,000 connections", () => {
    beforeAll(async () => {
      const { prod } = sentraPortal.environments;
      const environments = { prod: { ...prod, memory: { maxmemory: "512 MiB" } } } as const;
      await deploy({ ...sentraPortal, maxclients: 10_000, environments }, "prod");
    }, 120_000);

    const hold = async (name: string, count: number, more: number) => {
      const { auth, containerName } = trials.stack.props.server;
      const container = await scratch.docker.createContainer({
        name: `${scratch.prefix}-${name}`,
        Image: LAB_IMAGE,
        Cmd: ["sh", "-c", HOLD, "hold", containerName, `${count}`, `${more}`],
        HostConfig: {
          NetworkMode: trials.stack.props.network.name,
          Binds: auth.mode === "none" ? [] : [`${auth.secretsVolume}:/run/secrets:ro`],
        },
      });
      await container.start();
      const { NetworkSettings } = await container.inspect();
      return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
    };

    it("and has all of them: rejected-connections/full, with who holds them", async () => {
      const { stack } = trials;
      const addresses: string[] = [];
      await trials.go({
        what: "10,000 connections of two applications, as many as there may be",
        inject: async () => {
          addresses.push(await hold("many", 6500, 0), await hold("few", 3450, 80));
          await untilRefused(stack, 120);
          const { findings } = await diagnosed(stack);
          const [{ evidence = [] } = {}] = findings;
          const held = evidence.map((line) => line.split(" ")).slice(0, 2);
          expect(held.map(([address]) => address)).toEqual(addresses);
          // Clients that are refused come and go while the kernel's table is read.
          expect(Math.abs(Number(held[0]?.[2]) - 6500)).toBeLessThan(100);
          expect(Math.abs(Number(held[1]?.[2]) - 3495)).toBeLessThan(100);
        },
        finds: ["rejected-connections/full"],
        says: "whose addresses those are",
        follow: ["docker network inspect", remove("many"), remove("few"), "clients"],
      });
    }, 300_000);
  });
}
