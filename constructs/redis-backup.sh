#!/bin/sh
# Makes a backup of a server every so often, for ever. Usage:
#   redis-backup.sh HOST STACK EVERY KEEP_LAST KEEP_FOR LEAVE_FREE ENGINE_VERSION CONFIGURATION METRICS_PORT
# EVERY and KEEP_FOR are seconds, LEAVE_FREE is bytes, CONFIGURATION is the SHA-256 of the server's redis.conf.
#
# A backup is /data/STACK/ID.rdb and, written last, its manifest ID.json (ops/backup/manifest.ts). Until both are whole
# they are called *.part with the container's host name, so that the next run knows what a dead run left, and nobody
# touches what another container is writing. How it went is in redis_backup.prom, which Prometheus reads at METRICS_PORT.
# Lines that are only a comment are left out when this is deployed (constructs/redis-backup.ts).
set -eu
umask 077
host=$1 stack=$2 every=$3 keep_last=$4 keep_for=$5 leave_free=$6 version=$7 configuration=$8 port=$9
directory=/data/$stack
password=/run/secrets/redis_backup_password
me=$(hostname)
output=/tmp/output
prom=$directory/redis_backup.prom
reasons="no_room unreachable refused loading corrupt failed"

# sh does not look at a signal while it waits for a command in the foreground. When process 1 ends, all others do.
trap 'rm -f "$directory"/*."$me".part; exit 0' TERM INT
in_background() {
  "$@" >"$output" 2>&1 &
  wait $!
}

as_backup() { # SECONDS ARGUMENT..., in a process of its own, which alone has the password
  seconds=$1
  shift
  if [ -e "$password" ]; then
    REDISCLI_AUTH=$(cat "$password")
    export REDISCLI_AUTH
    set -- --user backup "$@"
  fi
  exec timeout "$seconds" redis-cli -e -h "$host" "$@"
}

snapshot() { # BYTES FILE
  ulimit -f $(($1 / 512))
  as_backup 3600 --rdb "$2"
}

last_line() { tr -d '\r' <"$output" | grep -v '^$' | tail -n 1 | cut -c 1-300; }
of_info() { tr -d '\r' <"$output" | sed -n "s/^$1://p"; }
moment() { date -u -d "@$1" +%Y%m%dT%H%M%SZ; }
free_bytes() { echo $(($(df -Pk "$directory" | awk 'NR == 2 { print $4 }') * 1024)); }

# Ids of the backups, the newest first. One that is of the future was made by a clock that was wrong: it is not counted.
backups() {
  find "$directory" -maxdepth 1 -name '*.json' | sed 's|.*/||' | sort -r | awk -v now="$(moment "$(date +%s)")" '
    length == 26 && /^[0-9]+T[0-9]+Z-[0-9a-f]+\.json$/ && substr($0, 1, 16) <= now { print substr($0, 1, 21) }'
}
newest() { backups | head -n 1; }
seconds_of() {
  date -u -d "$(echo "$1" | sed -E 's/^(....)(..)(..)T(..)(..)(..)Z.*/\1-\2-\3 \4:\5:\6/')" +%s
}

retain() {
  oldest=$(moment $(($(date +%s) - keep_for)))
  backups | awk -v keep="$keep_last" -v oldest="$oldest" 'NR > keep && $0 < oldest' | while read -r old; do
    rm -f "$directory/$old.json"
    rm -f "$directory/$old".*
  done
}

# What a run left that is dead: this container's own at once, that of others when nobody wrote to it for an hour.
tidy() {
  rm -f "$directory"/*."$me".part
  find "$directory" -maxdepth 1 -type f -mmin +60 -name '*.part' -exec rm -f {} +
  find "$directory" -maxdepth 1 -type f -mmin +60 -name '*Z-????.*' ! -name '*.json' | while read -r data; do
    id=${data##*/}
    [ -e "$directory/${id%%.*}.json" ] || rm -f "$data"
  done
}

room() {
  free=$(free_bytes)
  usable=$((free - leave_free))
  [ "$usable" -ge "$needed" ]
}

