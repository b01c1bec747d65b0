import { Duration } from "../core/duration";
import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import { MAXMEMORY_POLICIES, RESTART_POLICIES, type RedisStackProps } from "../core/redis-stack-props";
import { Size } from "../core/size";
import { PORTS, type Range, wholeNumber } from "../core/whole-number";
import { checkCommands } from "./check-commands";
import { checkDirectives } from "./check-directives";
import { checkExposure } from "./check-exposure";
import { checkFormats } from "./check-formats";
import { checkHostNames } from "./check-host-names";
import { checkMemory } from "./check-memory";
import { checkPrometheus } from "./check-prometheus";
import { checkStores } from "./check-stores";
import { checkThresholds } from "./check-thresholds";
import type { ResolvedStack } from "./resolve-stack";

/** A number of a stack and where it may lie; `field` is where the person wrote it. */
interface NumberRule {
  readonly field: (stack: ResolvedStack) => string;
  readonly value: (props: RedisStackProps) => number | undefined;
  readonly range: Range;
}

const inService = (name: string) => (stack: ResolvedStack) => `${stack.service.name}.${name}`;
const inDeployment = (name: string) => (stack: ResolvedStack) => `${stack.deploymentField}.${name}`;
const inEnvironment = (name: string) => (stack: ResolvedStack) =>
  `environments/${stack.environment.name}.${name}`;

const NUMBER_RULES: readonly NumberRule[] = [
  { field: inDeployment("hostPort"), value: (p) => p.server.hostPort, range: PORTS },
  { field: inDeployment("exporter.hostPort"), value: (p) => p.exporter?.hostPort, range: PORTS },
  { field: inDeployment("prometheus.hostPort"), value: (p) => p.prometheus?.hostPort, range: PORTS },
  {
    field: inService("maxmemorySamples"),
    value: (p) => p.server.maxmemorySamples,
    range: { min: 1, max: 64 },
  },
  // One is not enough: the health probe is a client too.
  { field: inService("maxclients"), value: (p) => p.server.maxclients, range: { min: 2, max: 100_000 } },
  {
    field: inDeployment("cpuShares"),
    value: (p) => p.server.cpuShares,
    range: { min: 2, max: 262_144 },
  },
  ...(["hashMaxListpackEntries", "setMaxIntsetEntries"] as const).map((name) => ({
    field: inService(`encoding.${name}`),
    value: (p: RedisStackProps) => p.server.encoding[name],
    range: { min: 0, max: 65_536 },
  })),
  {
    field: inService("encoding.listMaxListpackSize"),
    value: (p) => p.server.encoding.listMaxListpackSize,
    range: { min: -5, max: 65_536 },
  },
  { field: inService("slowlogMaxLen"), value: (p) => p.server.slowlogMaxLen, range: { min: 1, max: 10_000 } },
  { field: inService("client.database"), value: (p) => p.client.database, range: { min: 0, max: 15 } },
  { field: inService("client.poolSize"), value: (p) => p.client.poolSize, range: { min: 1, max: 1000 } },
  {
    field: inService("healthcheck.retries"),
    value: (p) => p.server.healthcheck.retries,
    range: { min: 1, max: 20 },
  },
  {
    field: inService("persistence.autoAofRewritePercentage"),
    value: (p) => p.server.persistence.autoAofRewritePercentage,
    range: { min: 0, max: 1000 },
  },
  {
    field: inDeployment("backups.keepLast"),
    value: (p) => p.backups.schedule?.keepLast,
    range: { min: 1, max: 1000 },
  },
];

/** A duration that Docker or Redis takes in whole seconds, and where it may lie, in seconds. */
interface SecondsRule extends Omit<NumberRule, "value"> {
  readonly value: (props: RedisStackProps, stack: ResolvedStack) => Duration | undefined;
}

