import { z } from "zod";
import { isLoopback } from "../core/host-address";

const PORTS = z.array(z.object({ external: z.number(), ip: z.string() }));

/** Ports of the host that a plan publishes, moves or takes back, and whether others than the host reach them. */
export function portDetails(before: unknown, after: unknown): readonly string[] {
  const [was, becomes] = [published(before), published(after)];
  if (was.join() === becomes.join()) {
    return [];
  }
  const open = becomes.filter((address) => !isLoopback(address.slice(0, address.lastIndexOf(":"))));
  return [
    `published ${was.join(", ") || "nothing"} -> ${becomes.join(", ") || "nothing"}`,
    ...open.map((address) => `${address} is open to the network, past the rules of the host's firewall`),
  ];
}

function published(ports: unknown): readonly string[] {
  return (PORTS.safeParse(ports).data ?? []).map(({ external, ip }) => `${ip}:${external}`).sort();
}