before() { # METRIC, as the last attempt left it
  value=$([ ! -f "$prom" ] || sed -n "s/^$1{[^}]*} //p" "$prom")
  echo "${value:-0}"
}

metric() { # NAME TYPE VALUE HELP
  printf '# HELP %s %s\n# TYPE %s %s\n%s{stack="%s"} %s\n' "$1" "$4" "$1" "$2" "$1" "$stack" "$3"
}

# Nothing is told where there is no room for it: the old numbers stay, and they get old.
report() { # SUCCESS DURATION BYTES KEYS VERIFIED
  {
    metric redis_backup_last_success_timestamp_seconds gauge "$1" "When the newest backup was finished."
    metric redis_backup_last_attempt_timestamp_seconds gauge "$(date +%s)" "When the last attempt ended."
    metric redis_backup_last_duration_seconds gauge "$2" "How long the newest backup took."
    metric redis_backup_last_size_bytes gauge "$3" "Size of the newest backup."
    metric redis_backup_last_keys gauge "$4" "Keys in the newest backup."
    metric redis_backup_last_verified gauge "$5" "1 when redis-check-rdb found the last attempt good."
    metric redis_backup_attempts_total counter "$(($(before redis_backup_attempts_total) + 1))" "Attempts."
    metric redis_backup_free_bytes gauge "$(free_bytes)" "Room on the disk of the backups."
    echo "# HELP redis_backup_failed 1 for why the last attempt failed."
    echo "# TYPE redis_backup_failed gauge"
    for name in $reasons; do
      printf 'redis_backup_failed{stack="%s",reason="%s"} %s\n' "$stack" "$name" "$([ "$name" != "$reason" ] && echo 0 || echo 1)"
    done
  } >"$prom.$me.part" && chmod 644 "$prom.$me.part" && mv "$prom.$me.part" "$prom"
}

reason=
fail() { # REASON WORDS
  reason=$1
  echo "redis-backup: $stack: $reason: $2" >&2
  return 1
}

look() {
  in_background as_backup 10 INFO || {
    status=$?
    case $status:$(cat "$output") in
      *WRONGPASS* | *NOAUTH* | *NOPERM*) fail refused "$(last_line). Fix: run bin/redis-ops secrets init $stack." ;;
      124:* | 143:*) fail unreachable "no answer within 10 s" ;;
      *) fail unreachable "$(last_line)" ;;
    esac
    return 1
  }
  dataset=$(of_info used_memory_dataset)
  dataset=${dataset:-0}
  [ "$(of_info loading)" = 0 ] || fail loading "the server loads its data" || return 1
  last=$(newest)
  needed=$(wc -c 2>/dev/null <"$directory/$last.rdb" || echo 0)
  [ "$needed" -ge "$dataset" ] || needed=$dataset
  room || { retain && room; } ||
    fail no_room "got $free bytes free, expected $((needed + leave_free)): $needed for the backup, $leave_free for the server. Fix: make room on the disk, or keep fewer."
}

