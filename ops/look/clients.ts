import type { LiveRedis } from "../live-redis";
import { CLIENT_NAME } from "../live-redis";
import { ask } from "./on-server";

/** One connection, as CLIENT LIST has it. */
export interface Client {
  readonly id: string;
  /** Address without the port. */
  readonly host: string;
  readonly name: string;
  readonly user: string;
  /** Library and its version, e.g. `redis-py 5.0`. Empty before Redis 7.2, or where the library does not say. */
  readonly library: string;
  readonly database: number;
  /** Seconds since it was opened, and since its last command. */
  readonly age: number;
  readonly idle: number;
  /** Its last command, in lower case: `client|list`. */
  readonly command: string;
  readonly isBlocked: boolean;
  /** Waits for messages or is a replica: idle by its nature, and not ended by `timeout`. */
  readonly isWaiting: boolean;
  /** Bytes that it holds in the server; of these, answers that it has not taken yet. */
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** What this project's own programs opened. */
  readonly isInternal: boolean;
}

const INTERNAL_USERS: ReadonlySet<string> = new Set(["health", "exporter", "backup", "ops"]);

/**
 * Every connection but the one that asks. Undefined: CLIENT is disabled. It costs the server one turn that grows with the
 * number of connections.
 */
export async function readClients(
  live: Pick<LiveRedis, "redis" | "commandName">,
): Promise<readonly Client[] | undefined> {
  const own = await ask(live, "CLIENT", "ID");
  return own === undefined ? undefined : parseClients(`${await ask(live, "CLIENT", "LIST")}`, `${own}`);
}

/** @param ownId connection that is left out */
export function parseClients(text: string, ownId?: string): readonly Client[] {
  return text
    .split("\n")
    .filter((line) => line.includes("id="))
    .map(clientOf)
    .filter(({ id }) => id !== ownId);
}

function clientOf(line: string): Client {
  const fields = new Map(
    line
      .trim()
      .split(" ")
      .map((word): [string, string] => {
        const at = word.indexOf("=");
        return [word.slice(0, at), word.slice(at + 1)];
      }),
  );
  const text = (name: string) => fields.get(name) ?? "";
  const number = (name: string) => Number(fields.get(name) ?? 0);
  const flags = text("flags");
  const library = [text("lib-name"), text("lib-ver")].filter((word) => word !== "").join(" ");
  const [name, user] = [text("name"), text("user")];
  return {
    id: text("id"),
    host: text("addr").replace(/:\d+$/, ""),
    name,
    user,
    library,
    database: number("db"),
    age: number("age"),
    idle: number("idle"),
    command: text("cmd"),
    isBlocked: flags.includes("b"),
    isWaiting: /[bPSMO]/.test(flags),
    memoryBytes: number("tot-mem"),
    outputBytes: number("omem"),
    isInternal: INTERNAL_USERS.has(user) || name === CLIENT_NAME,
  };
}

/** Connections with the same address, name, user and library. */
export interface ClientGroup extends Pick<Client, "host" | "name" | "user" | "library" | "isInternal"> {
  readonly count: number;
  readonly oldest: number;
  /** Seconds: the one that has done nothing for the longest time. */
  readonly idlest: number;
  /** Idle for longer than `LEAK.idleSeconds`, and not waiting for anything. */
  readonly idleLong: number;
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** Commands that hold connections until something comes, by how many. */
  readonly blocked: Readonly<Record<string, number>>;
}

/** More connections of one group than this, idle for longer than this, were forgotten, or their pool is too large. */
export const LEAK = { idleSeconds: 300, connections: 10 } as const;

export const CLIENT_SORTS = ["count", "memory", "idle", "age"] as const;
export type ClientSort = (typeof CLIENT_SORTS)[number];

const SORT_KEY: Readonly<Record<ClientSort, (group: ClientGroup) => number>> = {
  count: ({ count }) => count,
  memory: ({ memoryBytes }) => memoryBytes,
  idle: ({ idlest }) => idlest,
  age: ({ oldest }) => oldest,
};

/** The largest first; where they are equal, by address and name. */
export function groupClients(clients: readonly Client[], sort: ClientSort): readonly ClientGroup[] {
  const groups = new Map<string, Client[]>();
  for (const client of clients) {
    const key = JSON.stringify([client.host, client.name, client.user, client.library]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [client]);
    } else {
      group.push(client);
    }
  }
  const value = SORT_KEY[sort];
  return [...groups]
    .map(([key, members]): [string, ClientGroup] => [key, groupOf(members)])
    .sort(([key, one], [other, another]) => value(another) - value(one) || (key < other ? -1 : 1))
    .map(([, group]) => group);
}

function groupOf(members: readonly Client[]): ClientGroup {
  const [{ host, name, user, library, isInternal }] = members as readonly [Client, ...Client[]];
  const sum = (of: (client: Client) => number) => members.reduce((total, client) => total + of(client), 0);
  const most = (of: (client: Client) => number) =>
    members.reduce((max, client) => Math.max(max, of(client)), 0);
  const blocked: Record<string, number> = {};
  for (const { command } of members.filter((client) => client.isBlocked)) {
    blocked[command] = (blocked[command] ?? 0) + 1;
  }
  return {
    host,
    name,
    user,
    library,
    isInternal,
    count: members.length,
    oldest: most(({ age }) => age),
    idlest: most(({ idle }) => idle),
    idleLong: members.filter(({ idle, isWaiting }) => idle > LEAK.idleSeconds && !isWaiting).length,
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    outputBytes: sum(({ outputBytes }) => outputBytes),
    blocked,
  };
}

/** Groups of the application that look like a leak. */
export function leaksIn(groups: readonly ClientGroup[]): readonly ClientGroup[] {
  return groups.filter(({ isInternal, idleLong }) => !isInternal && idleLong > LEAK.connections);
}
