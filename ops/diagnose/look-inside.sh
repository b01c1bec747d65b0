#!/bin/sh
# What can be seen from inside the server's container, or from a container with its volume, as lines NAME VALUE…
# Changes nothing. What this kernel or this container does not have is left out.
# Usage: look-inside.sh FOLDER, the name of the append-only file's folder.
data=/data
folder=$data/$1

say() { # NAME FILE
  [ -r "$2" ] && printf '%s %s\n' "$1" "$(head -n 1 "$2")"
}

sed -n 's/^State:[[:blank:]]*/state /p' /proc/1/status 2>/dev/null
say overcommit /proc/sys/vm/overcommit_memory
sed -nE 's/^(MemTotal|MemAvailable):[[:blank:]]*([0-9]+) kB/\1 \2/p' /proc/meminfo 2>/dev/null

# Both versions of control groups. What is left out of the used memory can be given back.
group=/sys/fs/cgroup
awk '$1 == "total_rss" || $1 == "anon" { print "used", $2 }' "$group/memory/memory.stat" "$group/memory.stat" 2>/dev/null
awk '$1 == "oom_kill" { print "oom_kills", $2 }' "$group/memory/memory.oom_control" "$group/memory.events" 2>/dev/null
awk '$1 == "nr_periods" || $1 == "nr_throttled" { print $1, $2 }' "$group/cpu/cpu.stat" "$group/cpu.stat" 2>/dev/null

df -Pk "$data" 2>/dev/null | awk 'NR > 1 { print "disk", $(NF - 4), $(NF - 2) }'
df -Pi "$data" 2>/dev/null | awk 'NR > 1 { print "inodes", $(NF - 4), $(NF - 2) }'
awk -v data="$data" '$2 == data && $4 ~ /(^|,)ro(,|$)/ { print "read_only" }' /proc/mounts
# A restore keeps old data in folders of its own, which nothing is written to.
for path in "$data" "$folder" "$folder"/*.incr.aof; do
  [ -e "$path" ] || continue
  [ -w "$path" ] || printf 'unwritable %s\n' "$path"
done

# Established (01) connections to port 6379 (18EB), by the address on the other side.
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
  awk '$4 == "01" && $2 ~ /:18EB$/ { split($3, other, ":"); count[other[1]] += 1 }
    END { for (address in count) print "peer", address, count[address] }'
exit 0
