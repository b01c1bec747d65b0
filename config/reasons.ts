/** Why a value is what it is: one sentence, or one for each value that it may have. */
export type Why = string | Readonly<Record<string, string>>;

/**
 * Why every value of a stack is what it is, for people, by its path in `RedisStackProps`. A sentence holds whoever decided
 * the value: what it protects from, whose default it is, what was measured. What was derived has its arithmetic in
 * `Decisions` besides.
 */
export const reasons = {
  "what it keeps": {
    stores: "Eviction policy, persistence and gates follow from what is stored and from what may be lost.",
    waivers: "Gates that this stack may break for a while. Empty is as it should be.",
  },
  memory: {
    "server.maxmemory":
      "How much data there may be: at it Redis refuses or evicts, before the kernel kills the server at the limit.",
    "server.memoryLimit":
      "Beyond it the kernel kills, so it has room for a copy of the data and for buffers: bin/redis-ops memory STACK.",
    "server.memoryReservation":
      "What the kernel leaves to the container when the host is short of memory; it takes from the others first.",
    "server.maxmemoryPolicy": {
      noeviction: "Nothing is evicted: writes that need memory are refused with OOM, and reads go on.",
      "allkeys-lru":
        "The key that was not used for longest goes, whatever it is: beside a cache 145 of 200 sessions went.",
      "allkeys-lfu": "The key that is used least often goes, whatever it is, sessions and queues too.",
      "allkeys-random": "Any key goes, sessions and queues too.",
      "volatile-lru":
        "The key with a TTL that was not used for longest goes; with none left, writes are refused.",
      "volatile-lfu": "The key with a TTL that is used least often goes; with none left, writes are refused.",
      "volatile-random": "Any key with a TTL goes; with none left, writes are refused.",
      "volatile-ttl": "The key with a TTL that would end first goes; with none left, writes are refused.",
    },
    "server.maxmemorySamples":
      "Redis looks at so many keys for each eviction: 5 is its own default, 10 finds older keys and takes more CPU.",
    "server.activedefrag": {
      true: "Redis moves data together while it runs, and gives the memory between it back.",
      false: "Redis' own default. Builds without its own allocator, such as Debian's, do not start with it.",
    },
    "server.encoding.hashMaxListpackEntries":
      "Up to so many fields a hash is kept in one piece: less memory, slower access. Redis' own default is 512.",
    "server.encoding.hashMaxListpackValue":
      "A hash with a longer field or value is kept in many pieces. Redis' own default is 64 B.",
    "server.encoding.listMaxListpackSize":
      "Lists are kept in nodes of this size: -1 is 4 KiB, -2, Redis' own default, 8 KiB.",
    "server.encoding.setMaxIntsetEntries":
      "Up to so many whole numbers a set is kept in one piece. Redis' own default is 512.",
  },
  "data on disk": {
    "server.persistence.appendonly": {
      true: "Every write goes to a file that the next start loads: after kill -9 none of 45,018 writes was missing.",
      false:
        "No write goes to a file: what is in no snapshot is gone after a restart, which is meant where all may be lost.",
    },
    "server.persistence.appendfsync": {
      always: "No write is lost on a power cut, and each waits for the disk.",
      everysec: "Redis' own default: a power cut costs a second at most, a kill nothing.",
      no: "The kernel writes when it likes, on Linux after 30 s: that much is lost on a power cut.",
    },
    "server.persistence.pointInTime": {
      true: "The append-only file says when each write was, so a moment before a mistake can be restored.",
      false: "Redis' own default: a restore is to a backup, not to a moment between two.",
    },
    "server.persistence.autoAofRewritePercentage":
      "So much growth starts a rewrite, so that the file does not fill the disk. Redis' own default is 100, twice the size.",
    "server.persistence.autoAofRewriteMinSize":
      "A smaller file is not worth the copy that a rewrite takes. Redis' own default is 64 MiB.",
    "server.persistence.save":
      "A snapshot is one file that can be copied away; beside an append-only file no start needs it.",
    "dataVolume.name": "The data follows the name: under another one the stack starts empty.",
    "dataVolume.protected": {
      true: "Terraform refuses to destroy the volume and those of the secrets: no plan loses the data.",
      false: "The data goes with the stack, by bin/down, as developers want it.",
    },
    "backups.at":
      "Where bin/redis-ops backup writes and looks. Another disk or S3 keeps them when the host is lost.",
    "backups.schedule.containerName": "It takes the data from the server as a replica would, and checks it.",
    "backups.schedule.volumeName":
      "The backups follow the name. They are on the host's disk, as the data is.",
    "backups.schedule.secretsVolume": "The backups' container sees its own password and no other.",
    "backups.schedule.every": "What was written since the newest backup is lost when only that is left.",
    "backups.schedule.keepLast": "So many are there, however old: a mistake may be found late.",
    "backups.schedule.keepFor": "The younger ones are kept as well, a long weekend of them by default.",
    "server.stopTimeout":
      "Docker kills afterwards: a container that was stopped with 0 s had lost its key, with 10 s it had not.",
  },
  access: {
    "server.auth.mode": {
      none: "A developer's machine, reachable on loopback only: no password to look after.",
      requirepass:
        "Nobody talks to Redis without a password; one FLUSHALL of whoever reaches the port empties it.",
    },
    "server.auth.secretsVolume": "Passwords are files in a volume that Terraform names and never reads.",
    "server.disabledCommands":
      "Nobody can call them, since no client library needs them and a slip empties the server. Developers may slip.",
    "server.renamedCommands":
      "Only people on call know the new names, which keeps accidents away, not attackers. Developers need none.",
  },
  network: {
    "network.name": "Clients join this network to reach Redis.",
    "network.internal": {
      true: "There is no way out and none in from the host: only the service's own containers reach Redis.",
      false: "A port can be published on it, so that programs on the developer's machine reach Redis.",
    },
    "server.containerName":
      "It is the host name on the network too, and what docker exec and docker logs are given.",
    "server.aliases":
      "Further host names on the network; clients find redis whatever the container is called.",
    "server.hostPort": "Programs on the host reach Redis here. Two stacks cannot have the same.",
    "server.hostAddress":
      "Loopback keeps the port to the host: on another address it is open past the rules of the firewall.",
    "server.maxclients":
      "The buffers of clients count as data: 10000, Redis' own default, take 22 MiB idle, all of them busy at once 362 MiB.",
    "server.timeout":
      "0 s, Redis' own default, never disconnects an idle client; pools keep connections for long.",
    "server.tcpKeepalive":
      "Finds clients that went without closing their connection. Redis' own default is 300 s.",
  },
  "start and health": {
    "server.healthcheck.command":
      "The reply is compared with PONG, since redis-cli ping exits 0 on NOAUTH, WRONGPASS and LOADING too.",
    "server.healthcheck.interval":
      "How often Docker asks: a hung server is noticed after interval × retries.",
    "server.healthcheck.timeout":
      "An answer that takes longer is a failure; redis-cli of 7.0 and 7.2 waits for ever itself.",
    "server.healthcheck.retries": "One slow answer makes no server unhealthy, so many in a row do.",
    "server.healthcheck.startPeriod":
      "Redis answers LOADING while it loads, at 100 to 250 MB a second; failures in this time do not count.",
    "server.restart": {
      "unless-stopped":
        "Docker starts it again after a crash and after a restart of the host, not when somebody stopped it.",
      always: "Docker starts it again, also what somebody stopped, when Docker itself starts.",
      "on-failure": "Docker starts it again after an error only: not after a restart of the host.",
    },
  },
  observation: {
    "server.slowlogLogSlowerThan":
      "Redis' own default is 10 ms. The slow log is in memory, not in docker logs.",
    "server.slowlogMaxLen": "Redis' own default is 128: the oldest entry goes.",
    "server.latencyMonitorThreshold":
      "Redis leaves it off; on, it costs nothing until an event is slow. It counts whole milliseconds.",
    "server.notifyKeyspaceEvents":
      "Redis' own default is none. Events reach only who listens, and expired ones come when Redis notices.",
    "server.logMaxSize": "Docker keeps logs for ever unless told otherwise.",
    "server.logMaxFiles": "The oldest one goes, so that the log cannot fill the disk.",
    "exporter.containerName": "Its host name on the network of the metrics.",
    "exporter.image": "An exact version that was tried with the engine.",
    "exporter.hostPort": "Prometheus on the host reads /metrics here. Two stacks cannot have the same.",
    "exporter.hostAddress": "Loopback: the metrics tell names and sizes of what is stored.",
    "exporter.networkName":
      "A port can be published on it, which an internal network of the service does not let.",
    "exporter.secretsVolume": "The exporter sees its own password and no other.",
    "prometheus.containerName": "Its host name on the network of the metrics.",
    "prometheus.image": "An exact version that was tried with the engine.",
    "prometheus.hostPort": "People and Grafana on the host reach it here. Two stacks cannot have the same.",
    "prometheus.hostAddress": "Loopback: it asks nobody for a password, and tells names of what is stored.",
    "prometheus.volumeName": "What was measured follows the name, through every change of a threshold.",
    "prometheus.retention": "Older measurements go, and the oldest when they take 1 GiB.",
    "prometheus.alertmanager": "It tells people; without one an alert is seen by who looks.",
    contacts: "Alerts name them; empty, they name the service's file.",
    "contacts.onCall": "Every alert names it.",
    "contacts.infrastructure": "Alerts about disks, memory and the host name it besides.",
    "contacts.escalation": "Critical alerts name it besides.",
    runbooks: "Every alert links to the page about it, from there on.",
    "thresholds.memory.warning":
      "Time to act before maxmemory is reached. A cache that evicts is always near it.",
    "thresholds.memory.critical": "Writes are about to be refused, or keys evicted.",
    "thresholds.connectedClients.warning": "Connections leak before they run out.",
    "thresholds.connectedClients.critical": "At maxclients Redis refuses every further connection.",
    "thresholds.blockedClients.warning":
      "Clients that wait in a blocking call. Idle workers of a queue do that, too.",
    "thresholds.blockedClients.critical":
      "Clients that wait in a blocking call. Idle workers of a queue do that, too.",
    "thresholds.hitRatio.warning":
      "Below it the cache does less than it should: TTLs too short, or too little memory.",
    "thresholds.hitRatio.critical": "Below it the database behind the cache takes the load.",
    "thresholds.latency.warning":
      "Redis answers within 1 ms; somebody runs slow commands, or the host is short of CPU.",
    "thresholds.latency.critical": "Users notice, since one request takes many commands.",
  },
  engine: {
    "server.image": "An exact tag: redis:7-alpine moved from 7.2 to 7.4, whose files 7.2 cannot read.",
    "server.version": "It decides which directives and ACL rules are known, and which files can be read.",
    "server.directives": "What has no field of its own, checked against the directives that the engine has.",
    "server.cpus": "A hard ceiling: Redis runs commands on one CPU, and takes another for a snapshot.",
    "server.cpuShares": "Its weight when CPUs are short; Docker reserves none outside of Swarm.",
  },
  clients: {
    "client.database":
      "Redis' own default is 0; the others are no wall, since one FLUSHALL empties all of them.",
    "client.connectTimeout": "Without one a client waits as long as the kernel tries, which is minutes.",
    "client.commandTimeout": "Without one a server that hangs holds every worker of the service.",
    "client.poolSize":
      "Connections that each process keeps open. All processes together stay below maxclients.",
  },
  deployment: {
    "labels.service": "Says in docker ps, and in the plan, what a container belongs to.",
    "labels.environment": "Says in docker ps, and in the plan, what a container belongs to.",
    docker: "Empty: what Docker's own tools use, DOCKER_HOST or the local socket.",
    "docker.host": "The engine that every stack of the environment is deployed to.",
    "state.backend": {
      local: "A file on this machine, so that this machine alone can deploy.",
      s3: "State that everybody who deploys shares, locked while somebody does.",
    },
    "state.path": "Relative to where Terraform runs, so that it is the same on every machine.",
    "state.bucket": "The bucket that the environment keeps all states in.",
    "state.region": "Where the bucket is.",
    "state.key": "One state for each stack, so that no plan touches another one.",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Why>>>>;

/** What a value is about, for people: a heading of `reasons`. */
export type Topic = keyof typeof reasons;

export interface Reason {
  readonly topic: Topic;
  readonly why: string;
}

/** Values that have names of their own below them: all of them have one reason. */
const RECORDS = ["server.renamedCommands", "server.directives"];

const byPath = new Map<string, { readonly topic: Topic; readonly why: Why }>(
  (Object.keys(reasons) as Topic[]).flatMap((topic) =>
    Object.entries<Why>(reasons[topic]).map(([path, why]) => [path, { topic, why }] as const),
  ),
);

/** Why `value` stands at `path`; undefined where nobody wrote that down. */
export function reasonFor(path: string, value: unknown): Reason | undefined {
  const found = byPath.get(RECORDS.find((record) => path.startsWith(`${record}.`)) ?? path);
  const why = typeof found?.why === "object" ? found.why[`${value}`] : found?.why;
  return found === undefined || why === undefined ? undefined : { topic: found.topic, why };
}
