#!/bin/sh
# Makes the data set of before a restore the one in /data again. Usage: put-back.sh [BEFORE]
#
# Without BEFORE: what the journal of an interrupted exchange says; nothing where there is no journal. With BEFORE: also an
# exchange that came to its end. Can be interrupted and run again. constructs/redis-start.sh has the same steps. Exit code 78:
# the journal is not a whole one of swap.sh, or what it names is not there, and nothing was changed.
set -eu
umask 077
cd /data
journal=restore-in-progress

refuse() { # GOT
  echo "put-back: got $1; nothing was changed" >&2
  exit 78
}

if [ "$#" -gt 0 ] && [ ! -e "$journal" ] && [ -d "$1" ]; then
  {
    printf '%s\n' "$1"
    for name in appendonlydir dump.rdb; do
      [ ! -e "$1/$name" ] || printf 'old %s\n' "$name"
    done
    echo end
  } >"$journal.new"
  sync
  mv "$journal.new" "$journal"
  sync
fi
if [ ! -e "$journal" ]; then
  rm -f "$journal.new"
  exit 0
fi
[ -f "$journal" ] || refuse "$journal, which is no file"
before=$(head -n 1 "$journal")
d='[0-9][0-9]'
# shellcheck disable=SC2254 # a pattern
case $before in
  before-restore-$d$d$d${d}T$d$d${d}Z) ;;
  *) refuse "$journal, which names no before-restore-… of this volume" ;;
esac
if [ "$(tail -n 1 "$journal")" != end ] || sed '1d;$d' "$journal" | grep -qvxE 'old (appendonlydir|dump\.rdb)'; then
  refuse "$journal, which is not the whole journal of a restore"
fi
for name in appendonlydir dump.rdb; do
  if grep -qxF "old $name" "$journal"; then
    [ -e "$before/$name" ] || [ -e "$name" ] || refuse "$journal with $name of before, which is not in $before"
  elif [ -e "$name" ] && [ ! -d "$before" ]; then
    refuse "$journal without $before, of which it says what is in it"
  fi
done
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
