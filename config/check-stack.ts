import type { Duration } from "../core/duration";
import { MAX_MAXMEMORY_SHARE, MIN_MEMORY_LIMIT } from "../core/memory-budget";
import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import { MAXMEMORY_POLICIES, type RedisStackProps } from "../core/redis-stack-props";
import { PORTS, type Range, wholeNumber } from "../core/whole-number";
import { checkCommands } from "./check-commands";
import { checkDirectives } from "./check-directives";
import type { ResolvedStack } from "./resolve-stack";

/** A number of a stack and where it may lie; `field` is where the person wrote it. */
interface NumberRule {
  readonly field: (stack: ResolvedStack) => string;
  readonly value: (props: RedisStackProps) => number | undefined;
  readonly range: Range;
}

const inService = (name: string) => (stack: ResolvedStack) => `${stack.service.name}.${name}`;
const inDeployment = (name: string) => (stack: ResolvedStack) => `${deploymentField(stack)}.${name}`;
const inEnvironment = (name: string) => (stack: ResolvedStack) =>
  `environments/${stack.environment.name}.${name}`;
const deploymentField = ({ service, environment }: ResolvedStack) =>
  `${service.name}.environments.${environment.name}`;

const NUMBER_RULES: readonly NumberRule[] = [
  { field: inDeployment("hostPort"), value: (p) => p.server.hostPort, range: PORTS },
  { field: inDeployment("exporter.hostPort"), value: (p) => p.exporter?.hostPort, range: PORTS },
  {
    field: inService("maxmemorySamples"),
    value: (p) => p.server.maxmemorySamples,
    range: { min: 1, max: 64 },
  },
  { field: inService("maxclients"), value: (p) => p.server.maxclients, range: { min: 1, max: 100_000 } },
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
];

/** A duration that Docker or Redis takes in whole seconds, and where it may lie, in seconds. */
interface SecondsRule extends Omit<NumberRule, "value"> {
  readonly value: (props: RedisStackProps) => Duration;
}

/** Largest number of seconds that Redis takes. */
const MAX_REDIS_SECONDS = 2_147_483_647;

const SECONDS_RULES: readonly SecondsRule[] = [
  { field: inService("timeout"), value: (p) => p.server.timeout, range: { min: 0, max: MAX_REDIS_SECONDS } },
  {
    field: inService("tcpKeepalive"),
    value: (p) => p.server.tcpKeepalive,
    range: { min: 0, max: MAX_REDIS_SECONDS },
  },
  {
    field: inEnvironment("stopTimeout"),
    value: (p) => p.server.stopTimeout,
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
];

/** Notes what does not make sense in one stack. */
export function checkStack(
  stack: ResolvedStack,
  templateDirectives: readonly string[],
  problems: Problems,
): void {
  checkRanges(stack, problems);
  checkMemory(stack, problems);
  checkSavePoints(stack, problems);
  checkChoices(stack, problems);
  checkExposure(stack, problems);
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
    checkSeconds(field(stack), value(stack.props), range, problems);
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

function checkMemory(stack: ResolvedStack, problems: Problems): void {
  const field = inDeployment("memory")(stack);
  const { maxmemory, memoryLimit } = stack.props.server;
  if (problems.has(field) || problems.has(`${field}.maxmemory`) || problems.has(`${field}.limit`)) {
    return;
  }
  if (maxmemory.toMebibytes() < 1) {
    problems.add({
      field: `${field}.maxmemory`,
      got: `${maxmemory}`,
      expected: "1 MiB or more; 0 means no limit to Redis",
      fix: "write the amount of data that the service may keep",
    });
  }
  if (
    memoryLimit.toBytes() < MIN_MEMORY_LIMIT.toBytes() &&
    stack.decisions.sourceOf("server.memoryLimit")?.kind === "service"
  ) {
    problems.add({
      field: `${field}.limit`,
      got: `${memoryLimit}`,
      expected: `${MIN_MEMORY_LIMIT} or more`,
      fix: "raise it, or leave it out and give maxmemory",
    });
  } else if (maxmemory.toBytes() > MAX_MAXMEMORY_SHARE * memoryLimit.toBytes()) {
    problems.add({
      field: `${field}.maxmemory`,
      got: `${maxmemory} of ${memoryLimit}`,
      expected: `${MAX_MAXMEMORY_SHARE} of the container's limit or less, or the kernel kills Redis before it evicts`,
      fix: "leave out limit, which is then derived with room for snapshots",
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

function checkChoices(stack: ResolvedStack, problems: Problems): void {
  const { maxmemoryPolicy, persistence, notifyKeyspaceEvents } = stack.props.server;
  const choices: readonly [string, string, readonly string[]][] = [
    ["maxmemoryPolicy", maxmemoryPolicy, MAXMEMORY_POLICIES],
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

function checkExposure(stack: ResolvedStack, problems: Problems): void {
  const { network, server } = stack.props;
  if (network.internal && server.hostPort !== undefined) {
    problems.add({
      field: inDeployment("hostPort")(stack),
      got: `${server.hostPort}`,
      expected: `no published port, since the network of environment ${stack.environment.name} is internal`,
      fix: "leave hostPort out and let the clients join the network",
    });
  }
}
