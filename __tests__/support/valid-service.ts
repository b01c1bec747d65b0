import fc from "fast-check";
import { type EngineName, engines } from "../../config/engines";
import { gates } from "../../config/gates";
import type {
  BackupSchedule,
  Contacts,
  Deployment,
  Encoding,
  Format,
  Levels,
  Memory,
  Persistence,
  Prometheus,
  Service,
  Store,
  Thresholds,
  Waiver,
} from "../../config/service";
import { MAXMEMORY_POLICIES, RESTART_POLICIES } from "../../core/redis-stack-props";
import { ENCODINGS, STORE_KINDS } from "../../core/store-props";
import { today } from "./stack-fixtures";
import { bytesIn, durationText, inRange, sizeText, wholeMebibytes, wholeSeconds } from "./texts-with-units";
import { validDirectives, type WrittenDirective } from "./valid-directives";
import { type ValidEnvironment, validEnvironment } from "./valid-environment";

/** A service in one environment that nothing is wrong with. One file, though a long one: its fields depend on each other. */
export interface ValidCase {
  readonly service: Service;
  readonly environment: ValidEnvironment;
  /** What `service.directives` says, and how Redis shows it. */
  readonly directives: readonly WrittenDirective[];
}

export interface ValidOptions {
  readonly engine: EngineName;
  /** Connections that the machine of the test can give to a server. @default 100000 */
  readonly maxclients?: number;
}

const MIB = 1024 ** 2;

/** What the smallest `maxmemory` leaves, where `maxclients` is not given. */
const LEAST_MAXCLIENTS = 32;
/** 1 PiB: no size is larger. */
const MOST_MIB = 1024 ** 3;
/** The limit that is derived from it is 2.2 times as much. */
const MOST_MAXMEMORY = Math.floor(MOST_MIB / 2.2 - 100) * MIB;
const MOST_SECONDS = 2_147_483_647;
const MOST_KEEPALIVE_SECONDS = 32_767;

/** Every field in every range that its description in `config/service.ts` names, absent or present. */
export function validCase(options: ValidOptions): fc.Arbitrary<ValidCase> {
  const directives = validDirectives(engines[options.engine].version);
  return fc
    .tuple(
      validEnvironment,
      fc.option(inRange(2, options.maxclients ?? 100_000), { nil: undefined }),
      directives,
    )
    .chain(([environment, maxclients, written]) =>
      service(options.engine, maxclients, environment).map((own): ValidCase => {
        const fitting = written.filter((one) => hasThreadsFor(one, own.environments[environment.name]?.cpus));
        return {
          environment,
          directives: fitting,
          service:
            fitting.length === 0
              ? own
              : { ...own, directives: Object.fromEntries(fitting.map(({ name, value }) => [name, value])) },
        };
      }),
    );
}

/** A container may not have more threads than CPUs. */
function hasThreadsFor({ directive, value }: WrittenDirective, cpus: number | undefined): boolean {
  return directive !== "io-threads" || cpus === undefined || Number(value) <= Math.max(1, Math.floor(cpus));
}

const line = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "·"))
  .filter((text) => text.trim() !== "");

const keys = line.map((text) => text.replace(/\s/gu, "_"));

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ALPHANUMERIC = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;

const serviceName = fc
  .tuple(charactersOf(LOWER, 1, 1), fc.array(charactersOf(LOWER + DIGITS, 1, 9), { maxLength: 3 }))
  .map(([first, others]) => [`${first}${others[0] ?? ""}`, ...others.slice(1)].join("-"));

/** A text of so many of these characters. */
function charactersOf(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...characters), { minLength, maxLength }).map((chosen) => chosen.join(""));
}

