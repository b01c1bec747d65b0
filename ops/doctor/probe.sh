#!/bin/sh
# What a container sees of its host, as NAME=VALUE lines. Usage: probe.sh DIRECTORY...
# Each directory is a mounted volume: its file system, and what is in it, in KiB.
say() {
  printf '%s=%s\n' "$1" "$(tr '\n' ' ' 2>/dev/null <"$2")"
}
say overcommit_memory /proc/sys/vm/overcommit_memory
say transparent_hugepage /sys/kernel/mm/transparent_hugepage/enabled
say somaxconn /proc/sys/net/core/somaxconn
# shellcheck disable=SC3045 # ash of busybox and dash have ulimit -Hn
printf 'nofile=%s\n' "$(ulimit -Hn)"
awk '/^(MemAvailable|SwapTotal):/ { sub(":", "", $1); print $1 "=" $2 }' /proc/meminfo
for directory in "$@"; do
  printf 'disk=%s used=%s %s\n' "$directory" "$(du -sk "$directory" 2>/dev/null | awk 'NR == 1 { print $1 }')" \
    "$(df -kP "$directory" | awk 'END { print "total=" $2, "available=" $4, "device=" $1 }')"
done
