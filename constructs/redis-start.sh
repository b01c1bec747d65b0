#!/bin/sh
# Becomes redis-server. Usage: redis-start.sh REDIS_CONF, the text of the configuration.
#
# Writes the configuration to a tmpfs, with the secrets in place of
#   @secret:FILE@  the content of /run/secrets/FILE, quoted for redis.conf
#   @sha256:FILE@  its SHA-256 in hexadecimal, as ACL rules take it
# and never starts Redis while one of them is missing: an open server is worse than none.
# Lines that are only a comment are left out when this is deployed (constructs/redis-server.ts).
set -eu
umask 077
config=/usr/local/etc/redis/redis.conf
secrets=/run/secrets

missing=
for name in $(printf '%s\n' "$1" | sed -nE 's/.*@(secret|sha256):([a-z_]+)@.*/\2/p'); do
  if [ ! -r "$secrets/$name" ] || [ ! -s "$secrets/$name" ]; then
    missing="$missing $name"
  fi
done
if [ -n "$missing" ]; then
  echo "redis-start: $secrets: got no readable$missing, expected every secret. Fix: run bin/redis-ops secrets init." >&2
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