/** Largest number of seconds that Redis takes. */
const MAX_REDIS_SECONDS = 2_147_483_647;
/** Largest TCP_KEEPIDLE of Linux. Redis does not look at the error of a larger one, and the kernel's two hours stay. */
const MAX_KEEPALIVE_SECONDS = 32_767;
const MAX_LISTPACK_VALUE = Size.parse("64 KiB");

const SECONDS_RULES: readonly SecondsRule[] = [
  { field: inService("timeout"), value: (p) => p.server.timeout, range: { min: 0, max: MAX_REDIS_SECONDS } },
  {
    field: inService("tcpKeepalive"),
    value: (p) => p.server.tcpKeepalive,
    range: { min: 0, max: MAX_KEEPALIVE_SECONDS },
  },
  {
    field: inEnvironment("stopTimeout"),
    // As it is written: the stack may have more.
    value: (_, { environment }) => Duration.parse(environment.stopTimeout),
    range: { min: 10, max: 600 },
  },
  {
    field: inService("healthcheck.interval"),
    value: (p) => p.server.healthcheck.interval,
    range: { min: 1, max: 600 },
  },
  {
    field: inService("healthcheck.timeout"),
    value: (p) => p.server.healthcheck.timeout,
    range: { min: 1, max: 60 },
  },
  {
    field: inService("healthcheck.startPeriod"),
    value: (p) => p.server.healthcheck.startPeriod,
    range: { min: 1, max: 3600 },
  },
  {
    field: inDeployment("prometheus.retention"),
    value: (p) => p.prometheus?.retention,
    range: { min: 3600, max: 87_600 * 3600 },
  },
  {
    field: inDeployment("backups.every"),
    value: (p) => p.backups.schedule?.every,
    range: { min: 300, max: 168 * 3600 },
  },
  {
    field: inDeployment("backups.keepFor"),
    value: (p) => p.backups.schedule?.keepFor,
    range: { min: 0, max: 87_600 * 3600 },
  },
];

/** Notes what does not make sense in one stack. */
export function checkStack(
  stack: ResolvedStack,
  templateDirectives: readonly string[],
  problems: Problems,
): void {
  checkRanges(stack, problems);
  checkEncoding(stack, problems);
  checkMemory(stack, problems);
  checkSavePoints(stack, problems);
  checkPointInTime(stack, problems);
  checkChoices(stack, problems);
  checkAliases(stack, problems);
  checkHostNames(stack, problems);
  checkExposure(stack, problems);
  checkPrometheus(stack, problems);
  checkStores(stack, problems);
  checkFormats(stack, problems);
  checkThresholds(stack, problems);
  checkCommands(stack.environment, problems);
  checkDirectives(stack, templateDirectives, problems);
}

function checkRanges(stack: ResolvedStack, problems: Problems): void {
  for (const { field, value, range } of NUMBER_RULES) {
    const number = value(stack.props);
    if (number !== undefined) {
      problems.read(field(stack), 0, () => wholeNumber(number, range));
    }
  }
  for (const { field, value, range } of SECONDS_RULES) {
    const duration = problems.has(field(stack)) ? undefined : value(stack.props, stack);
    if (duration !== undefined) {
      checkSeconds(field(stack), duration, range, problems);
    }
  }
  const { cpus } = stack.props.server;
  // The provider keeps one decimal: "0.25" would be read back as another number and replace the container for ever.
  if (cpus !== undefined && !(cpus >= 0.1 && cpus <= 64 && Number(cpus.toFixed(1)) === cpus)) {
    problems.add({
      field: inDeployment("cpus")(stack),
      got: `${cpus}`,
      expected: "a number from 0.1 to 64 with one decimal at most",
      fix: "write the share of CPUs, such as 1.5, or leave it out",
    });
  }
}

