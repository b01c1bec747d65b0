#!/bin/sh
# Exchanges the data set in /data for the one in /data/restore-incoming. Usage: swap.sh BEFORE
#
# The server is stopped. What was there goes to /data/BEFORE and is kept. Entries are moved, never copied, and the journal
# says from the first move to the last what belongs where: killed at any moment, put-back.sh or the next start of the
# server (constructs/redis-start.sh) makes it the data set of before, whole. Exit code 3: nothing was moved.
set -eu
umask 077
cd /data
before=$1
journal=restore-in-progress

nothing_moved() { # WHY
  echo "swap: $1" >&2
  rm -f "$journal.new"
  exit 3
}

[ ! -e "$before" ] || nothing_moved "$before is there already"
entries=$before
for name in appendonlydir dump.rdb; do
  [ ! -e "$name" ] || entries="$entries
old $name"
done
printf '%s\nend\n' "$entries" >"$journal.new" || nothing_moved "the journal could not be written"
sync
mv "$journal.new" "$journal" || nothing_moved "the journal could not be written"
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
