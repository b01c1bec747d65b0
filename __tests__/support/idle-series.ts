import { type AlertCase, grow, hold } from "./alert-case";

const HOUR = 60;
const still = (value: number) => [hold(value, HOUR)];

/** Calls that the exporter and a healthcheck make, and a snapshot, as nobody else comes. */
const own = (cmd: string, perSecond: number, seconds: number) => ({
  [`redis_commands_total{cmd="${cmd}"}`]: [grow(9, perSecond, HOUR)],
  [`redis_commands_duration_seconds_total{cmd="${cmd}"}`]: [grow(1, perSecond * seconds, HOUR)],
});

/** What the exporter (1.45) says of a 7.0.15 that was just started and that nobody uses; beside it four workers, and backups. */
export const idleSeries: AlertCase["series"] = {
  redis_up: still(1),
  'redis_instance_info{run_id="6883ed9ceb3363af3ef874080d92a1f82a9e3cf3"}': still(1),
  redis_loading_dump_file: still(0),
  redis_memory_used_bytes: still(1_100_000),
  redis_memory_max_bytes: still(256 * 1024 ** 2),
  redis_memory_used_rss_bytes: still(12_600_000),
  redis_memory_used_dataset_bytes: still(90_000),
  redis_mem_fragmentation_ratio: still(11.37),
  redis_connected_clients: still(6),
  redis_rejected_connections_total: still(0),
  redis_evicted_keys_total: still(0),
  redis_keyspace_hits_total: still(0),
  redis_keyspace_misses_total: still(1),
  'redis_db_keys{db="db0"}': still(1),
  redis_slowlog_last_id: still(0),
  redis_rdb_last_bgsave_status: still(1),
  redis_aof_last_write_status: still(1),
  redis_aof_last_bgrewrite_status: still(1),
  ...own("info", 0.066, 0.0002),
  ...own("ping", 0.2, 0.000002),
  ...own("bgsave", 0.0003, 0.3),
  redis_backup_last_success_timestamp_seconds: still(1),
  redis_backup_last_attempt_timestamp_seconds: still(1),
  'redis_backup_failed{reason="no_room"}': still(0),
  redis_backup_last_size_bytes: still(120),
  redis_backup_free_bytes: still(20 * 1024 ** 3),
};
