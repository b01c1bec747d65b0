import { z } from "zod";
import type { Problems } from "../core/problem";
import type { Engine } from "./engines";
import { addShapeProblems, EXPECTED } from "./shape-problems";

/**
 * The fields of a service and of an environment, and what kind of value each takes. The compiler says the same in an
 * editor, but nothing compiles a file before it is deployed. What a text or a number may say is checked elsewhere.
 */
const text = z.string({ error: EXPECTED.text });
const number = z.custom<number>((value) => typeof value === "number", { error: EXPECTED.number });
const flag = z.boolean({ error: EXPECTED.flag });
const list = (item: z.ZodType) => z.array(item, { error: EXPECTED.list });
const record = (item: z.ZodType) => z.record(text, item, { error: EXPECTED.object });
const fields = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape, { error: EXPECTED.object });
const names = list(text);

const levels = (value: z.ZodType) => fields({ warning: value, critical: value }).optional();

const deployment = fields({
  memory: fields({
    maxmemory: text.optional(),
    limit: text.optional(),
    reservation: text.optional(),
  }),
  cpus: number.optional(),
  cpuShares: number.optional(),
  hostPort: number.optional(),
  hostAddress: text.optional(),
  exporter: z
    .union([z.literal("off"), fields({ hostPort: number, hostAddress: text.optional() })], {
      error: '"off", or { hostPort: 9121 } with a free port',
    })
    .optional(),
  prometheus: fields({
    hostPort: number,
    hostAddress: text.optional(),
    retention: text.optional(),
    alertmanager: text.optional(),
  }).optional(),
  backups: z
    .union(
      [
        z.literal("off"),
        fields({ every: text.optional(), keepLast: number.optional(), keepFor: text.optional() }),
      ],
      { error: '"off", or a schedule such as { every: "6 h" }' },
    )
    .optional(),
  containerName: text.optional(),
  aliases: names.optional(),
  networkName: text.optional(),
  dataVolumeName: text.optional(),
  waivers: list(fields({ rule: text, reason: text, expires: text })).optional(),
});

const format = fields({
  encoding: text,
  user: text.optional(),
  organisation: text.optional(),
  createdAt: text.optional(),
  lastActivity: text.optional(),
});

const service = fields({
  name: text,
  description: text,
  engine: text,
  stores: list(
    fields({ kind: text, keys: text, ttl: text, lossAcceptable: flag, format: format.optional() }),
  ),
  maxmemoryPolicy: text.optional(),
  maxmemorySamples: number.optional(),
  persistence: fields({
    appendonly: flag,
    appendfsync: text.optional(),
    pointInTime: flag.optional(),
    autoAofRewritePercentage: number.optional(),
    autoAofRewriteMinSize: text.optional(),
    save: list(fields({ after: text, changes: number })),
  }).optional(),
  activedefrag: flag.optional(),
  encoding: fields({
    hashMaxListpackEntries: number.optional(),
    hashMaxListpackValue: text.optional(),
    listMaxListpackSize: number.optional(),
    setMaxIntsetEntries: number.optional(),
  }).optional(),
  maxclients: number.optional(),
  timeout: text.optional(),
  tcpKeepalive: text.optional(),
  slowlogLogSlowerThan: text.optional(),
  slowlogMaxLen: number.optional(),
  latencyMonitorThreshold: text.optional(),
  notifyKeyspaceEvents: text.optional(),
  directives: record(text).optional(),
  healthcheck: fields({
    interval: text.optional(),
    timeout: text.optional(),
    retries: number.optional(),
    startPeriod: text.optional(),
  }).optional(),
  client: fields({
    database: number.optional(),
    connectTimeout: text.optional(),
    commandTimeout: text.optional(),
    poolSize: number.optional(),
  }).optional(),
  thresholds: fields({
    memory: levels(number),
    connectedClients: levels(number),
    blockedClients: levels(number),
    hitRatio: levels(number),
    latency: levels(text),
  }).optional(),
  contacts: fields({
    onCall: text.optional(),
    infrastructure: text.optional(),
    escalation: text.optional(),
  }).optional(),
  restart: text.optional(),
  environments: record(deployment).refine((given) => Object.keys(given).length > 0, {
    error: "one environment at least, such as dev: { … }",
  }),
});

const environment = fields({
  name: text,
  auth: z.enum(["none", "requirepass"]),
  network: z.enum(["bridge", "internal"]),
  dataVolume: z.enum(["protected", "destroyable"]),
  disabledCommands: names,
  renamedCommands: record(text),
  exporter: z.enum(["on", "off"]),
  backups: fields({ at: text, schedule: z.enum(["on", "off"]) }),
  runbooks: text,
  stopTimeout: text,
  gates: z.enum(["refuse", "warn"]),
  docker: fields({ host: text.optional() }),
  state: z.discriminatedUnion(
    "backend",
    [
      fields({ backend: z.literal("local") }),
      fields({ backend: z.literal("s3"), bucket: text, region: text }),
    ],
    { error: '{ backend: "local" }, or "s3" with a bucket and its region' },
  ),
});

const engine = fields({
  image: text,
  fromRegistry: flag,
  version: text,
  licence: text,
  rdbVersion: number,
  activeDefragmentation: flag,
  endOfLife: text.optional(),
  exporterImage: text,
  prometheusImage: text,
});

/** Whether a service has the fields of a service, each with the kind of value it takes; notes each that has not. */
export function hasServiceShape(value: unknown, index: number, problems: Problems): boolean {
  const given = z.object({ name: z.string().regex(/^[\w-]+$/) }).safeParse(value);
  const name = given.data?.name ?? `config/services[${index}]`;
  return addShapeProblems({ shape: service, name, value, describedIn: "config/service.ts" }, problems);
}

/** The same for a row of the catalogue of engines. */
export function hasEngineShape(name: string, value: unknown, problems: Problems): value is Engine {
  const described = { shape: engine, name: `engines/${name}`, value };
  return addShapeProblems({ ...described, describedIn: "config/engines.ts" }, problems);
}

/** The same for an environment. */
export function hasEnvironmentShape(name: string, value: unknown, problems: Problems): boolean {
  const described = { shape: environment, name: `environments/${name}`, value };
  return addShapeProblems({ ...described, describedIn: "config/environment.ts" }, problems);
}
