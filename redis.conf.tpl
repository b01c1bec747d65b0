# The one place where Redis directives are written. {{placeholders}} are filled from the stack's values
# (core/redis-conf.ts); a list repeats its line. @secret:FILE@ and @sha256:FILE@ are filled inside the
# container, from /run/secrets (constructs/redis-start.sh), so no password is ever seen here.
# Comments and blank lines are not deployed: editing one replaces nothing.

# Network. The container's network decides who gets here.
port 6379
bind * -::*
protected-mode {{protected_mode}}
maxclients {{maxclients}}
timeout {{timeout}}
tcp-keepalive {{tcp_keepalive}}

# Memory. oom-score-adj makes the kernel kill the child that writes a snapshot, not the server.
maxmemory {{maxmemory}}
maxmemory-policy {{maxmemory_policy}}
maxmemory-samples {{maxmemory_samples}}
activedefrag {{activedefrag}}
hash-max-listpack-entries {{hash_max_listpack_entries}}
hash-max-listpack-value {{hash_max_listpack_value}}
list-max-listpack-size {{list_max_listpack_size}}
set-max-intset-entries {{set_max_intset_entries}}
oom-score-adj relative

# Persistence.
dir /data
save {{save}}
appendonly {{appendonly}}
appendfsync {{appendfsync}}
auto-aof-rewrite-percentage {{auto_aof_rewrite_percentage}}
auto-aof-rewrite-min-size {{auto_aof_rewrite_min_size}}
aof-timestamp-enabled {{aof_timestamp_enabled}}

# Backups go through the replication stream. There are no replicas to wait for.
repl-diskless-sync-delay 0

# Observation. slowlog-log-slower-than is in microseconds, latency-monitor-threshold in milliseconds.
slowlog-log-slower-than {{slowlog_log_slower_than}}
slowlog-max-len {{slowlog_max_len}}
latency-monitor-threshold {{latency_monitor_threshold}}
notify-keyspace-events {{notify_keyspace_events}}

# Access.
requirepass {{requirepass}}
user {{user}}
rename-command {{rename_command}}

# What the service file says under `directives`.
{{directives}}
