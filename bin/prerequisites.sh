# shellcheck shell=bash disable=SC2154 # root and detached_pid are of common.sh
# What the programs of bin/ need, looked for and where possible got: Node.js, packages, the Docker engine, Terraform.
# Each function prints nothing, or the problem, and then returns 2. Sourced by common.sh.

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

# A link is somebody's own arrangement: npm ci would empty the folder that it points to.
_node_modules_fit() {
  if [ -L "$root/node_modules" ]; then [ -e "$root/node_modules/.package-lock.json" ] && return; fi
  [ -e "$root/node_modules/.package-lock.json" ] && ! [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]
}

_npm_ci() { (CDPATH='' cd "$root" && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json); }

ensure_node_modules() {
  check_node || return
  if _node_modules_fit; then return 0; fi
  if [ -L "$root/node_modules" ]; then
    problem node_modules "a link to a folder without the packages" "a folder, or a link to one with them" "remove the link"
    return 2
  fi
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

# For every call of Terraform: a configuration file that is not there is not used, no call home, and nothing of the
# caller's that would change what plan, apply and destroy work on.
clean_terraform_env() {
  local name
  for name in TF_WORKSPACE TF_DATA_DIR "${!TF_CLI_ARGS@}"; do unset "$name"; done
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
