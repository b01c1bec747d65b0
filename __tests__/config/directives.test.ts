import type { EngineName } from "../../config/engines";
import { problemsOf, shopStack, template as shopTemplate } from "../support/stack-fixtures";

const problemsWith = (directives: Record<string, string>, engine: EngineName = "redis-7.4") =>
  problemsOf("dev", { service: { directives, engine } });

describe("directives of a service", () => {
  it.each([
    ["one that every version knows", { "maxmemory-clients": "5%" }],
    ["one since 7.2", { "set-max-listpack-entries": "128" }],
    ["an older spelling", { "zset-max-ziplist-entries": "128" }],
    ["an empty value in quotes", { "latency-tracking-info-percentiles": '""' }],
    [
      "names and values in any case, as in Redis",
      { "MaxMemory-Clients": "64MB", HZ: "20", loglevel: "Debug" },
    ],
    ["values in quotes, as in Redis", { hz: '"20"', "proc-title-template": "'the shop'" }],
  ])("may be %s", (_, directives) => {
    expect(problemsWith(directives)).toEqual([]);
    expect(shopStack("dev", { service: { directives } }).props.server.directives).toEqual(directives);
  });

  it("may not be newer than the engine", () => {
    const directives = { "set-max-listpack-entries": "128" };
    expect(problemsWith(directives, "redis-7.2")).toEqual([]);
    expect(problemsWith(directives, "debian-7.0.15")).toEqual([
      'shop.directives.set-max-listpack-entries: got "set-max-listpack-entries", ' +
        "expected a directive that Redis 7.0.15 knows. Fix: choose a newer engine or remove it.",
    ]);
  });

  it("may have a value that came with a newer engine only there", () => {
    const directives = { loglevel: "nothing" };
    expect(problemsWith(directives, "redis-7.2")).toEqual([]);
    expect(problemsWith(directives, "debian-7.0.15")).toEqual([
      'shop.directives.loglevel: got "nothing", expected one of debug, verbose, notice, warning. ' +
        'Fix: did you mean "notice"? Use that name.',
    ]);
  });

  it("are checked against the engine of REDIS_ENGINE, where it is given", () => {
    const service = { directives: { "set-max-listpack-entries": "128" } };
    expect(problemsOf("dev", { service, engine: "debian-7.0.15" })).toHaveLength(1);
  });

  it.each([
    ["maxmemory-client", "maxmemory-clients"],
    ["zset-max-ziplist-entry", "zset-max-ziplist-entries"],
  ])("may not be misspelt as %s, and the near one is suggested", (name, near) => {
    expect(problemsWith({ [name]: "5%" })).toEqual([
      `shop.directives.${name}: got "${name}", ` +
        `expected a directive that Redis 7.4.11 knows. Fix: did you mean "${near}"? Use that name.`,
    ]);
  });

  it.each(["include-the-whole-world-please", "lua-replicate-commands", "toString", "hz 10\nrequirepass"])(
    "may not be %j, which no version knows",
    (name) => {
      expect(problemsWith({ [name]: "10" })).toEqual([
        `shop.directives.${name.replace("\n", "\\u000a")}: got ${JSON.stringify(name)}, ` +
          "expected a directive that Redis 7.4.11 knows. Fix: check the spelling.",
      ]);
    },
  );

  it("may not stand twice, under two names or in two cases", () => {
    expect(problemsWith({ "zset-max-listpack-entries": "1", "zset-max-ziplist-entries": "2" })).toEqual([
      'shop.directives.zset-max-ziplist-entries: got "zset-max-ziplist-entries", which is another name of ' +
        '"zset-max-listpack-entries", expected each directive once. Fix: remove one of them.',
    ]);
    expect(problemsWith({ hz: "10", HZ: "20" })).toEqual([
      'shop.directives.HZ: got "HZ", which is another name of "hz", expected each directive once. Fix: remove one of them.',
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a second line, which would be a second directive", "5%\nrequirepass open"],
    ["a carriage return", "5%\r"],
    ["a control character", "5%\u0000"],
    ["a secret, which would be shown wherever the directive is,", "@secret:redis_password@"],
    ["the hash of a secret", "@sha256:redis_ops_password@"],
  ])("may not have %s as value", (_, value) => {
    expect(problemsWith({ "maxmemory-clients": value })).toEqual([
      `shop.directives.maxmemory-clients: got ${JSON.stringify(value)}, expected one line that is not empty and names no secret. ` +
        'Fix: write the value as redis.conf takes it; "" in quotes for an empty one.',
    ]);
  });

  it("may not have a value that the engine refuses, and what it takes is said", () => {
    expect(problemsWith({ "zset-max-listpack-entries": "-1" })).toEqual([
      'shop.directives.zset-max-listpack-entries: got "-1", expected a whole number from 0 to 9223372036854775807. ' +
        "Fix: use 0 or more.",
    ]);
  });
});

describe("threads for reading and writing", () => {
  const problemsOfThreads = (threads: string, cpus?: number) =>
    problemsOf("dev", {
      service: { directives: { "io-threads": threads } },
      deployment: cpus === undefined ? {} : { cpus },
    });

  it.each([
    ["8", undefined],
    ["4", 4],
    ["4", 4.9],
    ['"2"', 2],
    ["1", 0.5],
  ])("may be %s where the container may use %s CPUs", (threads, cpus) => {
    expect(problemsOfThreads(threads, cpus)).toEqual([]);
  });

  it.each([
    ["5", 4.9, 4],
    ["2", 0.5, 1],
  ])("may not be %s where the container may use %s CPUs", (threads, cpus, most) => {
    expect(problemsOfThreads(threads, cpus)).toEqual([
      `shop.directives.io-threads: got ${threads} threads, expected ${most} at most, as the container may use ${cpus} CPUs. ` +
        "Fix: raise cpus or lower io-threads.",
    ]);
  });

  it("may not be more than Redis can use, whatever the CPUs", () => {
    expect(problemsOfThreads("9", 64)).toEqual([
      'shop.directives.io-threads: got "9", expected a whole number from 1 to 8; Redis gains nothing from more. ' +
        "Fix: use 8 or less.",
    ]);
  });
});

describe("what the template sets", () => {
  it.each([
    ["maxmemory", "shop.environments.<environment>.memory.maxmemory"],
    ["maxmemory-policy", "shop.maxmemoryPolicy"],
    ["MAXMEMORY-SAMPLES", "shop.maxmemorySamples"],
    ["save", "shop.persistence.save"],
    ["appendonly", "shop.persistence.appendonly"],
    ["auto-aof-rewrite-min-size", "shop.persistence.autoAofRewriteMinSize"],
    ["aof-timestamp-enabled", "shop.persistence.pointInTime"],
    ["activedefrag", "shop.activedefrag"],
    ["hash-max-listpack-entries", "shop.encoding.hashMaxListpackEntries"],
    ["hash-max-ziplist-value", "shop.encoding.hashMaxListpackValue"],
    ["list-max-ziplist-size", "shop.encoding.listMaxListpackSize"],
    ["set-max-intset-entries", "shop.encoding.setMaxIntsetEntries"],
    ["slowlog-log-slower-than", "shop.slowlogLogSlowerThan"],
    ["notify-keyspace-events", "shop.notifyKeyspaceEvents"],
    ["requirepass", "environments/<environment>.auth"],
    ["protected-mode", "environments/<environment>.auth"],
    ["rename-command", "environments/<environment>.renamedCommands"],
  ])("is refused as %s, and the field to use is %s", (name, field) => {
    expect(problemsWith({ [name]: "x" })).toEqual([
      `shop.directives.${name}: got "x", expected a directive that redis.conf.tpl does not set itself. ` +
        `Fix: use ${field}.`,
    ]);
  });

  it("is refused without a field too, also by its other name", () => {
    const template = `busy-reply-threshold 5000\n${shopTemplate}`;
    expect(problemsOf("dev", { template, service: { directives: { "lua-time-limit": "1" } } })).toEqual([
      'shop.directives.lua-time-limit: got "1", expected a directive that redis.conf.tpl does not set itself. ' +
        "Fix: remove it, or its line in the template.",
    ]);
  });
});

it.each([
  ["masterauth", "who may do what is the environment's policy"],
  ["enable-debug-command", "who may do what is the environment's policy"],
  ["enable-protected-configs", "who may do what is the environment's policy"],
  ["user", "who may do what is the environment's policy"],
  ["include", "redis.conf.tpl is all that is deployed"],
  ["loadmodule", "redis.conf.tpl is all that is deployed"],
  ["daemonize", "the server is a container's only process"],
  ["logfile", "the server is a container's only process"],
  ["syslog-ident", "the server is a container's only process"],
  ["dir", "the data is in the volume, which is mounted at /data"],
  ["appenddirname", "backup and restore look for the files by name"],
  ["tls-port", "clients, probe and exporter have to agree on it"],
  ["port", "clients, probe and exporter have to agree on it"],
  ["Bind", "clients, probe and exporter have to agree on it"],
  ["slaveof", "a stack is one server"],
  ["slave-priority", "a stack is one server"],
  ["cluster-enabled", "a stack is one server"],
  ["min-slaves-to-write", "a stack is one server"],
  ["repl-diskless-sync-delay", "a backup would wait for replicas, and there are none"],
  ["repl-backlog-size", "the container's memory is derived with 1 MiB for it"],
  ["disable-thp", "with huge pages a snapshot copies more memory than the container has"],
  ["oom-score-adj-values", "the kernel has to kill the child that writes a snapshot, not the server"],
  [
    "shutdown-on-sigterm",
    "data is kept when Docker stops the server, and a power cut loses what persistence.appendfsync says",
  ],
  ["watchdog-period", "it serves tests of Redis itself, and may stop or slow down the server"],
])("%s is not for a service to set", (name, why) => {
  expect(problemsWith({ [name]: "x" })).toEqual([
    `shop.directives.${name}: got "${name}", expected a directive that a service may set; ${why}. Fix: remove it.`,
  ]);
});
