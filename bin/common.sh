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

result() { # COLOUR WORD TEXT SECONDS
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
run_quietly() { # TEXT LOG COMMAND...
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
  last_status=$?
  if [ -n "$errexit" ]; then set -e; fi
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
}

temporary_file() { mktemp "${TMPDIR:-/tmp}/redis-on-docker.XXXXXX"; }

_perform() { # TEXT COMMAND...
  local started=$SECONDS log
  log=$(temporary_file)
  run_quietly "$1" "$log" "${@:2}"
  if [ "$last_status" -eq 0 ]; then
    result "$green" ok "$1" "$((SECONDS - started))"
  else
    result "$red" no "$1: failed with status $last_status" "$((SECONDS - started))"
    sed 's/^/    /' "$log" >&2
  fi
  rm -f "$log"
}

# Not `attempt "$@" || exit`: see run_quietly.
step() { # TEXT COMMAND...
  _perform "$@"
  if [ "$last_status" -ne 0 ]; then exit 1; fi
}

attempt() { # TEXT COMMAND...
  _perform "$@"
  return "$last_status"
}

probe() { # TEXT COMMAND...
  local started=$SECONDS log word=yes
  log=$(temporary_file)
  run_quietly "$1" "$log" "${@:2}"
  # shellcheck disable=SC2034 # for the caller
  probe_output=$(cat "$log")
  rm -f "$log"
  if [ "$last_status" -ne 0 ]; then word=no; fi
  result "" "$word" "$1" "$((SECONDS - started))"
  return "$last_status"
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

# shellcheck source-path=SCRIPTDIR source=prerequisites.sh
. "$root/bin/prerequisites.sh"