function service(
  engine: EngineName,
  maxclients: number | undefined,
  environment: ValidEnvironment,
): fc.Arbitrary<Service> {
  return fc.record<Service, keyof Service>(
    {
      name: serviceName,
      description: line,
      engine: fc.constant(engine),
      stores: fc.uniqueArray(store, { minLength: 1, maxLength: 5, selector: (own) => own.keys }),
      maxmemoryPolicy: fc.constantFrom(...MAXMEMORY_POLICIES),
      maxmemorySamples: inRange(1, 64),
      persistence,
      activedefrag: engines[engine].activeDefragmentation ? fc.boolean() : fc.constant(false),
      encoding,
      ...(maxclients === undefined ? {} : { maxclients: fc.constant(maxclients) }),
      timeout: wholeSeconds(0, MOST_SECONDS),
      tcpKeepalive: wholeSeconds(0, MOST_KEEPALIVE_SECONDS),
      slowlogLogSlowerThan: durationText(0, Number.MAX_SAFE_INTEGER),
      slowlogMaxLen: inRange(1, 10_000),
      latencyMonitorThreshold: durationText(0, Number.MAX_SAFE_INTEGER),
      notifyKeyspaceEvents: fc
        .array(fc.constantFrom(..."KEg$lshzxetdmnA"), { maxLength: 16 })
        .map((classes) => classes.join("")),
      healthcheck: optional({
        interval: wholeSeconds(1, 600),
        timeout: wholeSeconds(1, 60),
        retries: inRange(1, 20),
        startPeriod: wholeSeconds(1, 3600),
      }),
      client: optional({
        database: inRange(0, 15),
        connectTimeout: durationText(1, 86_400_000),
        commandTimeout: durationText(1, 86_400_000),
        poolSize: inRange(1, 1000),
      }),
      thresholds: thresholds(maxclients ?? LEAST_MAXCLIENTS),
      contacts: optional<Contacts>({ onCall: line, infrastructure: line, escalation: line }),
      restart: fc.constantFrom(...RESTART_POLICIES),
      environments: deployment(environment).map((own) => ({ [environment.name]: own })),
    },
    {
      requiredKeys: [
        ...(["name", "description", "engine", "stores", "environments"] as const),
        ...(maxclients === undefined ? [] : (["maxclients"] as const)),
      ],
    },
  );
}

