import type { ResolvedStack } from "../../config/resolve-stack";
import type { Duration } from "../../core/duration";
import { levelAbove } from "../../core/levels";
import { InvalidInputError } from "../../core/problem";
import { ageText, bytesText } from "../amounts";
import { ExitCode } from "../exit-code";
import { matchesKey } from "../keys/match-key";
import {
  type Client,
  type ClientGroup,
  type ClientSort,
  groupClients,
  LEAK,
  leaksIn,
  readClients,
} from "../look/clients";
import { infoNumber, parseInfo } from "../look/info";
import { disabledText, onServer } from "../look/on-server";
import { percentText } from "../look/small-bar";
import { json, type Terminal, table, visible } from "../terminal";

export interface ClientsOptions {
  readonly sort: ClientSort;
  /** Only connections that did nothing for this long. */
  readonly idleFor?: Duration;
  /** Patterns of Redis (`*`, `?`, `[a-c]`) for the connection's name and its address. */
  readonly name?: string;
  readonly address?: string;
  readonly json: boolean;
}

/** From this share of `maxclients` on, it is said to be near. */
const NEAR_LIMIT = 0.8;

/**
 * `redis-ops clients`: who is connected. Exit code 1 where connections look forgotten, where there are more than the service's
 * threshold, or nearly as many as `maxclients`.
 */
export async function clients(
  stack: ResolvedStack,
  options: ClientsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { all, maxclients } = await onServer(stack, terminal, async (live) => {
    const info = parseInfo(await live.redis.info("clients"));
    return {
      all: await readClients(live),
      maxclients: infoNumber(info, "maxclients") ?? stack.props.server.maxclients,
    };
  });
  if (all === undefined) {
    throw new InvalidInputError([
      {
        field: stack.id,
        got: disabledText("CLIENT"),
        expected: "a list of clients",
        fix: "enable it in the stack",
      },
    ]);
  }
  const chosen = all.filter((client) => isChosen(client, options));
  const groups = groupClients(chosen, options.sort);
  const warnings = warningsOf(stack, all, maxclients);
  if (options.json) {
    terminal.out(json({ stack: stack.id, connections: all.length, maxclients, groups, warnings }));
  } else {
    if (groups.length > 0) {
      terminal.out(`${groupTable(groups)}\n`);
    }
    const internal = all.filter(({ isInternal }) => isInternal).length;
    terminal.out(
      [
        `${chosen.length} of ${all.length} connections; at most ${maxclients}, of which ${percentText(all.length / maxclients)} are taken.`,
        `${internal} of them ${internal === 1 ? "is" : "are"} of users health, exporter, backup and ops; this command's own is not counted.`,
      ].join("\n"),
    );
    for (const warning of warnings) {
      terminal.err(visible(warning));
    }
  }
  return warnings.length === 0 ? ExitCode.ok : ExitCode.unhealthy;
}

function isChosen(client: Client, { idleFor, name, address }: ClientsOptions): boolean {
  return (
    (idleFor === undefined || client.idle >= idleFor.toSeconds()) &&
    (name === undefined || matchesKey(name, Buffer.from(client.name))) &&
    (address === undefined || matchesKey(address, Buffer.from(client.host)))
  );
}

function groupTable(groups: readonly ClientGroup[]): string {
  return table(
    ["FROM", "NAME", "USER", "LIBRARY", "COUNT", "OLDEST", "IDLE", "MEMORY", "UNREAD", "BLOCKED"],
    groups.map((group) => [
      visible(group.host || "socket"),
      visible(group.name || "-"),
      visible(group.isInternal ? `${group.user} (internal)` : group.user),
      visible(group.library || "-"),
      `${group.count}`,
      ageText(group.oldest),
      ageText(group.idlest),
      bytesText(group.memoryBytes),
      bytesText(group.outputBytes),
      visible(
        Object.entries(group.blocked)
          .map(([command, count]) => `${count} ${command}`)
          .join(", ") || "-",
      ),
    ]),
  );
}

function warningsOf(
  { id, service, props }: Pick<ResolvedStack, "id" | "service" | "props">,
  all: readonly Client[],
  maxclients: number,
): readonly string[] {
  const { connectedClients } = props.thresholds;
  const file = `config/services/${service.name}.ts`;
  const leaks = leaksIn(groupClients(all, "count")).map(
    ({ host, name, count, idleLong }) =>
      `${idleLong} of the ${count} connections from ${host}${name === "" ? "" : ` (${name})`} have done nothing for more than ` +
      `${ageText(LEAK.idleSeconds)}. Next: close them in the client, whose pool should have ${props.client.poolSize} ` +
      `(client.poolSize), or have Redis do it: timeout: "10 min" in ${file}, then bin/redis-ops apply-live ${id}`,
  );
  return [
    ...leaks,
    ...(all.length >= maxclients * NEAR_LIMIT
      ? [
          `${all.length} of ${maxclients} connections are taken: what comes after the last is refused. Next: close what is ` +
            `idle, or raise maxclients in ${file}, then bin/redis-ops apply-live ${id}`,
        ]
      : levelAbove(all.length, connectedClients) !== undefined
        ? [
            `${all.length} connections, and above ${connectedClients.warning} somebody is told (thresholds.connectedClients). ` +
              `Next: look who has more of them than usual, and at client.poolSize in ${file}`,
          ]
        : []),
  ];
}
