# shellcheck shell=bash
# What bin/up, bin/plan and bin/down share: what they need, and Terraform in the folder of a stack. Sourced.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

plan_file=plan
terraform=''
stack_facts='[]'
preflight=("$root/bin/redis-ops" preflight) # one that deploys nothing adds --without-secrets --without-data

stack_directory() { printf '%s/cdktf.out/stacks/%s' "$root" "$1"; }

in_stack() { # STACK TERRAFORM_ARGUMENT...
  (CDPATH='' cd "$(stack_directory "$1")" && "$terraform" "${@:2}")
}

# Lines "ADDRESS NAME ID": what a stack would make, and somebody else has made. Secrets are made before the first deploy.
unmanaged() { # STACK
  local address name id host managed
  managed=$(in_stack "$1" state list 2>/dev/null || true)
  node -e 'const { provider, resource } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log("host " + (provider.docker[0].host ?? ""));
    for (const type of ["docker_volume", "docker_network", "docker_container"])
      for (const [id, { name }] of Object.entries(resource[type] ?? {})) console.log(type + "." + id + " " + name);' \
    "$(stack_directory "$1")/cdk.tf.json" |
    while read -r address name; do
      case $address in
        host)
          host=$name
          if [ -n "$host" ]; then export DOCKER_HOST=$host; fi
          continue
          ;;
        *_secrets) continue ;;
      esac
      if grep -qxF "$address" <<<"$managed"; then continue; fi
      case $address in
        docker_volume.*) id=$(docker volume inspect -f '{{.Name}}' "$name" 2>/dev/null) || continue ;;
        docker_network.*) id=$(docker network inspect -f '{{.Id}}' "$name" 2>/dev/null) || continue ;;
        docker_container.*) id=$(docker container inspect -f '{{.Id}}' "$name" 2>/dev/null) || continue ;;
      esac
      printf '%s %s %s\n' "$address" "$name" "$id"
    done
}

# 0: nothing to change; 2: changes in the plan file; 1: refused, with Terraform's reasons on stderr.
plan() { # STACK
  # shellcheck disable=SC2154 # of common.sh
  local status=0 started=$SECONDS log
  log=$(temporary_file)
  run_quietly "$1: terraform plan" "$log" in_stack "$1" plan -input=false -no-color -detailed-exitcode -out="$plan_file"
  status=$last_status
  case $status in
    0) result "$green" ok "$1: terraform plan: no change" "$((SECONDS - started))" ;;
    2) result "$green" ok "$1: terraform plan" "$((SECONDS - started))" ;;
    *)
      sed 's/^/    /' "$log" >&2
      if grep -q 'Instance cannot be destroyed' "$log"; then
        rm -f "$log"
        die "$1: this plan destroys a volume that the environment protects, so Terraform refuses it." \
          "put the old name of the volume back; data is moved by people, not by a plan. Do not take the protection away"
      fi
      ;;
  esac
  rm -f "$log"
  return "$status"
}

show_plan() { # STACK
  printf '\n%s: Terraform plans\n' "$1"
  local colour=(-no-color)
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then colour=(); fi
  in_stack "$1" show ${colour[@]+"${colour[@]}"} "$plan_file" | sed 's/^/  /'
}

# Status 1: somebody has to decide it.
explain_plan() { # STACK [--data-checked]
  printf '\n%s: in short\n' "$1"
  in_stack "$1" show -json "$plan_file" | "$root/bin/redis-ops" explain-plan ${2:+"$2"} | sed 's/^/  /'
}

_synthesize() { (CDPATH='' cd "$root" && node --import tsx main.ts && mkdir -p state); }

# What bin/redis-ops stacks --json said of a stack before anything was done; a list one line each.
stack_fact() { # STACK FIELD
  node -e 'const [id, field] = process.argv.slice(1);
    const stacks = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log([stacks.find(({ stack }) => stack === id)[field]].flat().join("\n"));' "$1" "$2" <<<"$stack_facts"
}

# Checks everything first, then gets what is missing. Sets stacks, terraform and the lab's environment.
prepare() { # STACK...
  local status=0 refusal notes line image endpoint stack arguments=()
  for stack in "$@"; do
    case $stack in
      '' | -*) problems+=("$(problem stack "\"$stack\"" "the name of a stack" "use one that bin/redis-ops stacks lists")") ;;
    esac
  done
  refuse_problems
  # shellcheck disable=SC2034 # for the caller
  stacks=("$@")
  clean_terraform_env
  # What an earlier eval of bin/lab env has left is decided anew.
  unset TF_REATTACH_PROVIDERS
  case ${REDIS_ENGINE:-} in debian-*) unset REDIS_ENGINE ;; esac
  export LAB_UNDECIDED=yes
  # Terraform's provider does not know Docker contexts.
  endpoint=$(docker_endpoint)
  if [ "$endpoint" != unix:///var/run/docker.sock ]; then export DOCKER_HOST=$endpoint; fi
  require ensure_node_modules
  refuse_problems
  # Without one, preflight tells it together with everything else.
  terraform=$(terraform_binary) && export TERRAFORM_BINARY_NAME=$terraform
  # The engine is the one thing of preflight's list that can be mended here. Which one the lab takes is known later, so
  # that nothing is compared with the data yet.
  if ! refusal=$("${preflight[@]}" --without-data -- "$@" 2>&1); then
    if docker_version >/dev/null || ! "${preflight[@]}" --without-docker -- "$@" >/dev/null 2>&1; then
      printf '%s\n' "$refusal" >&2
      exit 2
    fi
    require ensure_docker
    refuse_problems
  fi
  stack_facts=$("$root/bin/redis-ops" stacks --json)
  for image in $(for stack in "$@"; do stack_fact "$stack" images; done | sort -u); do
    arguments+=(--engine-image "$image")
  done
  "$root/bin/lab" up "${arguments[@]}" >/dev/null
  eval "$("$root/bin/lab" env)"
  unset LAB_UNDECIDED
  # On stderr: why it is refused; or gates that only warn, waivers, and what was accepted.
  notes=$("${preflight[@]}" -- "$@" 2>&1 >/dev/null) || status=$?
  if [ "$status" -ne 0 ]; then
    printf '%s\n' "$notes" >&2
    exit "$status"
  fi
  while IFS= read -r line; do
    if [ -n "$line" ]; then note "$line"; fi
  done <<<"$notes"
  take_lock deploy
  step "synthesize" _synthesize
}