/** An object of which each field may be left out. */
function optional<T extends object>(
  fields: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<Partial<T>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

/** A field, or a field of a field. */
const path = fc
  .array(
    line.map((text) => text.replaceAll(".", "_")),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => names.join("."));

const format = fc.record<Format, "encoding">(
  {
    encoding: fc.constantFrom(...ENCODINGS),
    user: path,
    organisation: path,
    createdAt: path,
    lastActivity: path,
  },
  { requiredKeys: ["encoding"] },
);

/** Messages of pub-sub are not kept, so nothing is promised of them; neither they nor queues have values with fields. */
const store: fc.Arbitrary<Store> = fc
  .record<Store>({
    kind: fc.constantFrom(...STORE_KINDS),
    keys,
    ttl: fc.oneof(fc.constant("none" as const), durationText(1, MOST_SECONDS * 1000)),
    lossAcceptable: fc.boolean(),
  })
  .map((own) => (own.kind === "pub-sub" ? { ...own, ttl: "none" as const, lossAcceptable: true } : own))
  .chain((own) =>
    own.kind === "pub-sub" || own.kind === "queue"
      ? fc.constant(own)
      : fc
          .option(format)
          .map((described) =>
            described === null
              ? own
              : { ...own, keys: described.user === undefined ? `${own.keys}*` : own.keys, format: described },
          ),
  );

const encoding: fc.Arbitrary<Encoding> = optional({
  hashMaxListpackEntries: inRange(0, 65_536),
  hashMaxListpackValue: sizeText(0, 64 * 1024),
  listMaxListpackSize: fc.oneof(inRange(-5, -1), inRange(1, 65_536)),
  setMaxIntsetEntries: inRange(0, 65_536),
});

const persistence: fc.Arbitrary<Persistence> = fc
  .record<Persistence, "appendonly" | "save">(
    {
      appendonly: fc.boolean(),
      appendfsync: fc.constantFrom("always", "everysec", "no"),
      pointInTime: fc.boolean(),
      autoAofRewritePercentage: inRange(0, 1000),
      autoAofRewriteMinSize: sizeText(0, 1024 ** 5),
      save: fc.array(
        fc.record({ after: wholeSeconds(1, MOST_SECONDS), changes: inRange(1, 1_000_000_000) }),
        {
          maxLength: 5,
        },
      ),
    },
    { requiredKeys: ["appendonly", "save"] },
  )
  // Only what goes to the append-only file has a moment there.
  .map((own) => (own.pointInTime && !own.appendonly ? { ...own, pointInTime: false } : own));

/** Two different levels, the larger one critical. */
function rising(min: number, max: number): fc.Arbitrary<Levels<number>> {
  return inRange(min, max - 1).chain((warning) =>
    inRange(warning + 1, max).map((critical) => ({ warning, critical })),
  );
}

function thresholds(maxclients: number): fc.Arbitrary<Thresholds> {
  return optional<Thresholds>({
    memory: rising(1, 100),
    hitRatio: rising(1, 100).map(({ warning, critical }) => ({ warning: critical, critical: warning })),
    latency: rising(1, 3_600_000).map(({ warning, critical }) => ({
      warning: `${warning} ms` as const,
      critical: `${critical} ms` as const,
    })),
    connectedClients: rising(1, maxclients),
    blockedClients: rising(0, maxclients),
  });
}

const memory: fc.Arbitrary<Memory> = fc
  .oneof(
    sizeText(MIB, MOST_MAXMEMORY).map((maxmemory): Memory => ({ maxmemory })),
    wholeMebibytes(128, MOST_MIB).map((limit): Memory => ({ limit })),
    wholeMebibytes(128, MOST_MIB).chain((limit) =>
      sizeText(MIB, Math.floor(Number(bytesIn(limit)) * 0.8)).map(
        (maxmemory): Memory => ({ maxmemory, limit }),
      ),
    ),
  )
  .chain((given) => {
    const most = Math.floor(Number(bytesIn(given.limit ?? given.maxmemory ?? "0 B")) / MIB);
    return most < 6
      ? fc.constant(given)
      : fc
          .option(wholeMebibytes(6, most))
          .map((reservation) => (reservation === null ? given : { ...given, reservation }));
  });

/** Where gates refuse, a service that is any at all needs each of them to be waived. */
export const EVERY_WAIVER: Waiver[] = gates
  .filter(({ severity, waivable }) => severity === "error" && waivable !== false)
  .map(({ id }) => ({ rule: id, reason: "Every service that there can be is tried", expires: today }));

/** Names that no other name of a stack is derived as: those have no dots. */
const dockerName = fc
  .tuple(
    charactersOf(ALPHANUMERIC, 1, 1),
    charactersOf(`${ALPHANUMERIC}_-`, 0, 60),
    charactersOf(`${ALPHANUMERIC}_.-`, 0, 60),
  )
  .map(([first, middle, end]) => `${first}${middle}.${end}`);

/** Short enough for a host name, and no address. */
const hostName = dockerName.map((name) => `h${name.slice(-30)}.x`);

/** One that a host can have. */
const address = fc.oneof(
  fc.constantFrom("127.0.0.1", "0.0.0.0", "::1", "::"),
  fc.ipV4().filter((text) => Number(text.split(".")[0]) < 224),
);

const port = inRange(1, 65_535);

const prometheus = fc.record<Prometheus, "hostPort">(
  {
    hostPort: port,
    hostAddress: address,
    retention: wholeSeconds(3600, 87_600 * 3600),
    alertmanager: fc.constantFrom(
      "a:1",
      "alertmanager.example.com:9093",
      "192.0.2.7:65535",
      "[2001:db8::1]:80",
    ),
  },
  { requiredKeys: ["hostPort"] },
);

function deployment(environment: ValidEnvironment): fc.Arbitrary<Deployment> {
  const exporter = fc.oneof(
    fc.constant("off" as const),
    fc.record({ hostPort: port, hostAddress: address }, { requiredKeys: ["hostPort"] }),
  );
  const backups = fc.oneof(
    fc.constant("off" as const),
    optional<BackupSchedule>({
      every: wholeSeconds(300, 168 * 3600),
      keepLast: inRange(1, 1000),
      keepFor: wholeSeconds(0, 87_600 * 3600),
    }),
  );
  const published =
    environment.network === "internal"
      ? fc.constant({})
      : fc.oneof(
          fc.constant({}),
          fc.record({ hostPort: port, hostAddress: address }, { requiredKeys: ["hostPort"] }),
        );
  const rest = fc.record<Deployment, keyof Deployment>(
    {
      memory,
      cpus: inRange(1, 640).map((tenths) => tenths / 10),
      cpuShares: inRange(2, 262_144),
      exporter,
      backups,
      containerName: hostName,
      aliases: fc.uniqueArray(hostName, { maxLength: 3 }).map((all) => all.map((name) => `alias.${name}`)),
      networkName: dockerName,
      dataVolumeName: dockerName,
      waivers: environment.gates === "refuse" ? fc.constant(EVERY_WAIVER) : fc.subarray(EVERY_WAIVER),
    } as never,
    {
      requiredKeys: [
        "memory",
        ...(environment.exporter === "on" ? (["exporter"] as const) : []),
        ...(environment.gates === "refuse" ? (["waivers"] as const) : []),
      ],
    },
  );
  return fc.tuple(rest, published, fc.option(prometheus)).map(([own, ports, looking]) =>
    withDifferentPorts({
      ...own,
      ...ports,
      ...(looking !== null && typeof own.exporter === "object" ? { prometheus: looking } : {}),
    }),
  );
}

function withDifferentPorts(own: Deployment): Deployment {
  const taken = new Set(own.hostPort === undefined ? [] : [own.hostPort]);
  const free = <T extends { readonly hostPort: number }>(given: T): T => {
    let { hostPort } = given;
    while (taken.has(hostPort)) {
      hostPort = (hostPort % 65_535) + 1;
    }
    taken.add(hostPort);
    return { ...given, hostPort };
  };
  return {
    ...own,
    ...(typeof own.exporter === "object" ? { exporter: free(own.exporter) } : {}),
    ...(own.prometheus === undefined ? {} : { prometheus: free(own.prometheus) }),
  };
}
