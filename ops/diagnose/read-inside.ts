import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { InsideFacts, Peer, VolumeFacts } from "./facts";

/** The script that looks; its argument is the name of the append-only file's folder. */
export const LOOK_INSIDE = readFileSync(join(__dirname, "look-inside.sh"), "utf8");

const KIBIBYTE = 1024;

/** What the lines of look-inside.sh say. */
export function readInside(output: string): { readonly inside: InsideFacts; readonly volume?: VolumeFacts } {
  const lines = output.split("\n").map((line) => line.split(" "));
  const words = (name: string) => lines.find(([first]) => first === name)?.slice(1);
  const number = (name: string, at = 0, unit = 1) => {
    const text = words(name)?.[at];
    return text === undefined || !/^\d+$/.test(text) ? {} : { value: Number(text) * unit };
  };
  const as = <K extends keyof InsideFacts>(key: K, { value }: { readonly value?: number | string }) =>
    value === undefined ? {} : { [key]: value };
  const total = number("disk", 0, KIBIBYTE).value;
  const free = number("disk", 1, KIBIBYTE).value;
  const inodes = number("inodes", 0).value;
  const freeInodes = number("inodes", 1).value;
  const state = words("state")?.[0];
  const overcommit = words("overcommit")?.[0];
  return {
    inside: {
      ...(state === undefined ? {} : { processState: state }),
      ...(overcommit === undefined ? {} : { overcommit }),
      ...as("memTotal", number("MemTotal", 0, KIBIBYTE)),
      ...as("memAvailable", number("MemAvailable", 0, KIBIBYTE)),
      ...as("memoryUsed", number("used")),
      ...as("oomKills", number("oom_kills")),
      ...as("cpuPeriods", number("nr_periods")),
      ...as("cpuThrottled", number("nr_throttled")),
      peers: peersIn(lines),
    },
    ...(total === undefined || free === undefined
      ? {}
      : {
          volume: {
            total,
            free,
            // A file system such as btrfs counts none, and says 0 of 0.
            ...(freeInodes === undefined || inodes === undefined || inodes === 0 ? {} : { freeInodes }),
            unwritable: lines
              .filter(([first]) => first === "unwritable")
              .map(([, ...path]) => path.join(" ")),
            readOnly: words("read_only") !== undefined,
          },
        }),
  };
}

function peersIn(lines: readonly (readonly string[])[]): readonly Peer[] {
  const counts = new Map<string, number>();
  for (const [first, hex = "", count] of lines) {
    if (first === "peer") {
      const address = kernelAddress(hex);
      counts.set(address, (counts.get(address) ?? 0) + Number(count));
    }
  }
  return [...counts]
    .map(([address, connections]) => ({ address, connections }))
    .sort((one, other) => other.connections - one.connections || (one.address < other.address ? -1 : 1));
}

const GROUP = 4;

/** An address as /proc/net/tcp writes it: words of 32 bits in the machine's order, which is little-endian here. */
export function kernelAddress(hex: string): string {
  const words = hex.toLowerCase().match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  const text = bytes.join("");
  if (bytes.length === GROUP || text.startsWith("00000000000000000000ffff")) {
    return bytes
      .slice(-GROUP)
      .map((byte) => Number.parseInt(byte, 16))
      .join(".");
  }
  return (text.match(/.{4}/g) ?? [hex]).map((group) => group.replace(/^0{1,3}/, "")).join(":");
}