/** A fraction of a second would be cut off, and half a second would become 0, which means never. */
function checkSeconds(field: string, duration: Duration, { min, max }: Range, problems: Problems): void {
  const seconds = duration.toMilliseconds() / 1000;
  if (problems.has(field) || (Number.isInteger(seconds) && seconds >= min && seconds <= max)) {
    return;
  }
  problems.add({
    field,
    got: `${duration}`,
    expected: `whole seconds from ${min} s to ${max} s`,
    fix:
      seconds < min
        ? `use "${min} s" or more`
        : seconds > max
          ? `use "${max} s" or less`
          : `write "${Math.ceil(seconds)} s"`,
  });
}

function checkEncoding(stack: ResolvedStack, problems: Problems): void {
  const { hashMaxListpackValue, listMaxListpackSize } = stack.props.server.encoding;
  const field = inService("encoding.hashMaxListpackValue")(stack);
  if (!problems.has(field) && hashMaxListpackValue.toBytes() > MAX_LISTPACK_VALUE.toBytes()) {
    problems.add({
      field,
      got: `${hashMaxListpackValue}`,
      expected: `0 B to ${MAX_LISTPACK_VALUE}`,
      fix: `use "${MAX_LISTPACK_VALUE}" or less`,
    });
  }
  if (listMaxListpackSize === 0) {
    problems.add({
      field: inService("encoding.listMaxListpackSize")(stack),
      got: "0",
      expected: "-1 to -5, which is 4 KiB to 64 KiB, or 1 to 65536 elements",
      fix: "leave it out for -2, which is 8 KiB",
    });
  }
}

function checkSavePoints(stack: ResolvedStack, problems: Problems): void {
  stack.props.server.persistence.save.forEach(({ after, changes }, index) => {
    const field = inService(`persistence.save[${index}]`)(stack);
    problems.read(`${field}.changes`, 0, () => wholeNumber(changes, { min: 1, max: 1_000_000_000 }));
    checkSeconds(`${field}.after`, after, { min: 1, max: MAX_REDIS_SECONDS }, problems);
  });
}

/** What does not go to the append-only file has no moment there. */
function checkPointInTime(stack: ResolvedStack, problems: Problems): void {
  const { appendonly, pointInTime } = stack.props.server.persistence;
  if (pointInTime && !appendonly) {
    problems.add({
      field: inService("persistence.pointInTime")(stack),
      got: "true, with appendonly: false",
      expected: "an append-only file, which is what a moment is looked for in",
      fix: "write appendonly: true, or leave pointInTime out",
    });
  }
}

function checkChoices(stack: ResolvedStack, problems: Problems): void {
  const { maxmemoryPolicy, persistence, notifyKeyspaceEvents, restart } = stack.props.server;
  const choices: readonly [string, string, readonly string[]][] = [
    ["maxmemoryPolicy", maxmemoryPolicy, MAXMEMORY_POLICIES],
    ["restart", restart, RESTART_POLICIES],
    ["persistence.appendfsync", persistence.appendfsync, ["always", "everysec", "no"]],
  ];
  for (const [name, value, allowed] of choices) {
    if (!allowed.includes(value)) {
      problems.add({
        field: inService(name)(stack),
        got: JSON.stringify(value),
        expected: `one of ${allowed.join(", ")}`,
        fix: fixForUnknownName(value, allowed),
      });
    }
  }
  if (!/^[KEg$lshzxetdmnA]*$/.test(notifyKeyspaceEvents)) {
    problems.add({
      field: inService("notifyKeyspaceEvents")(stack),
      got: JSON.stringify(notifyKeyspaceEvents),
      expected: "letters out of KEg$lshzxetdmnA",
      fix: 'write the classes of events, such as "Ex" for expired keys',
    });
  }
}

function checkAliases(stack: ResolvedStack, problems: Problems): void {
  const { aliases } = stack.props.server;
  for (const alias of new Set(aliases.filter((other, index) => aliases.indexOf(other) < index))) {
    problems.add({
      field: inDeployment("aliases")(stack),
      got: `${JSON.stringify(alias)} more than once`,
      expected: "each name once",
      fix: "remove all but one of them",
    });
  }
}
