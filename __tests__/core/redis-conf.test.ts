import { Problems } from "../../core/problem";
import { directivesOfTemplate, renderRedisConf, secretFilesOf } from "../../core/redis-conf";
import { type StackOptions, shopStack, template } from "../support/stack-fixtures";

/** Lines of the redis.conf of `shop-dev` or `shop-prod`. */
function conf(kind: "dev" | "prod", options: StackOptions = {}, hasExporter = kind === "prod") {
  const problems = new Problems();
  const { server } = shopStack(kind, options).props;
  const text = renderRedisConf(template, server, hasExporter, problems);
  problems.throwIfAny();
  return text.trimEnd().split("\n");
}

const startingWith = (lines: readonly string[], ...starts: readonly string[]) =>
  lines.filter((line) => starts.includes(line.split(" ")[0] ?? ""));

describe("redis.conf", () => {
  it("has no password, no user and no renamed command in dev", () => {
    const lines = conf("dev");
    expect(startingWith(lines, "requirepass", "user", "rename-command")).toEqual([]);
    expect(startingWith(lines, "protected-mode")).toEqual(["protected-mode no"]);
    expect(lines.join("\n")).not.toContain("@");
  });

  it("has a password, the internal users and the command policy in prod", () => {
    expect(startingWith(conf("prod"), "requirepass", "user", "rename-command", "protected-mode")).toEqual([
      "protected-mode yes",
      'requirepass "@secret:redis_password@"',
      "user health on nopass resetkeys resetchannels -@all +ping",
      "user ops on #@sha256:redis_ops_password@ ~* &* +@all -debug -module",
      "user backup on #@sha256:redis_backup_password@ resetkeys resetchannels -@all +ping +info +psync +sync +replconf",
      "user exporter on #@sha256:redis_exporter_password@ resetkeys resetchannels -@all +ping +info +select " +
        "+client|setname +slowlog|len +slowlog|get +latency|latest +latency|histogram +cluster|info",
      'rename-command FLUSHALL ""',
      'rename-command FLUSHDB ""',
      'rename-command DEBUG ""',
      "rename-command CONFIG OPS_CONFIG",
      "rename-command SHUTDOWN OPS_SHUTDOWN",
    ]);
  });

  it("has the exporter's user only with an exporter", () => {
    const users = startingWith(conf("prod", {}, false), "user").map((line) => line.split(" ")[1]);
    expect(users).toEqual(["health", "ops", "backup"]);
  });

  it("never lets the exporter's user read the configuration, which shows the password", () => {
    const [, , , exporter = ""] = startingWith(conf("prod"), "user");
    expect(exporter).toMatch(/^user exporter /);
    expect(exporter.split(" ").filter((rule) => /config|^\+@|^~|^&|allkeys|allcommands/.test(rule))).toEqual(
      [],
    );
  });

  it("writes every value in the unit that Redis takes", () => {
    const lines = conf("dev", {
      service: {
        maxmemoryPolicy: "allkeys-lfu",
        maxmemorySamples: 7,
        activedefrag: true,
        encoding: {
          hashMaxListpackEntries: 1024,
          hashMaxListpackValue: "1 KiB",
          listMaxListpackSize: -1,
          setMaxIntsetEntries: 256,
        },
        maxclients: 50,
        timeout: "2 min",
        tcpKeepalive: "1 min",
        slowlogLogSlowerThan: "20 ms",
        slowlogMaxLen: 64,
        latencyMonitorThreshold: "1 s",
        notifyKeyspaceEvents: "Ex",
        persistence: {
          appendonly: false,
          appendfsync: "always",
          autoAofRewritePercentage: 50,
          autoAofRewriteMinSize: "1 GiB",
          save: [
            { after: "1 h", changes: 1 },
            { after: "1 min", changes: 10_000 },
          ],
        },
        directives: { "maxmemory-clients": "5%", "lazyfree-lazy-eviction": "yes" },
      },
      deployment: { memory: { maxmemory: "512 MiB" } },
    });
    expect(lines).toEqual([
      "port 6379",
      "bind * -::*",
      "protected-mode no",
      "maxclients 50",
      "timeout 120",
      "tcp-keepalive 60",
      "maxmemory 512mb",
      "maxmemory-policy allkeys-lfu",
      "maxmemory-samples 7",
      "activedefrag yes",
      "hash-max-listpack-entries 1024",
      "hash-max-listpack-value 1024",
      "list-max-listpack-size -1",
      "set-max-intset-entries 256",
      "oom-score-adj relative",
      "dir /data",
      "save 3600 1",
      "save 60 10000",
      "appendonly no",
      "appendfsync always",
      "auto-aof-rewrite-percentage 50",
      "auto-aof-rewrite-min-size 1gb",
      "aof-timestamp-enabled no",
      "repl-diskless-sync-delay 0",
      "slowlog-log-slower-than 20000",
      "slowlog-max-len 64",
      "latency-monitor-threshold 1000",
      'notify-keyspace-events "Ex"',
      "maxmemory-clients 5%",
      "lazyfree-lazy-eviction yes",
    ]);
  });

  it("loses no microsecond of a threshold that is larger than a JavaScript number is exact", () => {
    const lines = conf("dev", { service: { slowlogLogSlowerThan: "6987281629702635 ms" } });
    expect(startingWith(lines, "slowlog-log-slower-than")).toEqual([
      "slowlog-log-slower-than 6987281629702635000",
    ]);
  });

  it('switches snapshots off with save "", since Redis makes some unless told otherwise', () => {
    expect(startingWith(conf("dev"), "save")).toEqual(['save ""']);
  });
});

describe("directivesOfTemplate", () => {
  it("names what the template sets, and neither comments nor the line of further directives", () => {
    expect(directivesOfTemplate("# maxclients 1\n\nport 1\nsave {{save}}\n{{directives}}\n")).toEqual([
      "port",
      "save",
    ]);
  });
});

describe("secretFilesOf", () => {
  const auth = { mode: "requirepass", secretsVolume: "shop-prod-secrets" } as const;

  it("needs no secret without a password", () => {
    expect(secretFilesOf({ mode: "none" }, true)).toEqual([]);
  });

  it("needs the passwords of the clients, of redis-ops and of backups, and the exporter's where there is one", () => {
    expect(secretFilesOf(auth, false)).toEqual([
      "redis_password",
      "redis_ops_password",
      "redis_backup_password",
    ]);
    expect(secretFilesOf(auth, true)).toEqual([
      "redis_password",
      "redis_ops_password",
      "redis_backup_password",
      "redis_exporter_password",
    ]);
  });

  it.each([true, false])("names exactly the files that the configuration asks for (exporter: %j)", (has) => {
    const asked = [
      ...conf("prod", {}, has)
        .join("\n")
        .matchAll(/@(?:secret|sha256):(\w+)@/g),
    ];
    expect(asked.map(([, file]) => file)).toEqual(secretFilesOf(auth, has));
  });
});
