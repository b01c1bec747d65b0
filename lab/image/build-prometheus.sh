#!/usr/bin/env bash
# Builds redis-on-docker-lab/prometheus:distribution, a stand-in for the catalogue's Prometheus where no registry answers:
# the same user, paths and shell, made from the distribution's prometheus and a static busybox. It has promtool, too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=unpack.sh
. "$here/unpack.sh"

repository=redis-on-docker-lab/prometheus
tag=distribution # its version differs between distributions and decides nothing
main_package=prometheus
packages=(prometheus busybox-static)
changes=(
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  "USER 65534:65534"
  "WORKDIR /prometheus"
  "EXPOSE 9090"
  "VOLUME /prometheus"
  'ENTRYPOINT ["/bin/prometheus"]'
  'LABEL org.opencontainers.image.title="Prometheus for the lab"'
)

fill_image() {
  local bin=$work/unpacked/prometheus/usr/bin
  add_binary "$bin/prometheus" /bin/prometheus
  add_binary "$bin/promtool" /bin/promtool
  add_busybox
  add_accounts prometheus 65534 65534 /prometheus
  add_directory /prometheus 0755 65534 65534
  add_directory /etc/prometheus 0755
  add_directory /tmp 1777
}

build_image "$@"
