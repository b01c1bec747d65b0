import type { ResolvedStack } from "../resolve-stack";
import { isQueue } from "../workload";
import { breachIf, type Gate, inDeployment, inEnvironment, inService } from "./gate";

/** Time before the end of an engine in which somebody is told, in days. */
const NOTICE_DAYS = 180;

const MILLISECONDS_PER_DAY = 86_400_000;

/** Whole days from `today` to the last day of the stack's engine: 0 on that day. */
function daysLeft({ engine }: ResolvedStack, today: string): number {
  return engine.endOfLife === undefined
    ? Number.POSITIVE_INFINITY
    : (Date.parse(engine.endOfLife) - Date.parse(today)) / MILLISECONDS_PER_DAY;
}

const engineField = (stack: ResolvedStack) =>
  stack.decisions.sourceOf("server.version")?.kind === "REDIS_ENGINE"
    ? "REDIS_ENGINE"
    : inService(stack, "engine");

/** Whether the people on call see what happens, and whether the server comes back. */
export const operationGates: readonly Gate[] = [
  {
    id: "end-of-life",
    severity: "error",
    protectsFrom:
      "Nobody mends the holes that are found in it any more: CVE-2025-49844 let every client that may call EVAL run code of " +
      "its own, and releases past their end stayed open.",
    fix: "choose a newer row of config/engines.ts",
    link: "https://github.com/redis/redis/security",
    broken: (stack, today) =>
      breachIf(daysLeft(stack, today) < 0, () => ({
        field: engineField(stack),
        got: `Redis ${stack.props.server.version}, mended until ${stack.engine.endOfLife}`,
        expected: `an engine that is mended on ${today}`,
      })),
  },
  {
    id: "end-of-life-near",
    severity: "warning",
    protectsFrom:
      "From one day to the next no deploy is accepted any more, since the engine's last day has passed: moving data to " +
      "another release takes a plan.",
    fix: "plan the move to a newer row of config/engines.ts",
    link: "https://github.com/redis/redis/security",
    broken: (stack, today) =>
      breachIf(daysLeft(stack, today) >= 0 && daysLeft(stack, today) <= NOTICE_DAYS, () => ({
        field: engineField(stack),
        got: `Redis ${stack.props.server.version}, mended until ${stack.engine.endOfLife}`,
        expected: `more than ${NOTICE_DAYS} days from ${today}`,
      })),
  },
  {
    id: "probe",
    severity: "error",
    protectsFrom:
      "A probe that looks at an exit code is always green: redis-cli ping exits 0 on NOAUTH, WRONGPASS and LOADING.",
    fix: "compare the reply with PONG in core/healthcheck-command.ts",
    link: "https://docs.docker.com/reference/dockerfile/#healthcheck",
    broken: (stack) => {
      const { command } = stack.props.server.healthcheck;
      return breachIf(!/\bPONG\b/.test(command), () => ({
        field: inService(stack, "healthcheck.command"),
        got: JSON.stringify(command),
        expected: "a command that compares the reply with PONG",
      }));
    },
  },
  {
    id: "restart",
    severity: "error",
    protectsFrom:
      "After a restart of the host or of Docker the container stays stopped: on-failure starts it again only when it ended " +
      "with an error.",
    fix: 'leave restart out, which is then "unless-stopped"',
    link: "https://docs.docker.com/engine/containers/start-containers-automatically/",
    broken: (stack) =>
      breachIf(stack.props.server.restart === "on-failure", () => ({
        field: inService(stack, "restart"),
        got: '"on-failure"',
        expected: '"unless-stopped" or "always"',
      })),
  },
  {
    id: "metrics",
    severity: "warning",
    protectsFrom: "Nobody sees that memory runs out or that keys are evicted before users do.",
    fix: "write exporter: { hostPort: 9121 } with a free port",
    link: "https://github.com/oliver006/redis_exporter",
    broken: (stack) =>
      breachIf(stack.props.exporter === undefined, () => ({
        field:
          stack.environment.exporter === "off"
            ? inEnvironment(stack, "exporter")
            : inDeployment(stack, "exporter"),
        got: '"off"',
        expected: "an exporter that Prometheus reads",
      })),
  },
  {
    id: "blocked-clients",
    severity: "warning",
    protectsFrom:
      "An alarm that is always on is one that nobody looks at: each idle worker of a queue waits in BLPOP, and counts as " +
      "a blocked client.",
    fix: "write more than the number of workers, or leave blockedClients out",
    link: "https://redis.io/docs/latest/commands/blpop/",
    broken: (stack) => {
      const { stores, thresholds, client } = stack.props;
      const { blockedClients: levels } = thresholds;
      return breachIf(
        levels !== undefined && stores.some(isQueue) && levels.warning <= client.poolSize,
        () => ({
          field: inService(stack, "thresholds.blockedClients.warning"),
          got: `${levels?.warning}`,
          expected: `more than the workers that wait; one process alone has client.poolSize ${client.poolSize}`,
        }),
      );
    },
  },
  {
    id: "latency-unrecorded",
    severity: "warning",
    protectsFrom:
      "Somebody is woken because Redis is slow and finds nothing: the slow log and the latency monitor keep only what " +
      "took longer than their own limits.",
    fix: "lower slowlogLogSlowerThan or latencyMonitorThreshold",
    link: "https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/",
    broken: (stack) => {
      const { slowlogLogSlowerThan, latencyMonitorThreshold } = stack.props.server;
      const critical = stack.props.thresholds.latency.critical;
      const isRecorded = [slowlogLogSlowerThan, latencyMonitorThreshold].some(
        (limit, index) =>
          limit.toMilliseconds() <= critical.toMilliseconds() && (index === 0 || limit.toMilliseconds() > 0),
      );
      return breachIf(!isRecorded, () => ({
        field: inService(stack, "slowlogLogSlowerThan"),
        got: `${slowlogLogSlowerThan}, with a critical latency of ${critical}`,
        expected: `${critical} or less`,
      }));
    },
  },
];
