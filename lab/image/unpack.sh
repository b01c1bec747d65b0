# shellcheck shell=bash disable=SC2154 # the builder sets repository, main_package, packages and changes
# Makes an image out of the distribution's own packages, which are downloaded and unpacked, never installed.
# Sourced by build-redis.sh, build-exporter.sh and build-prometheus.sh. A builder
#
#   1. sets `repository` (the image's name), `tag` (empty: the version), `main_package` (whose version the image has),
#      `packages` (what is unpacked) and `changes` (Dockerfile lines for `docker import`),
#   2. defines fill_image, which puts files below "$image" with add_binary, add_busybox, add_directory and add_accounts,
#   3. calls build_image "$@".
#
# `--suite NAME` takes the packages from another release of the same distribution, such as trixie, from the archive that
# this machine's own come from, and checked with the same keys. Its list of packages is fetched for the run and thrown away.
#
# stdout gets one line, the image's reference. stderr stays empty unless something fails; then it gets the whole log.
# Exit codes: 0 the image is there, 1 the build failed, 2 bad argument or missing prerequisite.

set -euo pipefail

if ! { : <&0; } 2>/dev/null; then exec </dev/null; fi
umask 022

suite=''         # empty: the machine's own release
apt_options=()   # where packages are looked for
readonly build_date=@0 # every file's time: the same packages give the same layer
owners=()              # "path uid gid" of each directory that does not belong to root
contributors=()        # unpacked packages from which a file was taken

missing() { # FIELD GOT EXPECTED FIX
  printf '%s: got %s, expected %s. Fix: %s\n' "$@" >&2
  exit 2
}

require_tools() {
  local tool
  for tool in apt-get apt-cache dpkg dpkg-deb tar awk; do
    command -v "$tool" >/dev/null || missing "$tool" "nothing on PATH" "a Debian or Ubuntu machine" \
      "build the lab's images on one, or pull the catalogue's image"
  done
}

engine_architecture() {
  command -v docker >/dev/null || missing docker "nothing on PATH" "the docker command line" "install docker.io or docker-cli"
  docker version --format '{{.Server.Arch}}' 2>/dev/null || missing docker \
    "no answer from ${DOCKER_HOST:-the default socket}" "a running Docker engine" "start it, or run bin/lab up"
}

# The lab's image of whatever version is on the engine, newest first; nothing if there is none of that suite.
existing_image() {
  docker image ls --filter "label=redis-on-docker.lab=${suite:-true}" --format '{{.Repository}}:{{.Tag}}' \
    "$repository${tag:+:$tag}" |
    awk '!/<none>/ { print; exit }'
}

