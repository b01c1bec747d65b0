import { z } from "zod";
import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";

/**
 * The fields of a service and of an environment, and what kind of value each takes. The compiler says the same in an
 * editor, but nothing compiles a file before it is deployed. What a text or a number may say is checked elsewhere.
 */
const text = z.string();
const number = z.custom<number>((value) => typeof value === "number", { error: "a number" });
const names = z.array(text);
const texts = z.record(text, text);

const levels = (value: z.ZodType) => z.strictObject({ warning: value, critical: value }).optional();

const deployment = z.strictObject({
  memory: z.strictObject({
    maxmemory: text.optional(),
    limit: text.optional(),
    reservation: text.optional(),
  }),
  cpus: number.optional(),
  cpuShares: number.optional(),
  hostPort: number.optional(),
  hostAddress: text.optional(),
  exporter: z
    .union([z.literal("off"), z.strictObject({ hostPort: number, hostAddress: text.optional() })])
    .optional(),
  containerName: text.optional(),
  aliases: names.optional(),
  networkName: text.optional(),
  dataVolumeName: text.optional(),
  waivers: z.array(z.strictObject({ rule: text, reason: text, expires: text })).optional(),
});

const service = z.strictObject({
  name: text,
  description: text,
  engine: text,
  stores: z.array(z.strictObject({ kind: text, keys: text, ttl: text, lossAcceptable: z.boolean() })),
  maxmemoryPolicy: text.optional(),
  maxmemorySamples: number.optional(),
  persistence: z
    .strictObject({
      appendonly: z.boolean(),
      appendfsync: text.optional(),
      autoAofRewritePercentage: number.optional(),
      autoAofRewriteMinSize: text.optional(),
      save: z.array(z.strictObject({ after: text, changes: number })),
    })
    .optional(),
  activedefrag: z.boolean().optional(),
  encoding: z
    .strictObject({
      hashMaxListpackEntries: number.optional(),
      hashMaxListpackValue: text.optional(),
      listMaxListpackSize: number.optional(),
      setMaxIntsetEntries: number.optional(),
    })
    .optional(),
  maxclients: number.optional(),
  timeout: text.optional(),
  tcpKeepalive: text.optional(),
  slowlogLogSlowerThan: text.optional(),
  slowlogMaxLen: number.optional(),
  latencyMonitorThreshold: text.optional(),
  notifyKeyspaceEvents: text.optional(),
  directives: texts.optional(),
  healthcheck: z
    .strictObject({
      interval: text.optional(),
      timeout: text.optional(),
      retries: number.optional(),
      startPeriod: text.optional(),
    })
    .optional(),
  client: z
    .strictObject({
      database: number.optional(),
      connectTimeout: text.optional(),
      commandTimeout: text.optional(),
      poolSize: number.optional(),
    })
    .optional(),
  thresholds: z
    .strictObject({
      memory: levels(number),
      connectedClients: levels(number),
      blockedClients: levels(number),
      hitRatio: levels(number),
      latency: levels(text),
    })
    .optional(),
  restart: text.optional(),
  environments: z.record(text, deployment),
});

const environment = z.strictObject({
  name: text,
  auth: z.enum(["none", "requirepass"]),
  network: z.enum(["bridge", "internal"]),
  dataVolume: z.enum(["protected", "destroyable"]),
  disabledCommands: names,
  renamedCommands: texts,
  exporter: z.enum(["on", "off"]),
  stopTimeout: text,
  gates: z.enum(["refuse", "warn"]),
  docker: z.strictObject({ host: text.optional() }),
  state: z.union([
    z.strictObject({ backend: z.literal("local") }),
    z.strictObject({ backend: z.literal("s3"), bucket: text, region: text }),
  ]),
});

/** Whether a service has the fields of a service, each with the kind of value it takes; notes each that has not. */
export function hasServiceShape(value: unknown, index: number, problems: Problems): boolean {
  const name = z.object({ name: text }).safeParse(value).data?.name ?? `config/services[${index}]`;
  return hasShape(service, name, value, problems);
}

export function hasEnvironmentShape(name: string, value: unknown, problems: Problems): boolean {
  return hasShape(environment, `environments/${name}`, value, problems);
}

function hasShape(shape: z.ZodType, name: string, value: unknown, problems: Problems): boolean {
  const result = shape.safeParse(value);
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map(String);
    const field = [name, ...path].join(".");
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(shape, path);
      for (const key of issue.keys) {
        problems.add({
          field,
          got: `field ${JSON.stringify(key)}`,
          expected: "a field that there is",
          fix: fixForUnknownName(key, known),
        });
      }
    } else {
      problems.add({
        field,
        got: shown(at(value, path)),
        expected: issue.message.replace(/^Invalid [a-z]+: expected /, "").replace(/, received .*$/, ""),
        fix: "see the field's description in config/service.ts or config/environment.ts",
      });
    }
  }
  return result.success;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (part !== null && typeof part === "object" ? Reflect.get(part, key) : undefined),
    value,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}

/** The fields that the object at `path` has. */
function knownKeys(shape: z.ZodType, path: readonly string[]): readonly string[] {
  const part = path.reduce<unknown>((inner, key) => {
    const type = inner instanceof z.ZodOptional ? inner.unwrap() : inner;
    if (type instanceof z.ZodRecord) {
      return type.valueType;
    }
    if (type instanceof z.ZodArray) {
      return type.element;
    }
    return type instanceof z.ZodObject ? type.shape[key] : undefined;
  }, shape);
  const type = part instanceof z.ZodOptional ? part.unwrap() : part;
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}
