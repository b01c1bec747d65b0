#!/bin/sh
# Becomes redis-server. Usage: redis-start.sh REDIS_CONF, the text of the configuration.
#
# Writes the configuration to a tmpfs, with the secrets in place of
#   @secret:FILE@  the content of /run/secrets/FILE, quoted for redis.conf
#   @sha256:FILE@  its SHA-256 in hexadecimal, as ACL rules take it
# and never starts Redis while one of them is missing or unusable: an open server is worse than none.
# Lines that are only a comment are left out when this is deployed (constructs/redis-server.ts).
set -eu
umask 077
config=/usr/local/etc/redis/redis.conf
secrets=/run/secrets

# A regular file of 16 to 512 bytes without control characters. One line break may end it.
usable() {
  [ -f "$1" ] && [ -r "$1" ] || return 1
  all=$(wc -c <"$1")
  text=$(tr -d '\000-\037\177' <"$1" | wc -c)
  end=$(tail -c 1 "$1" | tr -dc '\n' | wc -c)
  [ "$text" -ge 16 ] && [ "$text" -le 512 ] && [ "$((text + end))" -eq "$all" ]
}

unusable=
for name in $(printf '%s\n' "$1" | sed -nE 's/.*@(secret|sha256):([a-z_]+)@.*/\2/p'); do
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

printf '%s\n' "$1" | while IFS= read -r line; do
  fill "$line"
done >"$config"
exec redis-server "$config"
