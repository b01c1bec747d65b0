import { z } from "zod";
import { isForMany, shortestAddress } from "../core/host-address";
import type { Problems } from "../core/problem";
import type { ResolvedStack } from "./resolve-stack";

const ADDRESS = z.union([z.ipv4(), z.ipv6()]);

/** Notes ports and addresses that Docker could not publish, or would not. */
export function checkExposure(stack: ResolvedStack, problems: Problems): void {
  const { network, server, exporter, prometheus } = stack.props;
  if (network.internal && server.hostPort !== undefined) {
    problems.add({
      field: `${stack.deploymentField}.hostPort`,
      got: `${server.hostPort}`,
      expected: `no published port, since the network of environment ${stack.environment.name} is internal`,
      fix: "leave hostPort out and let the clients join the network",
    });
  }
  for (const [name, address] of [
    ["hostAddress", server.hostAddress],
    ["exporter.hostAddress", exporter?.hostAddress],
    ["prometheus.hostAddress", prometheus?.hostAddress],
  ] as const) {
    if (address === undefined) {
      continue;
    }
    const problem = { field: `${stack.deploymentField}.${name}`, got: JSON.stringify(address) };
    if (!ADDRESS.safeParse(address).success) {
      problems.add({
        ...problem,
        expected: "an IPv4 or IPv6 address of the host",
        fix: 'leave it out for "127.0.0.1", which nobody else reaches',
      });
    } else if (isForMany(shortestAddress(address))) {
      problems.add({
        ...problem,
        expected: "an address that a host has; this one is for multicast or broadcast",
        fix: 'leave it out for "127.0.0.1", which nobody else reaches',
      });
    } else if (shortestAddress(address) !== address) {
      problems.add({
        ...problem,
        expected: "the spelling that Docker reports, or every plan would show a change",
        fix: `write ${JSON.stringify(shortestAddress(address))}`,
      });
    }
  }
  if (server.hostPort === undefined && stack.decisions.sourceOf("server.hostAddress")?.kind === "service") {
    problems.add({
      field: `${stack.deploymentField}.hostAddress`,
      got: JSON.stringify(server.hostAddress),
      expected: "an address together with hostPort; nothing is published without",
      fix: "write hostPort, or leave hostAddress out",
    });
  }
}
