#!/usr/bin/env bash
# Prints the path of promtool, or of amtool: the one on PATH, else the distribution's own, which is downloaded and unpacked
# below .lab, never installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=unpack.sh
. "$here/unpack.sh"

tool=${1-promtool}
case $tool in
  promtool) main_package=prometheus ;;
  amtool) main_package=prometheus-alertmanager ;;
  *) missing argument "\"$tool\"" "nothing, promtool or amtool" "$0" ;;
esac
if command -v "$tool"; then exit; fi
tools=$here/../../.lab/tools
if [ ! -x "$tools/$tool" ]; then
  require_tools
  work=$(mktemp -d "${TMPDIR:-/tmp}/redis-on-docker-tool.XXXXXX")
  repository=$tool
  exec 3>&1 4>&2 >"$work/log" 2>&1
  trap finish EXIT
  (cd "$work" && apt_get -o APT::Sandbox::User=root -q download "$main_package") || {
    apt_get -q update
    (cd "$work" && apt_get -o APT::Sandbox::User=root -q download "$main_package")
  }
  dpkg-deb -x "$work"/*.deb "$work/unpacked"
  mkdir -p "$tools"
  # Whole under its name at once, since several may ask.
  install -m 755 "$work/unpacked/usr/bin/$tool" "$tools/$tool.$$"
  mv "$tools/$tool.$$" "$tools/$tool"
  exec 1>&3 2>&4
fi
printf '%s\n' "$(cd "$tools" && pwd)/$tool"
