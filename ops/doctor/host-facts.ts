import type { ResolvedStack } from "../../config/resolve-stack";

/** What one Docker engine and its host are like. Amounts are in bytes; undefined: not known. */
export interface HostFacts {
  /** The stacks that it is looked at for. */
  readonly stacks: readonly ResolvedStack[];
  readonly version: string;
  readonly apiVersion: string;
  readonly osType: string;
  readonly kernel: string;
  readonly memTotal: number;
  readonly storageDriver: string;
  /** Drivers that the engine can give to a container's log. */
  readonly logDrivers: readonly string[];
  readonly cgroupVersion: string | undefined;
  readonly limitsMemory: boolean;
  readonly limitsSwap: boolean;
  readonly isRootless: boolean;
  readonly hasLiveRestore: boolean;
  /** Its clock before ours: negative, after ours: positive. */
  readonly clockAheadMs: number;
  /** How exact that is: half of the time that the question took. */
  readonly clockErrorMs: number;
  /** Memory that the containers of a stack use which `memoryWanted` counts, by the stack's id; none: it does not run. */
  readonly used: ReadonlyMap<string, number>;
  /** Ports of the stacks that somebody else has. */
  readonly portsTaken: readonly PortTaken[];
  /** What a container sees. Text: why none could look. */
  readonly inside: InsideFacts | string;
}

export interface PortTaken {
  readonly stack: string;
  /** Address and port. */
  readonly port: string;
  readonly by: string;
}

/** What a throw-away container of the stacks' own image saw. */
export interface InsideFacts {
  readonly overcommitMemory: number | undefined;
  /** `always`, `madvise` or `never`. */
  readonly transparentHugepage: string | undefined;
  readonly somaxconn: number | undefined;
  /** Hard limit of open files that a container gets; infinite: none. */
  readonly nofile: number | undefined;
  readonly memAvailable: number | undefined;
  readonly swapTotal: number | undefined;
  readonly disks: readonly DiskFacts[];
}

/** A file system, and what lies in it of the stacks. */
export interface DiskFacts {
  readonly device: string;
  readonly total: number;
  readonly available: number;
  readonly volumes: readonly { readonly name: string; readonly used: number }[];
}

/** A volume that is mounted in the container, or would be made beside it. */
export interface MountedVolume {
  readonly directory: string;
  /** Those that it stands for: the fresh one stands for all that are not there yet. */
  readonly names: readonly string[];
}

/** Reads what `probe.sh` printed. What is not there, or is no number, is undefined. */
export function insideFacts(text: string, mounted: readonly MountedVolume[]): InsideFacts {
  const lines = text.split("\n");
  const value = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .trim();
  return {
    overcommitMemory: wholeNumber(value("overcommit_memory")),
    transparentHugepage: /\[(\w+)\]/.exec(value("transparent_hugepage") ?? "")?.[1],
    somaxconn: wholeNumber(value("somaxconn")),
    nofile: value("nofile") === "unlimited" ? Number.POSITIVE_INFINITY : wholeNumber(value("nofile")),
    memAvailable: kibibytes(value("MemAvailable")),
    swapTotal: kibibytes(value("SwapTotal")),
    disks: disksOf(lines, mounted),
  };
}

function disksOf(lines: readonly string[], mounted: readonly MountedVolume[]): readonly DiskFacts[] {
  const disks = new Map<string, DiskFacts>();
  for (const line of lines) {
    const [, directory, used, total, available, device = ""] =
      /^disk=(\S+) used=(\d*) total=(\d+) available=(\d+) device=(.*)$/.exec(line) ?? [];
    const names = mounted.find((volume) => volume.directory === directory)?.names;
    if (names === undefined) {
      continue;
    }
    const id = `${device} ${total}`;
    const volumes = names.map((name) => ({ name, used: kibibytes(used) ?? 0 }));
    disks.set(id, {
      device,
      total: kibibytes(total) ?? 0,
      available: kibibytes(available) ?? 0,
      volumes: [...(disks.get(id)?.volumes ?? []), ...volumes],
    });
  }
  return [...disks.values()];
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function kibibytes(text: string | undefined): number | undefined {
  const amount = wholeNumber(text);
  return amount === undefined ? undefined : amount * 1024;
}
