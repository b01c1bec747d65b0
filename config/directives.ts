import table from "./directives.json";

interface Directive {
  /** First release line that knows it, e.g. `7.2`. */
  readonly since: string;
  readonly aliases?: readonly string[];
}

/**
 * The directives of redis.conf that a running server reports with CONFIG GET.
 * Source: the configuration tables of Redis 7.0.15, 7.2.6 and 7.4.1 (`src/config.c`).
 */
const directives: Readonly<Record<string, Directive>> = table;

const canonicalNames = new Map<string, string>(
  Object.entries(directives).flatMap(([name, { aliases = [] }]) =>
    [name, ...aliases].map((spelling): [string, string] => [spelling, name]),
  ),
);

/** The name under which the manual lists `name`, or undefined for a name that no version knows. */
export function canonicalDirective(name: string): string | undefined {
  return canonicalNames.get(name);
}

/** Every directive that a server of `version` (e.g. `7.0.15`) knows. */
export function directivesOf(version: string): readonly string[] {
  return Object.entries(directives)
    .filter(([, { since }]) => isAtLeast(version, since))
    .map(([name]) => name);
}

function isAtLeast(version: string, line: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = line.split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** Directives that a service cannot set, because something else depends on them. */
const OWNED: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /^(requirepass|masterauth|masteruser|aclfile|acl-pubsub-default)$/,
    "who may do what is the environment's policy",
  ],
  [
    /^enable-(debug-command|module-command|protected-configs)$/,
    "who may do what is the environment's policy",
  ],
  [
    /^(daemonize|supervised|pidfile|logfile|syslog-.*|unixsocket.*)$/,
    "the server is a container's only process",
  ],
  [
    /^(dbfilename|appendfilename|appenddirname|rdb-del-sync-files)$/,
    "backup and restore look for the files by name",
  ],
  [/^(tls-.*|bind-source-addr|socket-mark-id)$/, "clients, probe and exporter have to agree on it"],
  [
    /^(replicaof|replica-announce-.*|cluster-enabled|cluster-announce-.*|cluster-config-file)$/,
    "a stack is one server",
  ],
];

/** Why a service cannot set the directive, or undefined when it can. */
export function reasonWhyOwned(name: string): string | undefined {
  return OWNED.find(([names]) => names.test(canonicalDirective(name) ?? name))?.[1];
}