# Every step is asked for its exit code: set -e does not hold inside what an `if` asks.
take() {
  started=$(date +%s)
  id=$(moment "$started")-$(head -c 16 /dev/urandom | sha256sum | cut -c 1-4)
  part=$directory/$id.rdb.$me.part
  look || return 1
  in_background snapshot "$usable" "$part" || {
    status=$?
    case $status:$(cat "$output") in
      153:* | *"No space left"* | *"File too large"*) fail no_room "the backup got larger than the $usable bytes that it may take" ;;
      *) fail failed "exit code $status: $(last_line)" ;;
    esac
    return 1
  }
  in_background redis-check-rdb "$part" || fail corrupt "exit code $?: $(last_line)" || return 1
  keys=$(sed -n 's/.*\[info\] \([0-9]*\) keys read.*/\1/p' "$output")
  expiring=$(sed -n 's/.*\[info\] \([0-9]*\) expires.*/\1/p' "$output")
  rdb_version=$(head -c 9 "$part" | sed -n 's/^REDIS0*\([1-9][0-9]*\)$/\1/p')
  [ -n "$keys" ] && [ -n "$expiring" ] && [ -n "$rdb_version" ] ||
    fail corrupt "redis-check-rdb said nothing of its keys" || return 1
  bytes=$(wc -c <"$part")
  in_background sha256sum "$part" || fail failed "$(last_line)" || return 1
  sha256=$(cut -d ' ' -f 1 "$output")
  manifest >"$directory/$id.json.$me.part" && in_background sync "$part" "$directory/$id.json.$me.part" &&
    mv "$part" "$directory/$id.rdb" && in_background sync "$directory" &&
    mv "$directory/$id.json.$me.part" "$directory/$id.json" && in_background sync "$directory" ||
    fail failed "the backup could not be put in place: $(last_line)" || return 1
  retain
  reason=
  now=$(date +%s)
  report "$now" $((now - started)) "$bytes" "$keys" 1
  echo "redis-backup: $stack: $id: $keys keys, $bytes bytes in $((now - started)) s, checked"
}

iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

manifest() {
  cat <<MANIFEST
{
  "format": 1,
  "id": "$id",
  "stack": "$stack",
  "kind": "rdb",
  "startedAt": "$(iso "$started")",
  "finishedAt": "$(iso "$(date +%s)")",
  "engine": {
    "version": "$version",
    "rdbVersion": $rdb_version
  },
  "file": {
    "name": "$id.rdb",
    "bytes": $bytes,
    "sha256": "$sha256"
  },
  "content": {
    "bytes": $bytes,
    "sha256": "$sha256"
  },
  "compression": "none",
  "encryption": "none",
  "keys": {
    "total": $keys,
    "expiring": $expiring
  },
  "usedMemory": $dataset,
  "configuration": "$configuration",
  "madeBy": "schedule"
}
MANIFEST
}

attempt() {
  [ -d "$directory" ] || mkdir -m 755 "$directory" || return 1
  tidy
  take
}

# One client: whatever it asks for within five seconds, it gets the metrics, and the room that there is now: the last attempt
# may be days ago. Without a length it would wait for the socket to be closed, which timeout's own watcher holds for a second.
# shellcheck disable=SC2016 # for the other shell
answer='
timeout 5 dd bs=4096 count=1 >/dev/null 2>&1
free=$(df -Pk "${1%/*}" 2>/dev/null | awk "NR == 2 { print \$4 }")
metrics=$(sed "${free:+s/^\(redis_backup_free_bytes.* \).*/\1$((free * 1024))/}" "$1" 2>/dev/null)
printf "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %s\r\n\r\n%s\n" \
  $((${#metrics} + 1)) "$metrics"'

# Backups do not need it: what keeps it from answering is said, and tried again.
serve() {
  until nc -ll -p "$port" -e sh -c "$answer" redis-backup "$prom"; do
    echo "redis-backup: $stack: nobody can read the metrics at port $port: exit code $?" >&2
    sleep 600
  done
}
serve </dev/null &

failures=0
while :; do
  now=$(date +%s)
  last=$([ ! -d "$directory" ] || newest)
  due=$now
  [ -z "$last" ] || due=$(($(seconds_of "$last") + every))
  [ "$failures" -eq 0 ] || due=$retry
  if [ "$due" -gt "$now" ]; then
    left=$((due - now))
    sleep $((left < 60 ? left : 60)) &
    wait $!
    continue
  fi
  reason=failed
  if attempt; then
    failures=0
    continue
  fi
  failures=$((failures + 1))
  rm -f "$directory"/*."$me".part
  report "$(before redis_backup_last_success_timestamp_seconds)" "$(before redis_backup_last_duration_seconds)" \
    "$(before redis_backup_last_size_bytes)" "$(before redis_backup_last_keys)" 0 || true
  pause=$((failures > 4 ? 600 : 30 << failures))
  [ "$reason" != no_room ] || pause=600
  retry=$(($(date +%s) + (pause < every ? pause : every)))
done
