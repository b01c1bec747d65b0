import type { Environment } from "../../config/environment";
import { environments } from "../../config/environments";
import { loadStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { InvalidInputError } from "../../core/problem";
import { services as fixtureServices } from "../support/fixture-services";
import { shop, template, today, unchecked } from "../support/stack-fixtures";

/** As much wrong at once as one run can show. What each rule accepts and refuses is tested beside it. */
const services: readonly Service[] = [
  shop(
    {
      dev: {
        memory: { maxmemory: "900 MiB", limit: "1000 MiB" },
        hostPort: 0,
        hostAddress: "localhost",
        containerName: "cache",
        dataVolumeName: "cache-data",
        networkName: "cache network",
        cpus: 0,
        cpuShares: 1,
      },
      prod: { memory: { maxmemory: "1.5 GiB" }, hostPort: 6379 },
    },
    {
      name: "basket",
      engine: "debian-7.0.15",
      maxmemoryPolicy: unchecked("allkeys-lruu"),
      maxclients: 0,
      timeout: "500 ms",
      restart: unchecked("never"),
      activedefrag: true,
      encoding: { hashMaxListpackValue: "1 MiB", listMaxListpackSize: 0 },
      directives: {
        "set-max-listpack-entries": "128",
        "hash-max-ziplist-entries": "128",
        "maxmemory-client": "5%",
        maxmemory: "1gb",
      },
    },
  ),
  shop(
    {
      dev: {
        memory: {},
        hostPort: 70_000,
        containerName: "cache",
        dataVolumeName: "cache-data",
      },
      ...unchecked<Service["environments"]>({ staging: { memory: { maxmemory: "1 GiB" } } }),
      prod: { memory: { limit: "-1 GiB" }, exporter: { hostPort: 65_536 } },
    },
    {
      name: "Search_1",
      stores: [],
      directives: { "set-max-listpack-entries": "128" },
      persistence: {
        appendonly: true,
        save: [
          { after: "0 s", changes: 0 },
          { after: unchecked("soon"), changes: 1.5 },
        ],
      },
    },
  ),
  shop(
    { dev: { memory: { limit: "64 MiB", reservation: "1 MiB" }, hostPort: 6379 } },
    {
      name: "orders",
      engine: unchecked("redis-7.3"),
      notifyKeyspaceEvents: "Q",
      client: { database: 16 },
      stores: [
        { kind: unchecked("session"), keys: "", ttl: unchecked("24h"), lossAcceptable: false },
        { kind: "pub-sub", keys: "news", ttl: "1 h", lossAcceptable: false },
      ],
      thresholds: { memory: { warning: 90, critical: 70 }, latency: { warning: "0 ms", critical: "1 ms" } },
    },
  ),
];

const known: Readonly<Record<string, Environment>> = {
  ...environments,
  dev: { ...environments.dev, stopTimeout: "5 s" },
};

/** Its first line has a placeholder that does not exist, and maxclients has none. */
const broken = `maxclients {{max_clients}}\n${template.replace(/^maxclients .*\n/m, "")}`;

function refusalOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("bad input", () => {
  it("is reported completely in one run, one line for each problem", () => {
    expect(
      refusalOf(() => loadStacks({ template: broken, today, services, environments: known })).split("\n"),
    ).toEqual([
      "49 problems, nothing was changed",
      "  basket.activedefrag: got true, expected false, since debian-7.0.15 is built without the allocator that it needs and would not start. Fix: leave it out, or choose another engine.",
      '  basket.environments.dev.networkName: got "cache network", expected 2 to 128 letters, digits, dots, dashes or underscores, the first a letter or digit. Fix: use a name that Docker accepts.',
      '  basket.environments.prod.exporter: got nothing, expected a port, since environment prod exports every service to Prometheus. Fix: write exporter: { hostPort: 9121 } with a free port, or exporter: "off".',
      '  basket.environments.prod.memory.maxmemory: got "1.5 GiB", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". Fix: write "1536 MiB".',
      '  service "Search_1".name: got "Search_1", expected lower-case letters, digits and single dashes, a letter first. Fix: rename the service; stacks and containers are named after it.',
      '  Search_1.persistence.save[1].after: got "soon", expected a whole number and a unit (h, min, s, ms), such as "30 s". Fix: write a number without sign or fraction, one blank and the unit; "90 s" instead of "1.5 min".',
      '  Search_1.environments: got "staging", expected an environment of config/environments. Fix: use one of dev, prod.',
      '  Search_1.environments.prod.memory.limit: got "-1 GiB", expected a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB". Fix: write a number without sign or fraction, one blank and the unit; "1536 MiB" instead of "1.5 GiB".',
      '  orders.engine: got "redis-7.3", expected the name of an engine in config/engines.ts. Fix: did you mean "redis-7.2"? Use that name.',
      '  orders.stores[0].ttl: got "24h", expected a whole number and a unit (h, min, s, ms), such as "30 s", or "none". Fix: write "24 h".',
      "  basket.environments.dev.hostPort: got 0, expected a whole number from 1 to 65535. Fix: use 1 or more.",
      "  basket.maxclients: got 0, expected a whole number from 2 to 100000. Fix: use 2 or more.",
      "  basket.environments.dev.cpuShares: got 1, expected a whole number from 2 to 262144. Fix: use 2 or more.",
      '  basket.timeout: got 500 ms, expected whole seconds from 0 s to 2147483647 s. Fix: write "1 s".',
      '  environments/dev.stopTimeout: got 5 s, expected whole seconds from 10 s to 600 s. Fix: use "10 s" or more.',
      "  basket.environments.dev.cpus: got 0, expected a number from 0.1 to 64 with one decimal at most. Fix: write the share of CPUs, such as 1.5, or leave it out.",
      '  basket.encoding.hashMaxListpackValue: got 1 MiB, expected 0 B to 64 KiB. Fix: use "64 KiB" or less.',
      "  basket.encoding.listMaxListpackSize: got 0, expected -1 to -5, which is 4 KiB to 64 KiB, or 1 to 65536 elements. Fix: leave it out for -2, which is 8 KiB.",
      "  basket.environments.dev.memory.maxmemory: got 900 MiB of 1000 MiB, expected 0.8 of the container's limit or less, or the kernel kills Redis before it evicts. Fix: leave out limit, which is then derived with room for snapshots.",
      '  basket.maxmemoryPolicy: got "allkeys-lruu", expected one of noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu, volatile-random, volatile-ttl. Fix: did you mean "allkeys-lru"? Use that name.',
      '  basket.restart: got "never", expected one of unless-stopped, always, on-failure. Fix: use one of unless-stopped, always, on-failure.',
      '  basket.environments.dev.hostAddress: got "localhost", expected an IPv4 or IPv6 address of the host. Fix: leave it out for "127.0.0.1", which nobody else reaches.',
      '  basket.directives.set-max-listpack-entries: got "set-max-listpack-entries", expected a directive that Redis 7.0.15 knows. Fix: choose a newer engine or remove it.',
      '  basket.directives.hash-max-ziplist-entries: got "128", expected a directive that redis.conf.tpl does not set itself. Fix: use basket.encoding.hashMaxListpackEntries.',
      '  basket.directives.maxmemory-client: got "maxmemory-client", expected a directive that Redis 7.0.15 knows. Fix: did you mean "maxmemory-clients"? Use that name.',
      '  basket.directives.maxmemory: got "1gb", expected a directive that redis.conf.tpl does not set itself. Fix: use basket.environments.<environment>.memory.maxmemory.',
      "  basket.environments.prod.hostPort: got 6379, expected no published port, since the network of environment prod is internal. Fix: leave hostPort out and let the clients join the network.",
      "  Search_1.environments.dev.hostPort: got 70000, expected a whole number from 1 to 65535. Fix: use 65535 or less.",
      "  Search_1.persistence.save[0].changes: got 0, expected a whole number from 1 to 1000000000. Fix: use 1 or more.",
      '  Search_1.persistence.save[0].after: got 0 s, expected whole seconds from 1 s to 2147483647 s. Fix: use "1 s" or more.',
      "  Search_1.persistence.save[1].changes: got 1.5, expected a whole number from 1 to 1000000000. Fix: write 2.",
      '  Search_1.stores: got an empty list, expected what the service keeps in Redis; policy, persistence and gates follow from it. Fix: write { kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true } or what it is.',
      "  Search_1.environments.prod.exporter.hostPort: got 65536, expected a whole number from 1 to 65535. Fix: use 65535 or less.",
      "  orders.client.database: got 16, expected a whole number from 0 to 15. Fix: use 15 or less.",
      "  orders.environments.dev.memory.limit: got 64 MiB, expected 128 MiB or more. Fix: raise it, or leave it out and give maxmemory.",
      "  orders.environments.dev.memory.reservation: got 1 MiB of 64 MiB, expected 6 MiB or more, and no more than the container's limit. Fix: write what the container needs when the host is short of memory, or leave it out.",
      '  orders.notifyKeyspaceEvents: got "Q", expected letters out of KEg$lshzxetdmnA. Fix: write the classes of events, such as "Ex" for expired keys.',
      '  orders.stores[0].kind: got "session", expected one of sessions, tokens, cache, queue, jobs, results, locks, rate-limits, pub-sub. Fix: did you mean "sessions"? Use that name.',
      '  orders.stores[0].keys: got "", expected a pattern of keys: 1 to 200 characters that can be read, and no blank. Fix: write what the keys begin with and a star, such as "session:*".',
      '  orders.stores[1].ttl: got 1 h, expected "none", since Redis does not keep messages of pub-sub. Fix: write ttl: "none".',
      '  orders.stores[1].lossAcceptable: got false, expected true, since who does not listen when a message is published never gets it. Fix: write true, or store what must arrive as kind: "queue".',
      "  orders.thresholds.memory: got warning 90, critical 70, expected a critical level above the warning. Fix: exchange them, or move them apart.",
      "  orders.thresholds.latency.warning: got 0 s, expected more than 0 s. Fix: write the time in which commands have to be answered.",
      '  Search_1.environments.dev: got container "cache", expected a container that no other stack on the same Docker engine has; basket-dev has it. Fix: give Search_1-dev another one.',
      '  Search_1.environments.dev: got volume "cache-data", expected a volume that no other stack on the same Docker engine has; basket-dev has it. Fix: give Search_1-dev another one.',
      '  orders.environments.dev: got host port "6379", expected a host port that no other stack on the same Docker engine has; basket-prod has it. Fix: give orders-dev another one.',
      "  redis.conf.tpl:1: got {{max_clients}}, expected one of the placeholders activedefrag, aof_timestamp_enabled, appendfsync, appendonly, auto_aof_rewrite_min_size, auto_aof_rewrite_percentage, directives, hash_max_listpack_entries, hash_max_listpack_value, latency_monitor_threshold, list_max_listpack_size, maxclients, maxmemory, maxmemory_policy, maxmemory_samples, notify_keyspace_events, protected_mode, rename_command, requirepass, save, set_max_intset_entries, slowlog_log_slower_than, slowlog_max_len, tcp_keepalive, timeout, user. Fix: correct the placeholder or remove the line.",
      "  redis.conf.tpl: got no {{maxclients}}, expected every value to stand in the template, or the setting would be lost. Fix: write a line with {{maxclients}}.",
      '  Search_1.environments.dev.memory: got neither maxmemory nor limit, expected one of them; a Redis without a limit takes the whole host. Fix: write memory: { maxmemory: "256 MiB" }.',
    ]);
  });

  it("in REDIS_ENGINE is reported once, not for each stack", () => {
    expect(
      refusalOf(() => loadStacks({ template, today, services: fixtureServices, engine: "redis-7.3" })),
    ).toBe(
      [
        "1 problem, nothing was changed",
        '  REDIS_ENGINE: got "redis-7.3", expected the name of an engine in config/engines.ts. ' +
          'Fix: did you mean "redis-7.2"? Use that name.',
      ].join("\n"),
    );
  });

  it("in REDIS_ENGINE is reported for an empty one too, which is not the same as none", () => {
    expect(refusalOf(() => loadStacks({ template, today, services: fixtureServices, engine: "" }))).toMatch(
      /^ {2}REDIS_ENGINE: got "", /m,
    );
  });
});
