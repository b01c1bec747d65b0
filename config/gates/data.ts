import { Duration } from "../../core/duration";
import { clientsShare, isPersistent, maxclientsFor, maxmemoryFor } from "../../core/memory-budget";
import type { Size } from "../../core/size";
import type { ResolvedStack } from "../resolve-stack";
import { kindsOf } from "../workload";
import { breachIf, type Gate, inDeployment, inEnvironment, inService, preciousStores } from "./gate";

/** The slowest load that was measured. */
const LOAD_BYTES_PER_SECOND = 100 * 1000 ** 2;

/** Longest start period that a service may have, in seconds. */
const MAX_START_PERIOD = 3600;

const secondsFor = (size: Size, bytesPerSecond: number) =>
  Duration.seconds(Math.max(1, Math.ceil(size.toBytes() / bytesPerSecond)));

const PERSISTENCE_MANUAL = "https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/";

/** What is kept across a restart, a kill and a power cut, and whether there is memory for it. */
export const dataGates: readonly Gate[] = [
  {
    id: "memory-limit",
    severity: "error",
    waivable: false,
    protectsFrom:
      "Without maxmemory nothing is ever evicted and nothing refused, and without a limit one leak takes the memory of " +
      "every container on the host.",
    fix: 'write memory: { maxmemory: "256 MiB" }',
    link: "https://redis.io/docs/latest/develop/reference/eviction/",
    broken: (stack) =>
      breachIf(isDerived(stack, "maxmemory") && isDerived(stack, "memoryLimit"), () => ({
        field: inDeployment(stack, "memory"),
        got: "neither maxmemory nor limit",
        expected: "one of them; a Redis without a limit takes the whole host",
      })),
  },
  {
    id: "fork-memory",
    severity: "warning",
    protectsFrom:
      "A snapshot or rewrite copies what is written meanwhile: with maxmemory 256mb and every key rewritten, containers " +
      "of 384 and 512 MiB were killed by the kernel, one of 640 MiB lived.",
    fix: "leave limit out, which is then derived, or give less maxmemory",
    link: "https://redis.io/docs/latest/operate/oss_and_stack/management/admin/",
    broken: (stack) => {
      const { maxmemory, memoryLimit, persistence } = stack.props.server;
      const room = maxmemoryFor(memoryLimit, isPersistent(persistence));
      // What is derived from the other has room.
      const isGiven = !isDerived(stack, "maxmemory") && !isDerived(stack, "memoryLimit");
      return breachIf(isGiven && maxmemory.toBytes() > room.toBytes(), () => ({
        field: inDeployment(stack, "memory.maxmemory"),
        got: `${maxmemory} of ${memoryLimit}`,
        expected: `${room} or less, to have room for the copy`,
      }));
    },
  },
  {
    id: "clients-memory",
    severity: "warning",
    protectsFrom:
      "The buffers of clients count as data: with maxmemory 256mb, 9,000 clients that sent one PING each after a restart " +
      "made allkeys-lru evict 76,154 of 150,000 keys, and noeviction refuse every write.",
    fix: 'leave maxclients out, which then follows from maxmemory, or write directives: { "maxmemory-clients": "5%" }',
    link: "https://redis.io/docs/latest/develop/reference/clients/#client-eviction",
    broken: (stack) => {
      const { maxclients, maxmemory, directives } = stack.props.server;
      const { busy } = clientsShare(maxclients, maxmemory);
      const isCapped = Object.keys(directives).some((name) => name.toLowerCase() === "maxmemory-clients");
      return breachIf(busy > 100 && !isCapped, () => ({
        field: inService(stack, "maxclients"),
        got: `${maxclients}, which take ${busy} % of the ${maxmemory} of ${stack.id} when all are busy`,
        expected: `${maxclientsFor(maxmemory, 50)} or fewer, which take half of it`,
      }));
    },
  },
  {
    id: "persistence",
    severity: "error",
    protectsFrom:
      "Every restart of the container, and so every change of a directive, starts with an empty server: without " +
      "append-only file and save points nothing is on the disk.",
    fix: "leave persistence out, which then follows from stores, or write lossAcceptable: true",
    link: PERSISTENCE_MANUAL,
    broken: (stack) => {
      const { appendonly, save } = stack.props.server.persistence;
      const precious = preciousStores(stack);
      return breachIf(precious.length > 0 && !appendonly && save.length === 0, () => ({
        field: inService(stack, "persistence"),
        got: "neither an append-only file nor save points",
        expected: `an append-only file, since ${kindsOf(precious)} must not be lost`,
      }));
    },
  },
  {
    id: "snapshots-only",
    severity: "error",
    protectsFrom:
      "A kill loses everything since the last snapshot: with save 900 1 alone kill -9 lost all of the writes, with an " +
      "append-only file none of 45,018.",
    fix: "write appendonly: true, or lossAcceptable: true where it is",
    link: PERSISTENCE_MANUAL,
    broken: (stack) => {
      const { appendonly, save } = stack.props.server.persistence;
      const precious = preciousStores(stack);
      return breachIf(precious.length > 0 && !appendonly && save.length > 0, () => ({
        field: inService(stack, "persistence.appendonly"),
        got: "false, with save points alone",
        expected: `true, since ${kindsOf(precious)} must not be lost`,
      }));
    },
  },
  {
    id: "fsync",
    severity: "warning",
    protectsFrom:
      "With appendfsync no the kernel writes when it likes, on Linux after 30 s: that much is lost on a power cut, where " +
      "everysec loses a second.",
    fix: 'write appendfsync: "everysec"',
    link: PERSISTENCE_MANUAL,
    broken: (stack) => {
      const { appendonly, appendfsync } = stack.props.server.persistence;
      const precious = preciousStores(stack);
      return breachIf(precious.length > 0 && appendonly && appendfsync === "no", () => ({
        field: inService(stack, "persistence.appendfsync"),
        got: '"no"',
        expected: `"everysec" or "always", since ${kindsOf(precious)} must not be lost`,
      }));
    },
  },
  {
    id: "data-volume",
    severity: "error",
    protectsFrom:
      "Terraform deletes the volume with its data when its name changes or the stack is destroyed, and asks nobody " +
      "beyond the yes to the plan.",
    fix: 'write dataVolume: "protected" in the environment\'s file',
    link: "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy",
    broken: (stack) => {
      const precious = preciousStores(stack);
      return breachIf(precious.length > 0 && !stack.props.dataVolume.protected, () => ({
        field: inEnvironment(stack, "dataVolume"),
        got: '"destroyable"',
        expected: `"protected", since ${kindsOf(precious)} must not be lost`,
      }));
    },
  },
  {
    id: "backups",
    severity: "error",
    protectsFrom:
      "What an operator or a client deletes by mistake is gone: the append-only file repeats a FLUSHALL, and a protected " +
      "volume keeps it.",
    fix: 'leave backups out in an environment with schedule: "on", or write backups: { every: "6 h" }',
    link: PERSISTENCE_MANUAL,
    broken: (stack) => {
      const precious = preciousStores(stack);
      return breachIf(precious.length > 0 && stack.props.backups.schedule === undefined, () => ({
        field:
          stack.environment.backups.schedule === "off"
            ? inEnvironment(stack, "backups.schedule")
            : inDeployment(stack, "backups"),
        got: '"off"',
        expected: `a schedule, since ${kindsOf(precious)} must not be lost`,
      }));
    },
  },
  {
    id: "start-period",
    severity: "warning",
    protectsFrom:
      "Docker calls a server unhealthy that only loads its data, and the deploy fails: 100 to 250 MB were loaded in a " +
      "second.",
    fix: "leave startPeriod out, which then follows from maxmemory",
    link: "https://docs.docker.com/reference/dockerfile/#healthcheck",
    broken: (stack) => {
      const { maxmemory, healthcheck } = stack.props.server;
      const needed = secondsFor(maxmemory, LOAD_BYTES_PER_SECOND);
      const given = healthcheck.startPeriod.toSeconds();
      return breachIf(given < Math.min(needed.toSeconds(), MAX_START_PERIOD), () => ({
        field: inService(stack, "healthcheck.startPeriod"),
        got: `${healthcheck.startPeriod}`,
        expected: `${needed} or more, to load the ${maxmemory} of ${stack.id}`,
      }));
    },
  },
];

function isDerived({ decisions }: ResolvedStack, name: "maxmemory" | "memoryLimit"): boolean {
  return decisions.sourceOf(`server.${name}`)?.kind !== "service";
}
