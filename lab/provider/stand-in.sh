# shellcheck shell=bash
# The process of the stand-in provider: start, stop, and whether it runs. Sourced by bin/lab, after common.sh.

# shellcheck disable=SC2154 # of common.sh
readonly provider=$lab_state/provider provider_source=$root/lab/provider

provider_pid() { cat "$provider.pid" 2>/dev/null || true; }

# The process we started, not another that has its number now.
is_stand_in() { # PID
  local command
  if [ -z "$1" ] || ! kill -0 "$1" 2>/dev/null; then return 1; fi
  if [ -r "/proc/$1/cmdline" ]; then
    command=$(tr '\0' ' ' <"/proc/$1/cmdline")
  else
    command=$(ps -o command= -p "$1")
  fi
  case $command in *"$provider_source/main.ts"*) ;; *) return 1 ;; esac
}

stand_in_runs() {
  is_stand_in "$(provider_pid)" && [ -s "$provider.json" ] && [ -S "$(cat "$provider.path" 2>/dev/null)" ]
}

stand_in_is_current() {
  [ -z "$(find "$provider_source" -type f -newer "$provider.started" -print 2>/dev/null | head -n 1)" ]
}

stop_stand_in() {
  local pid i socket
  pid=$(provider_pid)
  if is_stand_in "$pid"; then
    kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < 50; i++)); do
      if ! is_stand_in "$pid"; then break; fi
      sleep 0.1
    done
    if is_stand_in "$pid"; then kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true; fi
  fi
  socket=$(cat "$provider.path" 2>/dev/null || true)
  case $socket in
    '' | "$provider.sock") ;;
    *) rm -rf "$(dirname "$socket")" ;; # the directory that socket_path made
  esac
  rm -f "$provider".{sock,path,pid,json,out,started}
}

# The kernel cuts the path of a Unix socket at about 107 bytes.
socket_path() {
  local LC_ALL=C path=$provider.sock temporary=${TMPDIR:-/tmp}
  if [ ${#path} -gt 100 ]; then
    if [ ${#temporary} -gt 70 ]; then temporary=/tmp; fi
    path=$(mktemp -d "$temporary/redis-on-docker.XXXXXX")/provider.sock
  fi
  printf '%s\n' "$path"
}

# Listens when it has printed its one line, the value for TF_REATTACH_PROVIDERS.
start_stand_in() {
  local socket i
  stop_stand_in
  : >"$provider.started" # first, so that a source that changes from now on is newer
  : >"$provider.out"
  : >"$provider.log"
  socket=$(socket_path)
  printf '%s\n' "$socket" >"$provider.path"
  # Not node_modules/.bin/tsx: that is a second process, and killing it would leave the first.
  detached "$root" "$provider.out" "$provider.log" node --import tsx "$provider_source/main.ts" --socket "$socket"
  printf '%s\n' "$detached_pid" >"$provider.pid"
  for ((i = 0; i < 300; i++)); do
    if [ "$(wc -l <"$provider.out")" -gt 0 ]; then
      head -n 1 "$provider.out" >"$provider.json"
      case $(cat "$provider.json") in '{'*'}') return 0 ;; esac
      echo "Its first line is not the JSON of TF_REATTACH_PROVIDERS:"
      break
    fi
    if ! kill -0 "$detached_pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  cat "$provider.out" "$provider.log"
  stop_stand_in
  return 1
}

ensure_stand_in() {
  local what="start the stand-in provider"
  if stand_in_runs; then
    if stand_in_is_current; then return; fi
    what="restart the stand-in provider, whose sources are newer"
  fi
  step "$what" start_stand_in
}
