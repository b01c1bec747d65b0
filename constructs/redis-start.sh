#!/bin/sh
# shellcheck disable=SC3013 # -nt is POSIX since 2024; busybox and dash have it
# Becomes redis-server. Usage: redis-start.sh REDIS_CONF, the text of the configuration.
#
# Rolls back a restore that was interrupted, and never starts Redis on data that it would ignore or destroy: what is loaded
# must not be older than what is ignored (docs/decisions/012). Called as redis-check, it ends after that look.
# Then writes the configuration to a tmpfs, with the secrets in place of
#   @secret:FILE@  the content of /run/secrets/FILE, quoted for redis.conf
#   @sha256:FILE@  its SHA-256 in hexadecimal, as ACL rules take it
# and never starts Redis while one of them is missing or unusable: an open server is worse than none.
# Lines that are only a comment are left out when this is deployed (constructs/redis-server.ts).
set -eu
umask 077
config=/usr/local/etc/redis/redis.conf
secrets=/run/secrets
data=/data
conf=$1

directive() { # NAME DEFAULT
  value=$(printf '%s\n' "$conf" | sed -n "s/^$1[[:blank:]]*//Ip" | tail -n 1 | tr -d "\"'")
  printf '%s' "${value:-$2}"
}

refuse() { # GOT EXPECTED FIX
  echo "redis-start: $data: got $1, expected $2. Fix: $3." >&2
  exit 78
}

rdb=$(directive dbfilename dump.rdb)
aof=$(directive appendfilename appendonly.aof)
folder=$(directive appenddirname appendonlydir)
appendonly=$(directive appendonly no)
manifest=$data/$folder/$aof.manifest
mode=$data/redis-start.mode
journal=$data/restore-in-progress

# The steps of ops/restore/put-back.sh. Nothing is changed where the journal is not a whole one of ops/restore/swap.sh.
check_journal() {
  fix='move it out of the volume, and then run bin/redis-ops restore STACK --from latest'
  [ -f "$journal" ] || refuse "restore-in-progress that is no file" "the journal of a restore" "$fix"
  before=$(head -n 1 "$journal")
  d='[0-9][0-9]'
  # shellcheck disable=SC2254 # a pattern
  case $before in
    before-restore-$d$d$d${d}T$d$d${d}Z) ;;
    *) refuse "restore-in-progress that names no folder" "before-restore-…" "$fix" ;;
  esac
  if [ "$(tail -n 1 "$journal")" != end ] || sed '1d;$d' "$journal" | grep -qvxE 'old (appendonlydir|dump\.rdb)'; then
    refuse "restore-in-progress that is cut or changed" "the whole journal of a restore" "$fix"
  fi
  fix="put $before back into the volume, or $fix"
  for name in appendonlydir dump.rdb; do
    if grep -qxF "old $name" "$journal"; then
      [ -e "$data/$before/$name" ] || [ -e "$data/$name" ] ||
        refuse "restore-in-progress with $name of before, which is not there" "$before/$name" "$fix"
    elif [ -e "$data/$name" ] && [ ! -d "$data/$before" ]; then
      refuse "restore-in-progress without the folder that it names" "$before" "$fix"
    fi
  done
}

roll_back() {
  for name in appendonlydir dump.rdb; do
    if ! grep -qxF "old $name" "$journal"; then
      rm -rf "${data:?}/$name"
    elif [ -e "$data/$before/$name" ]; then
      rm -rf "${data:?}/$name"
      mv "$data/$before/$name" "$data/$name"
    fi
  done
  rmdir "$data/$before" 2>/dev/null || :
  rm -rf "$data/restore-incoming"
  sync
  rm "$journal"
  echo "redis-start: $data: a restore was interrupted; the data is that of before it." >&2
}

# An empty snapshot ends one byte and a checksum of eight after the last field of its head.
holds_data() { # FILE
  [ -s "$1" ] || return 1
  size=$(wc -c <"$1")
  [ "$size" -le 4096 ] || return 0
  end=$(redis-check-rdb "$1" 2>/dev/null | sed -n 's/^\[offset \([0-9]*\)\] AUX FIELD .*/\1/p' | tail -n 1)
  [ "$size" -ne "$((${end:--9} + 9))" ]
}

newest() { # FILE...: the newest of those that hold data
  found=
  for file in "$@"; do
    case $file in *.manifest) continue ;; esac
    holds_data "$file" || continue
    if [ -z "$found" ] || [ "$file" -nt "$found" ]; then found=$file; fi
  done
  printf '%s' "${found#"$data/"}"
}

state_of_no() { printf 'appendonly no %s' "$( (cat "$manifest" || :) 2>/dev/null | sha256sum)"; }

