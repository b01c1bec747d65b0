#!/usr/bin/env bash
# Builds redis-on-docker-lab/redis_exporter:distribution, a stand-in for the catalogue's exporter image where no registry
# answers: the same user, port and entrypoint, made from the distribution's prometheus-redis-exporter. No shell.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=unpack.sh
. "$here/unpack.sh"

repository=redis-on-docker-lab/redis_exporter
tag=distribution # its version differs between distributions and decides nothing
main_package=prometheus-redis-exporter
packages=(prometheus-redis-exporter)
changes=(
  "USER 59000:59000"
  "EXPOSE 9121"
  'ENTRYPOINT ["/redis_exporter"]'
  'LABEL org.opencontainers.image.title="Redis exporter for the lab"'
)

fill_image() {
  add_binary "$work/unpacked/prometheus-redis-exporter/usr/bin/prometheus-redis-exporter" /redis_exporter
  add_accounts redis_exporter 59000 59000 /
}

build_image "$@"
