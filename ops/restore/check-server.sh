#!/bin/sh
# A server that loads what is staged, and that nobody but redis-ops reaches. Usage: check-server.sh REDIS_CONF
# It ends when the folder goes, which hold-lock.sh sees to when redis-ops is killed.
set -eu
umask 077
printf '%s\n' "$1" >/tmp/redis.conf
(
  while [ -d /data/restore-incoming ]; do
    sleep 1
  done
  kill -TERM 1
) >/dev/null 2>&1 &
exec redis-server /tmp/redis.conf
