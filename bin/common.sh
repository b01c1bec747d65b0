# shellcheck shell=bash
# What the programs of bin/ share: steps with progress, how they fail, and what they need before they can work.
# Sourced, never run. Runs on bash 3.2 and newer.
#
#   step "install packages" npm ci     runs quietly; on failure shows the log and exits 1
#   attempt "…" command                the same, but returns the command's status
#   probe "…" command                  the same, but a failure is an answer, not an error; its output is in $probe_output
#   die "what happened" "what to do"   exits 1
#
# A program checks everything it needs before it does anything, and tells all that is wrong at once:
#
#   require ensure_docker              each prints nothing, or what is wrong, and then fails
#   require_value terraform terraform_binary
#   refuse_problems                    exits 2 if anything was wrong
#
# Progress and errors go to stderr; stdout belongs to the program.

set -euo pipefail

if ! { : <&0; } 2>/dev/null; then exec </dev/null; fi

root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
lab_state=$root/.lab # what the lab has started and decided; not under version control

have() { command -v "$1" >/dev/null 2>&1; }

# ---- progress -------------------------------------------------------------------------------------------------------

interactive=''
if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then interactive=yes; fi
green='' red='' plain=''
if [ -n "$interactive" ] && [ -z "${NO_COLOR:-}" ]; then green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; fi

note() { printf '    %s\n' "$*" >&2; }

_result() { # COLOUR WORD TEXT SECONDS
  local elapsed=''
  if [ "$4" -gt 2 ]; then elapsed=" ($4 s)"; fi
  printf '%s%s%-3s%s %s%s\n' "${interactive:+$'\r\e[K'}" "$1" "$2" "$plain" "$3" "$elapsed" >&2
}

# Says after two seconds that something is going on; on a terminal it counts.
_show_elapsed() { # TEXT
  local shell=$$ started=$SECONDS
  if [ -n "$interactive" ]; then printf '\r\e[K... %s' "$1" >&2; fi
  sleep 2 2>/dev/null # a sleep that is left behind must not hold the caller's stderr open
  if [ -z "$interactive" ]; then printf '... %s\n' "$1" >&2 && return; fi
  while kill -0 "$shell" 2>/dev/null; do
    printf '\r\e[K... %s (%d s)' "$1" "$((SECONDS - started))" >&2
    sleep 1 2>/dev/null
  done
}

# Runs a command with its output in the file. A function stops at its first failing command, as errexit has it, unless
# this call itself stands in a condition: there bash switches errexit off, and the function must check for itself.
_run() { # TEXT LOG COMMAND...
  local text=$1 log=$2 ticker errexit=''
  shift 2
  _show_elapsed "$text" </dev/null >/dev/null 9>&- &
  ticker=$!
  case $- in *e*) errexit=yes ;; esac
  set +e
  (
    set -e
    "$@"
  ) </dev/null >"$log" 2>&1 9>&-
  _status=$?
  if [ -n "$errexit" ]; then set -e; fi
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
}

_temporary() { mktemp "${TMPDIR:-/tmp}/redis-on-docker.XXXXXX"; }

_perform() { # TEXT COMMAND...
  local started=$SECONDS log
  log=$(_temporary)
  _run "$1" "$log" "${@:2}"
  if [ "$_status" -eq 0 ]; then
    _result "$green" ok "$1" "$((SECONDS - started))"
  else
    _result "$red" no "$1: failed with status $_status" "$((SECONDS - started))"
    sed 's/^/    /' "$log" >&2
  fi
  rm -f "$log"
}

# Not `attempt "$@" || exit`: see _run.
step() { # TEXT COMMAND...
  _perform "$@"
  if [ "$_status" -ne 0 ]; then exit 1; fi
}

attempt() { # TEXT COMMAND...
  _perform "$@"
  return "$_status"
}

probe() { # TEXT COMMAND...
  local started=$SECONDS log word=yes
  log=$(_temporary)
  _run "$1" "$log" "${@:2}"
  # shellcheck disable=SC2034 # for the caller
  probe_output=$(cat "$log")
  rm -f "$log"
  if [ "$_status" -ne 0 ]; then word=no; fi
  _result "" "$word" "$1" "$((SECONDS - started))"
  return "$_status"
}

# ---- failing --------------------------------------------------------------------------------------------------------

die() { # WHAT_HAPPENED WHAT_TO_DO [EXIT_CODE]
  printf '%s%s%s\nNext: %s\n' "$red" "$1" "$plain" "$2" >&2
  exit "${3:-1}"
}

