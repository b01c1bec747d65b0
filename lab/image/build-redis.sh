#!/usr/bin/env bash
# Builds redis-on-docker-lab/redis:<version>, a stand-in for the catalogue's image where no registry answers:
# the same user, paths and working directory, made from the distribution's redis-server and a static busybox.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=unpack.sh
. "$here/unpack.sh"

repository=redis-on-docker-lab/redis
tag=''
main_package=redis-tools
packages=(redis-server redis-tools busybox-static)
changes=(
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  "WORKDIR /data"
  "EXPOSE 6379"
  'CMD ["redis-server"]'
  'LABEL org.opencontainers.image.title="Redis for the lab"'
)

fill_image() {
  local bin=$work/unpacked/redis-tools/usr/bin name
  add_binary "$bin/redis-check-rdb" /usr/local/bin/redis-server # one program, whose name says what it does
  for name in redis-sentinel redis-check-aof redis-check-rdb; do
    ln -s redis-server "$image/usr/local/bin/$name"
  done
  add_binary "$bin/redis-cli" /usr/local/bin/redis-cli
  add_binary "$bin/redis-benchmark" /usr/local/bin/redis-benchmark

  add_busybox
  add_accounts redis 999 1000 /data
  add_directory /data 0755 999 1000
  add_directory /tmp 1777
  add_directory /root 0700
  add_directory /run/secrets 0755
}

build_image "$@"
