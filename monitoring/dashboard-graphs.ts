import type { DashboardFacts } from "./dashboard-facts";
import type { Metrics } from "./dashboard-metrics";
import { graphPanel, type PanelDefinition } from "./dashboard-panel";

/** Panels under one heading. */
export interface PanelRow {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

/** The graphs of a service's dashboard. */
export function graphRows(facts: DashboardFacts, metrics: Metrics): readonly PanelRow[] {
  return [
    { title: "Memory and keys", panels: memoryGraphs(facts, metrics) },
    { title: "Commands", panels: commandGraphs(facts, metrics) },
    { title: "Clients", panels: clientGraphs(facts, metrics) },
    { title: "Persistence and backups", panels: diskGraphs(facts, metrics) },
  ];
}

function memoryGraphs({ memory, policy }: DashboardFacts, metrics: Metrics): readonly PanelDefinition[] {
  const isEvicting = policy !== "noeviction";
  return [
    graphPanel(
      "Memory of maxmemory",
      "percent",
      metrics.memory,
      `Data and buffers. At 100 % Redis ${isEvicting ? "evicts keys" : "refuses writes"} (${policy}). What takes it: bin/redis-ops memory $stack.`,
      { levels: memory, max: 100, noValue: "no limit", runbook: "memory-exhaustion" },
    ),
    graphPanel(
      "Memory",
      "bytes",
      [
        { expr: metrics.newest("redis_memory_used_bytes"), legend: "used" },
        { expr: metrics.newest("redis_memory_used_rss_bytes"), legend: "resident" },
        { expr: metrics.newest("redis_memory_max_bytes"), legend: "maxmemory" },
      ],
      "Resident far above used: fragmentation, or memory that was freed and that Redis has kept.",
      { runbook: "memory-exhaustion" },
    ),
    graphPanel(
      "Fragmentation",
      "none",
      metrics.newest("redis_mem_fragmentation_ratio"),
      "Resident by used memory. Above 1.5 it is worth a look where more than 100 MB are used; where less is, it says nothing.",
      { max: 1.5, decimals: 2, runbook: "memory-exhaustion" },
    ),
    graphPanel(
      "Keys",
      "short",
      [
        { expr: metrics.keys, legend: "all" },
        { expr: metrics.expiringKeys, legend: "with a time to live" },
      ],
      "Keys without a time to live stay until somebody deletes them. What a line is that only rises: bin/redis-ops memory $stack --keys.",
      { runbook: "memory-exhaustion" },
    ),
    graphPanel(
      "Expired keys",
      "ops",
      metrics.rate("redis_expired_keys_total"),
      "Keys whose time was over. That is well; none at all means that nobody sets a time to live.",
    ),
    graphPanel("Evicted keys", "ops", metrics.evictions, evictedKeys(policy), {
      isShown: isEvicting,
      runbook: "evictions",
    }),
    graphPanel(
      "Refused writes",
      "ops",
      metrics.refusedWrites,
      "Writes refused because memory is full (noeviction). Each one is an error at a client: give it more maxmemory, or find what grew.",
      { isShown: !isEvicting, runbook: "memory-exhaustion" },
    ),
  ];
}

function evictedKeys(policy: string): string {
  return policy.startsWith("allkeys")
    ? `Keys that made room for others (${policy}). That is what a cache is for; it is too small when the hit ratio falls meanwhile.`
    : `Keys that made room for others before their time (${policy}): sessions among them are users who are logged out. Find what grew, or give it more maxmemory.`;
}

function commandGraphs(
  { latency, hitRatio, isRead }: DashboardFacts,
  metrics: Metrics,
): readonly PanelDefinition[] {
  return [
    graphPanel(
      "Commands",
      "ops",
      [{ expr: metrics.frequentCommands, legend: "{{cmd}}" }],
      "The five most frequent. A jump that no release explains: bin/redis-ops clients $stack.",
      { runbook: "slow-commands" },
    ),
    graphPanel(
      "Latency",
      "s",
      metrics.latency,
      "Mean time that Redis works on a command of a client, over five minutes; the network is not in it. Which ones are slow: bin/redis-ops slow $stack.",
      { levels: latency, noValue: "no commands", runbook: "slow-commands" },
    ),
    graphPanel(
      "Slow commands",
      "s",
      [{ expr: metrics.slowCommands, legend: "{{cmd}}" }],
      "Mean time of the five slowest. While one runs, all others wait: bin/redis-ops slow $stack.",
      { noValue: "no commands", runbook: "slow-commands" },
    ),
    graphPanel(
      "Hit ratio",
      "percent",
      metrics.hitRatio,
      "Reads that found their key, over ten minutes. It falls after a restart without data, after a release that names keys anew, and when keys are evicted.",
      { isShown: isRead, levels: hitRatio, max: 100, noValue: "no reads", runbook: "hit-ratio" },
    ),
    graphPanel(
      "Reads",
      "ops",
      [
        { expr: metrics.rate("redis_keyspace_hits_total"), legend: "found" },
        { expr: metrics.rate("redis_keyspace_misses_total"), legend: "not found" },
      ],
      "Keys that were looked for. A hit ratio means something from about one read a second on.",
      { runbook: "hit-ratio" },
    ),
    graphPanel(
      "Slow log",
      "ops",
      metrics.rate("redis_slowlog_last_id"),
      "New entries of the slow log. What they are, and whose: bin/redis-ops slow $stack.",
      { runbook: "slow-commands" },
    ),
    graphPanel(
      "Network",
      "binBps",
      [
        { expr: metrics.rate("redis_net_input_bytes_total"), legend: "in" },
        { expr: metrics.rate("redis_net_output_bytes_total"), legend: "out" },
      ],
      "Bytes that Redis reads and sends. Much out with few commands: somebody reads large values.",
      { runbook: "slow-commands" },
    ),
  ];
}

function clientGraphs(
  { clients, blocked, isWaitedFor, isPublishing }: DashboardFacts,
  metrics: Metrics,
): readonly PanelDefinition[] {
  return [
    graphPanel(
      "Connected clients",
      "short",
      metrics.newest("redis_connected_clients"),
      "A line that only rises is a pool that leaks. Whose connections they are: bin/redis-ops clients $stack.",
      { levels: clients, runbook: "rejected-connections" },
    ),
    graphPanel(
      "New and rejected connections",
      "ops",
      [
        { expr: metrics.rate("redis_connections_received_total"), legend: "new" },
        { expr: metrics.rate("redis_rejected_connections_total"), legend: "rejected" },
      ],
      "Rejected: maxclients was reached. Many new ones: a client connects for each command in place of a pool.",
      { runbook: "rejected-connections" },
    ),
    graphPanel(
      "Waiting clients",
      "short",
      metrics.newest("redis_blocked_clients"),
      "Clients in a call that waits, such as BLPOP. Workers of a queue wait while there is no job: that is well.",
      { isShown: isWaitedFor, levels: blocked, runbook: "blocked-clients" },
    ),
    graphPanel(
      "Channels",
      "short",
      [
        { expr: metrics.newest("redis_pubsub_channels"), legend: "channels" },
        { expr: metrics.newest("redis_pubsub_patterns"), legend: "patterns" },
      ],
      "Channels and patterns that somebody listens to. None of them: every message is lost.",
      { isShown: isPublishing },
    ),
  ];
}

function diskGraphs(
  { hasAof, isPersistent, hasBackups, backupAge }: DashboardFacts,
  metrics: Metrics,
): readonly PanelDefinition[] {
  return [
    graphPanel(
      "Append-only file",
      "bytes",
      [
        { expr: metrics.newest("redis_aof_current_size_bytes"), legend: "now" },
        { expr: metrics.newest("redis_aof_base_size_bytes"), legend: "after the last rewrite" },
      ],
      "It grows with every write and is rewritten at twice its size. When it never falls, the rewrite fails.",
      { isShown: hasAof, runbook: "persistence-failure" },
    ),
    graphPanel(
      "Last fork",
      "s",
      metrics.newest("redis_latest_fork_seconds"),
      "Time that all clients waited for the last snapshot or rewrite to begin. It grows with memory.",
      { isShown: isPersistent, runbook: "slow-commands" },
    ),
    graphPanel(
      "Age of the newest backup",
      "s",
      metrics.backupAge,
      "It falls to nothing with every good backup. Why one failed is beside it.",
      { isShown: hasBackups, levels: backupAge, noValue: "none yet", runbook: "backup-overdue" },
    ),
    graphPanel(
      "Failed backups",
      "none",
      [{ expr: metrics.backupFailed, legend: "{{reason}}" }],
      "1 for why the last attempt failed. no_room: the disk is full; unreachable: Redis did not answer; refused: the password is not the server's; corrupt: the copy was bad.",
      { isShown: hasBackups, max: 1, decimals: 0, runbook: "backup-overdue" },
    ),
    graphPanel(
      "Size of backups, and room",
      "bytes",
      [
        { expr: metrics.newest("redis_backup_last_size_bytes"), legend: "newest backup" },
        { expr: metrics.newest("redis_backup_free_bytes"), legend: "free on the disk" },
      ],
      "A backup needs as much room as the data take. Without room the oldest beyond what is kept go first, then it fails.",
      { isShown: hasBackups, runbook: "disk-full" },
    ),
  ];
}