problem() { # FIELD GOT EXPECTED FIX
  printf '%s: got %s, expected %s. Fix: %s\n' "$@"
}

problems=()

require() { # COMMAND...
  local text
  text=$("$@") || problems+=("${text:-"$1 failed."}")
}

require_value() { # VARIABLE COMMAND...: the variable gets what the command prints when it succeeds
  local text
  if text=$("${@:2}"); then printf -v "$1" '%s' "$text"; else problems+=("${text:-"$2 failed."}"); fi
}

refuse_problems() {
  if [ ${#problems[@]} -eq 0 ]; then return 0; fi
  printf '%s\n' "${problems[@]}" >&2
  exit 2
}

# ---- small helpers --------------------------------------------------------------------------------------------------

version_at_least() { # VERSION MINIMUM
  local i have=() want=()
  IFS=. read -r -a have <<<"${1%%[-+]*}"
  IFS=. read -r -a want <<<"$2"
  for ((i = 0; i < ${#want[@]}; i++)); do
    if [ "${have[i]:-0}" -gt "${want[i]}" ]; then return 0; fi
    if [ "${have[i]:-0}" -lt "${want[i]}" ]; then return 1; fi
  done
}

# Status 124 means that the time was over.
within() { # SECONDS COMMAND...
  if have timeout; then
    timeout --foreground --kill-after=5 "$@"
  else
    perl -e 'alarm shift; exec @ARGV or exit 127' "$@" || return $(($? == 142 ? 124 : $?))
  fi
}

# Starts a program that outlives this one. Its process id is in $detached_pid, and its group has the same number.
detached() { # DIRECTORY STDOUT STDERR COMMAND...
  local launcher=nohup
  if have setsid; then launcher=setsid; fi
  (CDPATH='' cd "$1" && exec "$launcher" "${@:4}" </dev/null >>"$2" 2>>"$3" 9>&-) &
  detached_pid=$!
}

# One at a time, for as long as the program runs. Without flock (macOS) there is no lock.
take_lock() { # NAME
  if ! [ -d "$lab_state" ]; then mkdir -m 0700 "$lab_state" 2>/dev/null || true; fi # whoever has the socket has the engine
  exec 9>"$lab_state/$1.lock"
  if ! have flock || flock -n 9; then return 0; fi
  note "waiting for another run to finish"
  flock -w 600 9 || die "Another run has held $lab_state/$1.lock for ten minutes." "see whether it still does something, or end it"
}

# ---- prerequisites --------------------------------------------------------------------------------------------------

_can_install() { [ "$(id -u)" -eq 0 ] && have apt-get && have dpkg-query; }

_apt_get() { DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -o DPkg::Lock::Timeout=120 "$@"; }

_install() {
  if LC_ALL=C apt-cache policy "$@" | awk '$1 == "Candidate:" && $2 != "(none)" { n++ } END { exit n < '$#' }'; then
    if _apt_get install -y --no-install-recommends "$@"; then return 0; fi
  fi
  _apt_get update && _apt_get install -y --no-install-recommends "$@"
}

ensure_packages() { # PACKAGE...
  local package absent=()
  for package in "$@"; do
    if ! have dpkg-query || [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      absent+=("$package")
    fi
  done
  if [ ${#absent[@]} -eq 0 ]; then return 0; fi
  if _can_install && attempt "install ${absent[*]}" _install "${absent[@]}"; then return 0; fi
  problem packages "no ${absent[*]}" "them to be installed" "as root: apt-get install ${absent[*]}"
  return 2
}

check_node() {
  local version fix="install Node.js 20 or newer from your distribution, nodejs.org or nvm"
  if ! have node; then
    problem node "nothing on PATH" "Node.js 20.9 or newer" "$fix"
    return 2
  fi
  version=$(node --version 2>/dev/null) || version=v0
  if ! version_at_least "${version#v}" 20.9; then
    problem node "${version#v}" "Node.js 20.9 or newer" "$fix"
    return 2
  fi
  if ! have npm; then
    problem npm "nothing on PATH" "the npm that comes with Node.js" "$fix"
    return 2
  fi
}

_node_modules_fit() {
  [ -e "$root/node_modules/.package-lock.json" ] && ! [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]
}

_npm_ci() { (CDPATH='' cd "$root" && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json); }

ensure_node_modules() {
  check_node || return
  if _node_modules_fit; then return 0; fi
  (
    take_lock node_modules
    _node_modules_fit || attempt "install the npm packages of package-lock.json" _npm_ci
  ) && return 0
  problem node_modules "an npm ci that failed (its log is above)" "the packages of package-lock.json" \
    "read that log (a package registry must be reachable), then run npm ci"
  return 2
}

docker_endpoint() {
  local host=${DOCKER_HOST:-}
  if [ -z "$host" ] && have docker; then
    host=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || host=''
  fi
  printf '%s\n' "${host:-unix:///var/run/docker.sock}"
}

# Prints the engine's version.
docker_version() { have docker && within 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }

dockerd_log=/var/log/redis-on-docker-dockerd.log

_start_docker_engine() {
  local pid i
  if [ -d /run/systemd/system ]; then
    systemctl start docker || return
    pid=$$
  else
    pid=$(cat /var/run/docker.pid 2>/dev/null) || pid=''
    if [ -z "$pid" ] || [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dockerd ]; then
      rm -f /var/run/docker.pid # of an engine that is gone; a new one would not start
      : >"$dockerd_log"
      detached / "$dockerd_log" "$dockerd_log" dockerd
      pid=$detached_pid
    fi
  fi
  for ((i = 0; i < 60; i++)); do
    if docker_version; then return 0; fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.5
  done
  tail -n 20 "$dockerd_log" 2>/dev/null
  return 1
}

# The engine that is there. None: on a Debian or Ubuntu where we are root, docker.io is installed and started.
ensure_docker() {
  local endpoint expected="a running Docker engine"
  if docker_version >/dev/null; then return 0; fi
  endpoint=$(docker_endpoint)

  if [ "$endpoint" != unix:///var/run/docker.sock ]; then
    if ! have docker; then
      problem docker "no docker command on PATH" "one that talks to $endpoint" "install docker-cli (or docker.io)"
    else
      problem docker "no answer from $endpoint" "$expected" "start that engine, or unset DOCKER_HOST to use this machine's"
    fi
    return 2
  fi

  if _can_install; then
    if ! have dockerd; then ensure_packages docker.io || return; fi
    if ! have docker; then ensure_packages docker-cli || return; fi
    if attempt "start the Docker engine" _start_docker_engine; then return 0; fi
    problem docker "no answer from $endpoint within 30 s of starting it" "$expected" "read $dockerd_log"
    return 2
  fi

  if [ -S /var/run/docker.sock ] && ! [ -w /var/run/docker.sock ]; then
    problem docker "no permission for $endpoint" "$expected" "add your user to the group docker and log in again"
  elif [ "$(uname -s)" = Darwin ]; then
    problem docker "no answer from $endpoint" "$expected" "install and start Docker Desktop or colima"
  elif have dockerd; then
    problem docker "no answer from $endpoint" "$expected" "start it as root: systemctl start docker"
  else
    problem docker "no answer from $endpoint" "$expected" "install Docker Engine; on Debian and Ubuntu, as root: apt-get install docker.io"
  fi
  return 2
}

# For every call of Terraform: a configuration file that is not there is not used, and no call home.
clean_terraform_env() {
  if [ -n "${TF_CLI_CONFIG_FILE:-}" ] && ! [ -e "$TF_CLI_CONFIG_FILE" ]; then unset TF_CLI_CONFIG_FILE; fi
  export CHECKPOINT_DISABLE=1
}

_terraform_version() { # BINARY: prints "terraform 1.11.4" or "tofu 1.8.0"
  (
    clean_terraform_env
    within 20 "$1" version 2>/dev/null | sed -n -e 's/^Terraform v/terraform /p' -e 's/^OpenTofu v/tofu /p' | head -n 1
  )
}

# Prints the program to call.
terraform_binary() {
  local binary kind version found="nothing on PATH" candidates=(terraform tofu)
  if [ -n "${TERRAFORM_BINARY_NAME:-}" ]; then
    candidates=("$TERRAFORM_BINARY_NAME")
    found="TERRAFORM_BINARY_NAME=$TERRAFORM_BINARY_NAME, which is not a program"
  fi
  for binary in "${candidates[@]}"; do
    if ! have "$binary"; then continue; fi
    read -r kind version <<<"$(_terraform_version "$binary" || true)"
    if { [ "$kind" = terraform ] && version_at_least "$version" 1.11; } || { [ "$kind" = tofu ] && version_at_least "$version" 1.8; }; then
      printf '%s\n' "$binary"
      return 0
    fi
    found="$binary ${version:-of an unknown version}"
  done
  problem terraform "$found" "Terraform 1.11 or newer (or OpenTofu 1.8 or newer)" \
    "put it on PATH, from developer.hashicorp.com/terraform/install or opentofu.org, or name it in TERRAFORM_BINARY_NAME"
  return 2
}