# 5:7.0.15-1~deb12u7 -> 7.0.15, 1.45.0-2+b4 -> 1.45.0
upstream_version() {
  local version=${1#*:}
  version=${version%-*}
  printf '%s\n' "${version%%[+~]*}"
}

# The archive that has the machine's own release, whose name is in no other source: updates and security are `NAME-…`.
use_suite() {
  local own site keys key
  own=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
  # shellcheck disable=SC2016 # apt's own placeholders
  site=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
    awk -v own="$own" '$1 == own && $2 == "main" { print $3; exit }')
  [ -n "$site" ] || { echo "No package source of this machine has the release ${own:-it runs}." && return 1; }
  keys=$(for key in /usr/share/keyrings/*-archive-keyring.gpg; do [ -e "$key" ] && printf '%s,' "$key"; done)
  mkdir -p "$work/apt/lists/partial"
  printf 'deb [signed-by=%s] %s %s main\n' "${keys%,}" "$site" "$suite" >"$work/apt/sources.list"
  apt_options=(-o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/apt/lists"
    -o "Dir::Cache::pkgcache=$work/apt/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$work/apt/srcpkgcache.bin"
    -o APT::Sandbox::User=root -o APT::Default-Release= -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt_get -q update
}

# What this machine has installed says nothing about another release, so its state is looked at only for its own.
apt_get() { apt-get ${apt_options[@]+"${apt_options[@]}"} "$@"; }
apt_cache() { apt-cache ${apt_options[@]+"${apt_options[@]}"} "$@"; }

candidate_version() {
  apt_cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2; exit }'
}

# The packages and every library package they depend on, directly or through other libraries.
with_libraries() {
  apt_cache depends --recurse --important "$@" | awk -v roots="$*" '
    /^[^ |]/ { package = $1; alternative = 0; next }
    /^[ |][ ]?(Pre)?Depends: |^ \|?(Pre)?Depends: / {
      if (!alternative && $2 ~ /^z?lib/) needs[package] = needs[package] " " $2
      alternative = /^ \|/
    }
    END {
      count = split(roots, queue, " ")
      for (i = 1; i <= count; i++) seen[queue[i]] = 1
      for (i = 1; i <= count; i++) {
        print queue[i]
        wanted = split(needs[queue[i]], list, " ")
        for (j = 1; j <= wanted; j++) if (!(list[j] in seen)) { seen[list[j]] = 1; queue[++count] = list[j] }
      }
    }'
}

# Each package into a directory of its own, so that a file tells which package it came from.
unpack() {
  local package archive list
  list=$(with_libraries "$@")
  mkdir -p "$work/archives" "$work/unpacked"
  # Lists that are older than the mirror name files that are gone: then once more with new ones.
  # shellcheck disable=SC2086 # one word per package
  (cd "$work/archives" && apt_get -o APT::Sandbox::User=root -q download $list) || {
    apt_get -q update
    (cd "$work/archives" && apt_get -o APT::Sandbox::User=root -q download $list)
  }
  for archive in "$work"/archives/*.deb; do
    package=$(dpkg-deb -f "$archive" Package)
    dpkg-deb -x "$archive" "$work/unpacked/$package"
    dpkg-deb -f "$archive" Version >"$work/unpacked/$package.version"
  done
  loader=$(find "$work/unpacked/libc6" -type f -name 'ld-linux*.so.*' | head -n 1)
  library_path=$(find "$work/unpacked" -name '*.so*' -printf '%h\n' | sort -u | paste -sd : -)
}

add_file() { # SOURCE TARGET MODE
  local package=${1#"$work/unpacked/"}
  contributors+=("${package%%/*}")
  mkdir -p "$(dirname "$image$2")"
  install -m "$3" "$1" "$image$2"
}

# A program, its libraries and its loader. The unpacked loader says which, so nothing of this machine gets in.
add_binary() { # SOURCE TARGET
  local name path triplet needed
  add_file "$1" "$2" 0755
  triplet=$(basename "$(dirname "$loader")")
  needed=$("$loader" --inhibit-cache --library-path "$library_path" --list "$1")
  while read -r name path; do
    case $path in
      "$work"/unpacked/*) ;;
      *) echo "$1 needs $name, which none of the unpacked packages has (found: ${path:-nothing})" >&2 && return 1 ;;
    esac
    case $name in
      /*) add_file "$path" "$name" 0755 ;;
      *) add_file "$path" "/lib/$triplet/$name" 0644 ;;
    esac
  done < <(sed -n 's/^[[:space:]]*\([^ ]*\) => \(.*\) (0x[0-9a-f]*)$/\1 \2/p' <<<"$needed")
}

# A shell and its programs, of package busybox-static.
add_busybox() {
  local busybox applet
  busybox=$(find "$work/unpacked/busybox-static" -type f -path '*/bin/busybox')
  add_file "$busybox" /bin/busybox 0755
  "$busybox" --list-full | grep -vx bin/busybox | while read -r applet; do
    mkdir -p "$image/$(dirname "$applet")"
    ln -s /bin/busybox "$image/$applet"
  done
}

add_directory() { # PATH MODE [UID GID]
  mkdir -p "$image$1"
  chmod "$2" "$image$1"
  if [ $# -eq 4 ]; then owners+=("$1 $3 $4"); fi
}

# root, nobody and the image's own account, and how names of hosts are looked up.
add_accounts() { # NAME UID GID HOME
  mkdir -p "$image/etc"
  printf '%s\n' "root:x:0:0:root:/root:/bin/sh" "$1:x:$2:$3:$1:$4:/bin/false" \
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false" >"$image/etc/passwd"
  printf '%s\n' "root:x:0:" "$1:x:$3:" "nogroup:x:65534:" >"$image/etc/group"
  printf 'hosts: files dns\n' >"$image/etc/nsswitch.conf"
}

# Sorted names, fixed times, numeric owners.
archive_image() {
  local entry path uid gid excluded=() options=(--format=gnu --sort=name --mtime="$build_date" --numeric-owner)
  for entry in "${owners[@]}"; do
    excluded+=("--exclude=.${entry%% *}")
  done
  tar "${options[@]}" --owner=0 --group=0 --anchored "${excluded[@]}" -C "$image" -cf "$work/image.tar" .
  for entry in "${owners[@]}"; do
    read -r path uid gid <<<"$entry"
    tar "${options[@]}" --owner="$uid" --group="$gid" -C "$image" -rf "$work/image.tar" ".$path"
  done
}

package_versions() {
  local package
  printf '%s\n' "${contributors[@]}" | sort -u | while read -r package; do
    printf '%s=%s\n' "$package" "$(cat "$work/unpacked/$package.version")"
  done | paste -sd ' ' -
}

import_image() { # REFERENCE VERSION
  local change options=() previous
  changes+=(
    "LABEL redis-on-docker.lab=${suite:-true}"
    "LABEL redis-on-docker.packages=\"$(package_versions)\""
    "LABEL org.opencontainers.image.version=\"$2\""
    "LABEL org.opencontainers.image.description=\"Lab image, made from the distribution's packages. Not for production.\""
  )
  for change in "${changes[@]}"; do options+=(--change "$change"); done
  previous=$(docker image ls --quiet "$1")
  docker import "${options[@]}" --message "lab image" - "$1" <"$work/image.tar"
  if [ -n "$previous" ]; then docker image rm "$previous" || true; fi # stays while a container uses it
}

finish() {
  local status=$?
  if [ "$status" -ne 0 ] && [ -s "$work/log" ]; then
    exec 1>&3 2>&4
    {
      cat "$work/log"
      printf '%s was not built. Next: read the lines above, then run %s --force again.\n' "$repository" "$0"
    } >&2
  fi
  rm -rf "$work"
  exit "$status"
}

build_image() {
  local force='' architecture candidate reference version
  while [ $# -gt 0 ]; do
    case $1 in
      --force) force=yes ;;
      --suite)
        suite=${2-}
        [[ $suite =~ ^[a-z]+$ ]] || missing --suite "\"$suite\"" "the name of a release of this distribution" "$0 --suite trixie"
        shift
        ;;
      -h | --help)
        printf 'Usage: %s [--suite NAME] [--force]\n\nBuilds the local image %s:<version> from the distribution'\''s packages and prints its name.\n' "$0" "$repository"
        printf 'Does nothing if one is there; --force builds it again, from the newest packages.\n'
        printf 'With --suite, from those of another release of the same distribution, such as trixie.\n'
        return
        ;;
      *) missing argument "\"$1\"" "nothing, --suite NAME or --force" "$0 --force" ;;
    esac
    shift
  done

  architecture=$(engine_architecture)
  reference=$(existing_image)
  if [ -n "$reference" ] && [ -z "$force" ]; then
    printf '%s\n' "$reference"
    return
  fi

  require_tools
  [ "$architecture" = "$(dpkg --print-architecture)" ] || missing docker "an engine for $architecture" \
    "one for $(dpkg --print-architecture), whose packages this machine has" "use an engine of this machine's architecture"

  work=$(mktemp -d "${TMPDIR:-/tmp}/redis-on-docker-image.XXXXXX")
  image=$work/image
  mkdir "$image"
  exec 3>&1 4>&2 >"$work/log" 2>&1
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  if [ -n "$suite" ]; then use_suite; fi
  candidate=$(candidate_version "$main_package")
  if [ -z "$candidate" ]; then
    apt_get -q update
    candidate=$(candidate_version "$main_package")
  fi
  [ -n "$candidate" ] || { echo "No package source has $main_package${suite:+ in $suite}." && return 1; }

  unpack "${packages[@]}"
  fill_image
  archive_image
  version=$(upstream_version "$(cat "$work/unpacked/$main_package.version")")
  reference=$repository:${tag:-$version}
  import_image "$reference" "$version"
  printf '%s\n' "$reference" >&3
}
