import { atLeast, duration, matching, oneOf } from "./checks";
import { parseCpus } from "./cpus";
import type { Rule, Rules } from "./rules";
import { isAttributes, isList, type Value } from "./values";

const REPLACE: Rule = { change: "replace" };
const STATE: Rule = { change: "state" };
const MEBIBYTES = atLeast(0);

/** Attributes of `docker_container` that the stand-in implements. */
export const containerRules: Rules = {
  name: REPLACE,
  image: REPLACE,
  command: REPLACE,
  entrypoint: REPLACE,
  env: REPLACE,
  hostname: REPLACE,
  user: { change: "replace", unset: "keeps" },
  working_dir: { change: "replace", unset: "keeps" },
  labels: { change: "replace", unset: "computed", nested: { label: REPLACE, value: REPLACE } },

  read_only: { change: "replace", default: false },
  capabilities: { change: "replace", nested: { add: REPLACE, drop: REPLACE } },
  security_opts: REPLACE,
  ulimit: { change: "replace", nested: { name: REPLACE, soft: REPLACE, hard: REPLACE } },
  sysctls: REPLACE,
  pid_mode: REPLACE,
  shm_size: { change: "replace", check: MEBIBYTES },

  restart: { change: "live", default: "no", check: oneOf("no", "on-failure", "always", "unless-stopped") },
  max_retry_count: { change: "live" },
  memory: { change: "live", check: MEBIBYTES },
  memory_swap: { change: "live", check: atLeast(-1) },
  memory_reservation: { change: "live", default: 0, check: MEBIBYTES },
  cpu_shares: { change: "live", check: atLeast(0) },
  cpu_set: { change: "live", check: matching(/^\d+([,-]\d+)*$/, "0-2") },
  cpus: {
    change: "replace",
    check: (value) =>
      value === "" || (typeof value === "string" && parseCpus(value) !== undefined)
        ? undefined
        : 'a number such as "1.5"',
  },

  start: { change: "state", default: true },
  must_run: { change: "state", default: true },
  wait: { change: "state", default: false },
  wait_timeout: { change: "state", default: 60 },
  attach: { change: "state", default: false },
  logs: { change: "state", default: false },
  remove_volumes: { change: "state", default: true },
  destroy_grace_seconds: STATE,
  container_read_refresh_timeout_milliseconds: { change: "state", default: 15_000 },
  tty: { change: "replace", default: false },
  stdin_open: { change: "replace", default: false },
  stop_signal: REPLACE,
  stop_timeout: REPLACE,

  rm: { change: "phantom", default: false },
  init: { change: "phantom" },
  tmpfs: { change: "phantom" },
  healthcheck: {
    change: "phantom",
    unset: "computed",
    nested: {
      test: STATE,
      interval: { change: "state", default: "0s", check: duration },
      timeout: { change: "state", default: "0s", check: duration },
      start_period: { change: "state", default: "0s", check: duration },
      start_interval: { change: "state", default: "0s", check: duration },
      retries: { change: "state", default: 0, check: atLeast(0) },
    },
  },

  log_driver: REPLACE,
  log_opts: REPLACE,

  network_mode: { change: "replace", default: "bridge" },
  networks_advanced: {
    change: "replace",
    nested: { name: REPLACE, aliases: REPLACE, ipv4_address: REPLACE },
  },
  dns: REPLACE,
  ports: {
    change: "replace",
    same: samePorts,
    nested: {
      internal: REPLACE,
      external: REPLACE,
      ip: { change: "replace", default: "0.0.0.0" },
      protocol: { change: "replace", default: "tcp" },
    },
  },

  volumes: {
    change: "replace",
    nested: {
      volume_name: REPLACE,
      container_path: REPLACE,
      host_path: { change: "replace", check: matching(/^(\/|[a-zA-Z]:[\\/])/, "/srv/redis") },
      read_only: REPLACE,
    },
  },
  mounts: {
    change: "replace",
    nested: {
      type: { change: "replace", check: oneOf("bind", "volume", "tmpfs") },
      source: REPLACE,
      target: REPLACE,
      read_only: REPLACE,
      bind_options: { change: "replace", nested: { propagation: REPLACE } },
      tmpfs_options: { change: "replace", nested: { size_bytes: REPLACE, mode: REPLACE } },
    },
  },
};

/** Ports in another order are the same ports: each is found by the port inside the container. */
function samePorts(prior: Value, wanted: Value): boolean {
  if (!isList(prior) || !isList(wanted) || prior.length !== wanted.length) {
    return false;
  }
  return prior.every((port) =>
    wanted.some(
      (other) =>
        isAttributes(port) &&
        isAttributes(other) &&
        ["internal", "external", "ip", "protocol"].every((name) => port[name] === other[name]),
    ),
  );
}
