import type { RedisStackProps } from "../../core/redis-stack-props";
import { SECRETS } from "./server-runner";
import { bytesIn, millisecondsIn } from "./texts-with-units";
import type { ValidCase } from "./valid-service";

const EVERY_CLASS = "g$lshzxetd";

/**
 * What `CONFIG GET` has to show for a service, worked out from what its file says and not from the product's
 * redis.conf. Where the file says nothing: Redis' own default, and what the product derives.
 */
export function expectedSettings(
  { service, environment, directives }: ValidCase,
  { server }: RedisStackProps,
): Readonly<Record<string, string>> {
  const { persistence, encoding } = service;
  const seconds = (text: string) => `${millisecondsIn(text) / 1000n}`;
  const save = (persistence ?? server.persistence).save.map(
    ({ after, changes }) => `${seconds(`${after}`)} ${changes}`,
  );
  return {
    dir: "/data",
    maxmemory: `${bytesIn(`${server.maxmemory}`)}`,
    "maxmemory-policy": service.maxmemoryPolicy ?? server.maxmemoryPolicy,
    "maxmemory-samples": `${service.maxmemorySamples ?? 5}`,
    activedefrag: service.activedefrag ? "yes" : "no",
    "hash-max-listpack-entries": `${encoding?.hashMaxListpackEntries ?? 512}`,
    "hash-max-listpack-value": `${bytesIn(encoding?.hashMaxListpackValue ?? "64 B")}`,
    "list-max-listpack-size": `${encoding?.listMaxListpackSize ?? -2}`,
    "set-max-intset-entries": `${encoding?.setMaxIntsetEntries ?? 512}`,
    save: save.join(" "),
    appendonly: (persistence ?? server.persistence).appendonly ? "yes" : "no",
    appendfsync: persistence?.appendfsync ?? "everysec",
    "auto-aof-rewrite-percentage": `${persistence?.autoAofRewritePercentage ?? 100}`,
    "auto-aof-rewrite-min-size": `${bytesIn(persistence?.autoAofRewriteMinSize ?? "64 MiB")}`,
    "aof-timestamp-enabled": persistence?.pointInTime ? "yes" : "no",
    "repl-diskless-sync-delay": "0",
    maxclients: `${service.maxclients ?? server.maxclients}`,
    timeout: seconds(service.timeout ?? "0 s"),
    "tcp-keepalive": seconds(service.tcpKeepalive ?? "300 s"),
    "slowlog-log-slower-than": `${millisecondsIn(service.slowlogLogSlowerThan ?? "10 ms") * 1000n}`,
    "slowlog-max-len": `${service.slowlogMaxLen ?? 128}`,
    "latency-monitor-threshold": `${millisecondsIn(service.latencyMonitorThreshold ?? "100 ms")}`,
    "notify-keyspace-events": eventClasses(service.notifyKeyspaceEvents ?? ""),
    "protected-mode": environment.auth === "none" ? "no" : "yes",
    requirepass: environment.auth === "none" ? "" : SECRETS.redis_password,
    ...Object.fromEntries(directives.map(({ directive, shown }) => [directive, shown])),
  };
}

/** What of `config` there has to be, each class of events in a fixed place. */
export function comparable(
  config: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    names.map((name) => {
      const value = config[name];
      return [name, name === "notify-keyspace-events" && value !== undefined ? eventClasses(value) : value];
    }),
  );
}

/**
 * `A` stands for `g$lshzxetd`: https://redis.io/docs/latest/develop/use/keyspace-notifications/. Where all of those
 * are, Redis shows no `n`, although it publishes them.
 */
function eventClasses(text: string): string {
  const all = [...new Set(text.replaceAll("A", EVERY_CLASS))].sort().join("");
  return [...EVERY_CLASS].every((one) => all.includes(one)) ? all.replace("n", "") : all;
}
