import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { exec } from "../../ops/docker-engine";
import { logsOf } from "./container-logs";
import type { Scratch } from "./scratch";

/** Text that somebody could read, by the place where it stands. */
export type Places = ReadonlyMap<string, string>;

/** The places in which one of `needles` stands. */
export function placesWith(needles: readonly string[], places: Places): readonly string[] {
  return [...places].filter(([, text]) => needles.some((needle) => text.includes(needle))).map(([at]) => at);
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): Places {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "latin1")];
    }),
  );
}

/** What the engine tells about everything that a test has made. */
export async function toldByEngine({ docker, prefix }: Scratch): Promise<Places> {
  const filters = { name: [prefix] };
  const [listed, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const containers = listed.map(({ Id }) => docker.getContainer(Id));
  const running = listed.filter(({ State }) => State === "running").map(({ Id }) => docker.getContainer(Id));
  const text = async (parts: readonly Promise<unknown>[]) => JSON.stringify(await Promise.all(parts));
  return new Map([
    ["docker ps", JSON.stringify(listed)],
    ["docker inspect", await text(containers.map((container) => container.inspect()))],
    ["docker network inspect", await text(networks.map(({ Id }) => docker.getNetwork(Id).inspect()))],
    ["docker volume inspect", JSON.stringify(volumes)],
    ["docker logs", await text(containers.map(logsOf))],
    ["docker top", await text(running.map((container) => container.top()))],
    ["environment in containers", await text(running.map(environmentIn))],
  ]);
}

/**
 * As the first process has it. Redis writes its title over it, and the exporter's image has no program to show it;
 * root sees both in what the kernel tells.
 */
async function environmentIn(container: Docker.Container): Promise<string> {
  const { exitCode, stdout } = await exec(container, ["cat", "/proc/1/environ"]);
  return exitCode === 0 ? stdout : "";
}

/** What the kernel tells about the processes of this machine: all of them to root, in containers, too. */
export function toldByKernel(): Places {
  return new Map([
    ["process list", readOfProcesses("cmdline")],
    ["environment of processes", readOfProcesses("environ")],
  ]);
}

/** Looks at the process list all the time until `stop`, for what lives too short to be seen otherwise. */
export function watchProcessList(): { readonly stop: () => string } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const line of readOfProcesses("cmdline").split("\n")) {
      seen.add(line);
    }
  }, 30);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen].join("\n");
    },
  };
}

function readOfProcesses(file: "cmdline" | "environ"): string {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map((pid) => readIfAllowed(join("/proc", pid, file)).replaceAll("\0", " ")).join("\n");
}

/** A process may have ended, or belong to somebody else. */
function readIfAllowed(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
