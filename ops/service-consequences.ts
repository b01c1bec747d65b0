import { formatFinding, isTold } from "../config/check-gates";
import type { ResolvedStack } from "../config/resolve-stack";
import type { Trial } from "./service-draft";
import { table } from "./terminal";

/** What follows from what somebody said about a new service, and why; and what the gates say. */
export function consequences({ service, stacks, findings }: Trial): string {
  const [first] = stacks;
  const ofService = first === undefined ? [] : [...policyRows(first), ...persistenceRows(first)];
  return [
    table([service.name, "WHAT FOLLOWS, AND WHY"], [...ofService, ...stacks.flatMap(stackRows)]),
    ...findings.filter(isTold).map(formatFinding),
  ].join("\n");
}

/** The same for scripts. */
export function serviceAsData({ service, stacks, findings }: Trial): object {
  return {
    service,
    stacks: stacks.map(({ id, props: { server, exporter } }) => ({
      stack: id,
      maxmemory: server.maxmemory,
      memoryLimit: server.memoryLimit,
      maxmemoryPolicy: server.maxmemoryPolicy,
      persistence: server.persistence,
      hostPort: server.hostPort,
      exporterPort: exporter?.hostPort,
    })),
    findings: findings.filter(isTold),
  };
}

type Rows = readonly (readonly string[])[];

function policyRows(stack: ResolvedStack): Rows {
  return [
    ["maxmemoryPolicy", stack.props.server.maxmemoryPolicy],
    ["", why(stack, "server.maxmemoryPolicy")],
  ];
}

function persistenceRows(stack: ResolvedStack): Rows {
  const { appendonly, appendfsync, save } = stack.props.server.persistence;
  const parts = [
    ...(appendonly ? [`append-only file (${appendfsync})`] : []),
    ...(save.length > 0 ? ["snapshots"] : []),
  ];
  return [
    ["persistence", parts.length === 0 ? "none" : parts.join(" and ")],
    ["", why(stack, "server.persistence")],
  ];
}

function stackRows(stack: ResolvedStack): Rows {
  const { server, network, exporter } = stack.props;
  const metrics = exporter === undefined ? "" : `; metrics at ${exporter.hostAddress}:${exporter.hostPort}`;
  const reached =
    server.hostPort === undefined
      ? `reached from containers in network ${network.name}`
      : `reached at ${server.hostAddress}:${server.hostPort}`;
  return [
    [stack.id, `${server.maxmemory} of data in a container of ${server.memoryLimit}`],
    ["", why(stack, "server.memoryLimit")],
    ["", `${reached}${metrics}`],
  ];
}

function why({ decisions }: ResolvedStack, path: string): string {
  const source = decisions.sourceOf(path);
  return source?.kind === "service" ? "as you say" : (source?.note ?? "");
}
