import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { shortestAddress } from "../../core/host-address";
import { isGone, isNotFound } from "../docker-engine";
import { runThrowAway } from "../docker-run";
import { containerMemory } from "../look/memory-now";
import { sum } from "./check";
import { diskWants } from "./disk-wants";
import {
  type HostFacts,
  type InsideFacts,
  insideFacts,
  type MountedVolume,
  type PortTaken,
} from "./host-facts";

const PROBE = readFileSync(join(__dirname, "probe.sh"), "utf8");

/** What is asked of `docker info` here; older engines leave some of it out. */
interface EngineInfo {
  readonly OSType: string;
  readonly KernelVersion: string;
  readonly MemTotal: number;
  readonly Driver: string;
  readonly Plugins?: { readonly Log?: readonly string[] };
  readonly CgroupVersion?: string;
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly SecurityOptions?: readonly string[];
  readonly LiveRestoreEnabled?: boolean;
  readonly SystemTime: string;
}

/**
 * Reads an engine, its host by way of one container that is removed again, and the stacks on it. Nothing stays.
 * @param isLocal whether the engine's host is this one, so that its ports can be tried
 */
export async function readHost(
  docker: Docker,
  stacks: readonly ResolvedStack[],
  isLocal: boolean,
): Promise<HostFacts> {
  const asked = Date.now();
  const info: EngineInfo = await docker.info();
  const answered = Date.now();
  const { Version, ApiVersion } = await docker.version();
  return {
    stacks,
    version: Version,
    apiVersion: ApiVersion,
    osType: info.OSType,
    kernel: info.KernelVersion,
    memTotal: info.MemTotal,
    storageDriver: info.Driver,
    logDrivers: info.Plugins?.Log ?? [],
    cgroupVersion: info.CgroupVersion,
    limitsMemory: info.MemoryLimit === true,
    limitsSwap: info.SwapLimit === true,
    isRootless: info.SecurityOptions?.some((option) => option.startsWith("name=rootless")) ?? false,
    hasLiveRestore: info.LiveRestoreEnabled === true,
    clockAheadMs: Math.round(Date.parse(info.SystemTime) - (asked + answered) / 2),
    clockErrorMs: Math.ceil((answered - asked) / 2),
    used: await usedMemory(docker, stacks),
    portsTaken: await portsTaken(docker, stacks, isLocal),
    inside: await lookInside(docker, stacks),
  };
}

async function usedMemory(
  docker: Docker,
  stacks: readonly ResolvedStack[],
): Promise<ReadonlyMap<string, number>> {
  const used = await Promise.all(
    stacks.map(async ({ id, props }) => {
      const { server, prometheus } = props;
      const containers = [server, ...(prometheus === undefined ? [] : [prometheus])];
      const memory = await Promise.all(
        containers.map(({ containerName }) =>
          containerMemory(docker.getContainer(containerName)).catch(unlessGone),
        ),
      );
      const known = memory.flatMap((one) => (one === undefined ? [] : [one.used]));
      return known.length === 0 ? [] : [[id, sum(known)] as const];
    }),
  );
  return new Map(used.flat());
}

/** What the stacks publish, with the container that has the port. */
function published({ id, props: { server, exporter, prometheus } }: ResolvedStack) {
  return [
    { hostAddress: server.hostAddress, hostPort: server.hostPort, containerName: server.containerName },
    ...(exporter === undefined ? [] : [exporter]),
    ...(prometheus === undefined ? [] : [prometheus]),
  ].flatMap(({ hostAddress, hostPort, containerName }) =>
    hostPort === undefined ? [] : [{ stack: id, hostAddress, hostPort, containerName }],
  );
}

async function portsTaken(
  docker: Docker,
  stacks: readonly ResolvedStack[],
  isLocal: boolean,
): Promise<readonly PortTaken[]> {
  const holders = (await docker.listContainers()).flatMap(({ Names, Ports }) =>
    Ports.filter(({ PublicPort }) => PublicPort !== undefined).map(({ IP, PublicPort }) => ({
      name: (Names[0] ?? "").slice(1),
      address: shortestAddress(IP ?? "0.0.0.0"),
      port: PublicPort,
    })),
  );
  const taken = await Promise.all(
    stacks.flatMap(published).map(async ({ stack, hostAddress, hostPort, containerName }) => {
      const holder = holders.find(
        ({ address, port }) => port === hostPort && doOverlap(address, shortestAddress(hostAddress)),
      );
      const isFree = holder === undefined && (!isLocal || (await canListen(hostAddress, hostPort)));
      return holder?.name === containerName || isFree
        ? []
        : [
            {
              stack,
              port: `${hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress}:${hostPort}`,
              by: holder === undefined ? "a program that is no container" : `container ${holder.name}`,
            },
          ];
    }),
  );
  return taken.flat();
}

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

const doOverlap = (one: string, other: string) => one === other || WILDCARDS.has(one) || WILDCARDS.has(other);

/** Only what says that somebody else has the port counts: this program may lack the right to listen there. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "EADDRINUSE"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** One container with every volume that is there, and a fresh one in place of those that are not. */
async function lookInside(docker: Docker, stacks: readonly ResolvedStack[]): Promise<InsideFacts | string> {
  const images = [...new Set(stacks.map(({ props }) => props.server.image))];
  const image = await firstThere(docker, images);
  if (image === undefined) {
    return `the engine has no image of these stacks yet (${images.join(", ")})`;
  }
  const names = stacks.flatMap(({ props }) => diskWants(props).map(({ volume }) => volume));
  const there = await Promise.all(
    names.map(async (name) => ((await docker.getVolume(name).inspect().catch(unlessGone)) ? [name] : [])),
  );
  const existing = there.flat();
  const mounted: readonly MountedVolume[] = [
    ...existing.map((name, at) => ({ directory: `/probe/${at}`, names: [name] })),
    { directory: FRESH, names: names.filter((name) => !existing.includes(name)) },
  ];
  try {
    const { exitCode, stdout, stderr } = await runThrowAway(docker, {
      image,
      argv: ["sh", "-c", PROBE, "probe.sh", ...mounted.map(({ directory }) => directory)],
      // A bind of a path alone is a volume without a name, which goes with its container.
      binds: [...existing.map((name, at) => `${name}:/probe/${at}:ro`), FRESH],
    });
    return exitCode === 0 ? insideFacts(stdout, mounted) : `a container of ${image} said ${stderr.trim()}`;
  } catch (error) {
    if (!(error instanceof Error && "statusCode" in error)) {
      throw error;
    }
    return `the engine would not start a container: ${error.message}`;
  }
}

/** Where a volume lies that stands for those that are not there yet. */
const FRESH = "/probe/new";

async function firstThere(docker: Docker, images: readonly string[]): Promise<string | undefined> {
  for (const image of images) {
    if ((await docker.getImage(image).inspect().catch(unlessGone)) !== undefined) {
      return image;
    }
  }
  return undefined;
}

function unlessGone(error: unknown): undefined {
  if (!isGone(error) && !isNotFound(error)) {
    throw error;
  }
}
