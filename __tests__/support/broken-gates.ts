import type { Service } from "../../config/service";
import * as loading from "../../ops/load";
import { type Recorded, redisOps } from "./recording-terminal";
import { shop, template, today } from "./stack-fixtures";

export const small = { memory: { maxmemory: "256 MiB" } } as const;
export const waivers = [
  {
    rule: "published-port",
    reason: "Prometheus <runs> on & off",
    expires: "2027-03-31",
  },
];
export const exporter = { hostPort: 9121, hostAddress: "0.0.0.0" };

/** `shop-dev` warns of its port, `shop-prod` is refused for its restart policy and waives its port. */
export const broken = shop(
  {
    dev: { ...small, hostPort: 6390, hostAddress: "0.0.0.0" },
    prod: { ...small, exporter, waivers },
  },
  { restart: "on-failure" },
);
export const kept = shop({ prod: { ...small, exporter: { hostPort: 9122 } } }, { name: "desk" });

/** What `redis-ops gates` says of these services. The spy is the test's to restore. */
export function gatesOf(services: readonly Service[], ...argv: readonly string[]): Promise<Recorded> {
  jest.spyOn(loading, "loadOptions").mockReturnValue({ template, today, services });
  return redisOps("gates", ...argv);
}

export const PORT =
  'shop.environments.dev.hostAddress: got "0.0.0.0", expected an address of the host alone, such as "127.0.0.1". ' +
  "Fix: leave hostAddress out, and let clients join the network.";
