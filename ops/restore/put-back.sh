#!/bin/sh
# Makes the data set of before a restore the one in /data again. Usage: put-back.sh [BEFORE]
#
# Without BEFORE: what the journal of an interrupted exchange says; nothing where there is no journal. With BEFORE: also an
# exchange that came to its end. Can be interrupted and run again. constructs/redis-start.sh has the same steps. Exit code 78:
# the journal is none of swap.sh, and nothing was changed.
set -eu
umask 077
cd /data
journal=restore-in-progress

if [ "$#" -gt 0 ] && [ ! -e "$journal" ] && [ -d "$1" ]; then
  {
    printf '%s\n' "$1"
    for name in appendonlydir dump.rdb; do
      [ ! -e "$1/$name" ] || printf 'old %s\n' "$name"
    done
  } >"$journal.new"
  sync
  mv "$journal.new" "$journal"
  sync
fi
if [ ! -e "$journal" ]; then
  rm -f "$journal.new"
  exit 0
fi
before=$(head -n 1 "$journal")
case $(cat "$journal") in */*) before= ;; esac
case $before in
  before-restore-?*) ;;
  *)
    echo "put-back: $journal names no before-restore-… of this volume" >&2
    exit 78
    ;;
esac
for name in appendonlydir dump.rdb; do
  if ! grep -qxF "old $name" "$journal"; then
    rm -rf "$name"
  elif [ -e "$before/$name" ]; then
    rm -rf "$name"
    mv "$before/$name" "$name"
  fi
done
sync
rmdir "$before" 2>/dev/null || :
rm -rf restore-incoming
rm "$journal"
sync