check_data() {
  old='deploy with appendonly no, and before appendonly yes run bin/redis-ops preflight STACK --apply'
  empty='or keep it aside and start empty by bin/redis-ops restore STACK --empty'
  if [ "$appendonly" != yes ]; then
    log=$(newest "$data/$aof" "$data/$folder/$aof".*)
    # What BGREWRITEAOF writes where appendonly is off is a copy that nothing is added to.
    if ! grep -q ' type i$' "$manifest" 2>/dev/null && grep -q '^appendonly no' "$mode" 2>/dev/null; then log=; fi
    if [ -n "$log" ] && { ! [ -e "$data/$rdb" ] || [ "$data/$log" -nt "$data/$rdb" ]; }; then
      refuse "$log, which appendonly no ignores, newer than $rdb" "a snapshot that is not older" \
        "deploy with appendonly yes, and before appendonly no run bin/redis-ops preflight STACK --apply; $empty"
    fi
  elif [ -s "$manifest" ]; then
    if [ "$(cat "$mode" 2>/dev/null)" = "$(state_of_no)" ] && holds_data "$data/$rdb"; then
      refuse "$folder as it was before the last start, which was with appendonly no, and a newer $rdb, which appendonly yes ignores" \
        "an append-only file that was written since" "$old; $empty"
    fi
    log=$data/$(newest "$data/$folder/$aof".*)
    if [ -z "$(directive save '')" ] && [ "$data/$rdb" -nt "$log" ] && holds_data "$data/$rdb"; then
      echo "redis-start: $data: $rdb is newer than $folder and is not loaded. To load a backup: bin/redis-ops restore STACK." >&2
    fi
  else
    log=$(newest "$data/$folder/$aof".*)
    if [ -n "$log" ]; then
      refuse "$log and no $aof.manifest, so that Redis starts empty and overwrites it" "the whole append-only set" \
        "put the manifest back, or run bin/redis-ops restore STACK --from latest; $empty"
    elif holds_data "$data/$rdb" && ! { [ -s "$data/$aof" ] && ! [ "$data/$rdb" -nt "$data/$aof" ]; }; then
      refuse "$rdb with data, which appendonly yes ignores, and no append-only file that is as new" "what is to be loaded" "$old; $empty"
    fi
  fi
}

if [ -e "$journal" ]; then check_journal; fi
if [ "$0" = redis-check ]; then
  [ -e "$journal" ] || check_data
  exit
fi
if [ -e "$journal" ]; then roll_back; fi
check_data

# A regular file of 16 to 512 bytes without control characters. One line break may end it.
usable() {
  [ -f "$1" ] && [ -r "$1" ] || return 1
  all=$(wc -c <"$1")
  text=$(tr -d '\000-\037\177' <"$1" | wc -c)
  end=$(tail -c 1 "$1" | tr -dc '\n' | wc -c)
  [ "$text" -ge 16 ] && [ "$text" -le 512 ] && [ "$((text + end))" -eq "$all" ]
}

unusable=
for name in $(printf '%s\n' "$conf" | sed -nE 's/.*@(secret|sha256):([a-z_]+)@.*/\2/p'); do
  usable "$secrets/$name" || unusable="$unusable $name"
done
if [ -n "$unusable" ]; then
  echo "redis-start: $secrets: got no usable$unusable, expected every secret. Fix: run bin/redis-ops secrets init." >&2
  exit 78
fi

fill() {
  line=$1
  while :; do
    case $line in
      *@secret:*@*)
        before=${line%%@secret:*} rest=${line#*@secret:}
        value=$(sed 's/[\\"]/\\&/g' "$secrets/${rest%%@*}")
        printf '%s%s' "$before" "$value"
        line=${rest#*@}
        ;;
      *@sha256:*@*)
        before=${line%%@sha256:*} rest=${line#*@sha256:}
        value=$(cat "$secrets/${rest%%@*}")
        value=$(printf '%s' "$value" | sha256sum)
        printf '%s%s' "$before" "${value%% *}"
        line=${rest#*@}
        ;;
      *)
        printf '%s\n' "$line"
        return
        ;;
    esac
  done
}

printf '%s\n' "$conf" | while IFS= read -r line; do
  fill "$line"
done >"$config"

# A full disk must not keep Redis from starting.
state="appendonly yes"
if [ "$appendonly" != yes ]; then state=$(state_of_no); fi
if [ "$(cat "$mode" 2>/dev/null)" != "$state" ]; then
  { printf '%s\n' "$state" >"$mode.new" && mv "$mode.new" "$mode"; } 2>/dev/null || :
fi
exec redis-server "$config"
