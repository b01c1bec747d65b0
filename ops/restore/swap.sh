#!/bin/sh
# Exchanges the data set in /data for the one in /data/restore-incoming. Usage: swap.sh BEFORE
#
# The server is stopped. What was there goes to /data/BEFORE and is kept. Entries are moved, never copied, and the journal
# says from the first move to the last what belongs where: killed at any moment, put-back.sh or the next start of the
# server (constructs/redis-start.sh) makes it the data set of before, whole.
set -eu
umask 077
cd /data
before=$1
journal=restore-in-progress

if [ -e "$before" ]; then
  echo "swap: $before is there already" >&2
  exit 1
fi
{
  printf '%s\n' "$before"
  for name in appendonlydir dump.rdb; do
    [ ! -e "$name" ] || printf 'old %s\n' "$name"
  done
} >"$journal.new"
sync
mv "$journal.new" "$journal"
sync
mkdir "$before"
for name in appendonlydir dump.rdb; do
  [ ! -e "$name" ] || mv "$name" "$before/$name"
done
for name in appendonlydir dump.rdb; do
  [ ! -e "restore-incoming/$name" ] || mv "restore-incoming/$name" "$name"
done
sync
rm "$journal"
sync
rm -rf restore-incoming
