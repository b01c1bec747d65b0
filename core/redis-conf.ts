import type { Problems } from "./problem";
import type { AuthProps, RedisServerProps } from "./redis-stack-props";
import { renderTemplate, type TemplateValues } from "./render-template";

/** Name of the template in messages. */
export const REDIS_CONF_TEMPLATE = "redis.conf.tpl";

/**
 * Secret files of a stack with a password, as they are called in `/run/secrets`. The start script
 * refuses to start Redis while one is missing.
 */
export const SECRET_FILES = {
  /** `requirepass`: what the service's clients send. */
  default: "redis_password",
  /** User `ops`: what `redis-ops` sends. */
  ops: "redis_ops_password",
  /** User `backup`: what takes snapshots. */
  backup: "redis_backup_password",
  /** User `exporter`. */
  exporter: "redis_exporter_password",
} as const;

const PASSWORD_REFERENCE = `"@secret:${SECRET_FILES.default}@"`;

/** The exporter's own file, in a volume of its own: a JSON object of address to password. */
export const EXPORTER_PASSWORD_FILE = "redis_exporter_passwords.json";

/**
 * Internal users and the least that each needs, as ACL rules that Redis 7.0 knows (a rule of a later
 * version stops the server). `health` has no password and may only PING.
 *
 * The rules of `exporter` leave out CONFIG on purpose: `config|get` shows `requirepass` in clear text.
 */
const ACL_USERS = {
  health: "health on nopass resetkeys resetchannels -@all +ping",
  ops: `ops on #@sha256:${SECRET_FILES.ops}@ ~* &* +@all -debug -module`,
  backup: `backup on #@sha256:${SECRET_FILES.backup}@ resetkeys resetchannels -@all +ping +info +psync +sync +replconf`,
  exporter:
    `exporter on #@sha256:${SECRET_FILES.exporter}@ resetkeys resetchannels -@all +ping +info +select ` +
    "+client|setname +slowlog|len +slowlog|get +latency|latest +latency|histogram +cluster|info",
} as const;

/** The secret files that a server needs, and so `redis-ops secrets init` makes. */
export function secretFilesOf(auth: AuthProps, hasExporter: boolean): readonly string[] {
  if (auth.mode === "none") {
    return [];
  }
  return [
    SECRET_FILES.default,
    SECRET_FILES.ops,
    SECRET_FILES.backup,
    ...(hasExporter ? [SECRET_FILES.exporter] : []),
  ];
}

/** The lines of redis.conf that decide who may do what. No other line may. */
export function expectedAccessLines(auth: AuthProps, hasExporter: boolean): readonly string[] {
  if (auth.mode === "none") {
    return [];
  }
  return [`requirepass ${PASSWORD_REFERENCE}`, ...usersOf(hasExporter).map((user) => `user ${user}`)];
}

function usersOf(hasExporter: boolean): readonly string[] {
  const { health, ops, backup, exporter } = ACL_USERS;
  return [health, ops, backup, ...(hasExporter ? [exporter] : [])];
}

/**
 * The redis.conf of a server, with `@secret:FILE@` and `@sha256:FILE@` where the start script puts secrets.
 * Notes a problem for each placeholder without a value and each value without a placeholder.
 */
export function renderRedisConf(
  template: string,
  server: RedisServerProps,
  hasExporter: boolean,
  problems: Problems,
): string {
  return renderTemplate(REDIS_CONF_TEMPLATE, template, templateValues(server, hasExporter), problems);
}

/** Directives that the template sets, so that a service cannot set them a second time. */
export function directivesOfTemplate(template: string): readonly string[] {
  return template
    .split("\n")
    .filter((line) => /^[a-z]/.test(line))
    .map((line) => line.split(" ")[0] ?? "");
}

function templateValues(server: RedisServerProps, hasExporter: boolean): TemplateValues {
  const { auth, persistence } = server;
  const hasPassword = auth.mode === "requirepass";
  return {
    protected_mode: hasPassword ? "yes" : "no",
    maxclients: `${server.maxclients}`,
    timeout: `${server.timeout.toSeconds()}`,
    tcp_keepalive: `${server.tcpKeepalive.toSeconds()}`,
    maxmemory: server.maxmemory.toRedis(),
    maxmemory_policy: server.maxmemoryPolicy,
    maxmemory_samples: `${server.maxmemorySamples}`,
    activedefrag: server.activedefrag ? "yes" : "no",
    hash_max_listpack_entries: `${server.encoding.hashMaxListpackEntries}`,
    hash_max_listpack_value: `${server.encoding.hashMaxListpackValue.toBytes()}`,
    list_max_listpack_size: `${server.encoding.listMaxListpackSize}`,
    set_max_intset_entries: `${server.encoding.setMaxIntsetEntries}`,
    save:
      persistence.save.length === 0
        ? ['""']
        : persistence.save.map(({ after, changes }) => `${after.toSeconds()} ${changes}`),
    appendonly: persistence.appendonly ? "yes" : "no",
    appendfsync: persistence.appendfsync,
    auto_aof_rewrite_percentage: `${persistence.autoAofRewritePercentage}`,
    aof_timestamp_enabled: persistence.pointInTime ? "yes" : "no",
    auto_aof_rewrite_min_size: persistence.autoAofRewriteMinSize.toRedis(),
    slowlog_log_slower_than: `${BigInt(server.slowlogLogSlowerThan.toMilliseconds()) * 1000n}`,
    slowlog_max_len: `${server.slowlogMaxLen}`,
    latency_monitor_threshold: `${server.latencyMonitorThreshold.toMilliseconds()}`,
    notify_keyspace_events: `"${server.notifyKeyspaceEvents}"`,
    requirepass: hasPassword ? [PASSWORD_REFERENCE] : [],
    user: hasPassword ? usersOf(hasExporter) : [],
    rename_command: [
      ...server.disabledCommands.map((command) => `${command} ""`),
      ...Object.entries(server.renamedCommands).map(([command, name]) => `${command} ${name}`),
    ],
    directives: Object.entries(server.directives).map(([name, value]) => `${name} ${value}`),
  };
}
