import { SERVICE_FIELDS } from "./service-fields";
import { EVERY_WAIVER, type ValidCase } from "./valid-service";
import { PROTOTYPE_NAMES, wrongValues } from "./wrong-values";

/** A project in which one thing is wrong. */
export interface Corrupted {
  readonly services: readonly unknown[];
  readonly environments: Readonly<Record<string, unknown>>;
  /** The only fields that may be complained about. */
  readonly fields: readonly string[];
}

export interface Corruption {
  /** For people who read a failure. */
  readonly name: string;
  readonly corrupt: (given: ValidCase) => Corrupted;
}

/** What a field needs around it where the service says nothing. */
const AROUND: Readonly<Record<string, () => unknown>> = {
  persistence: () => ({ appendonly: true, save: [] }),
  "persistence.save[0]": () => ({ after: "1 h", changes: 1 }),
  "stores[0].format": () => ({ encoding: "json", user: "userId" }),
  "thresholds.memory": () => ({ warning: 70, critical: 90 }),
  "thresholds.connectedClients": () => ({ warning: 1, critical: 2 }),
  "thresholds.blockedClients": () => ({ warning: 1, critical: 2 }),
  "thresholds.hitRatio": () => ({ warning: 90, critical: 70 }),
  "thresholds.latency": () => ({ warning: "5 ms", critical: "20 ms" }),
  "environments.<environment>.exporter": () => ({ hostPort: 40_000 }),
  "environments.<environment>.prometheus": () => ({ hostPort: 40_001 }),
  "environments.<environment>.backups": () => ({}),
};

export type Mutable = Record<string, unknown>;

/** Every wrong value in every field of a service. */
const ofFields: readonly Corruption[] = SERVICE_FIELDS.flatMap((row) =>
  wrongValues(row).map((value) => ({
    name: `${row.path}: ${shown(value)}`,
    corrupt: (given) =>
      withService(given, (service) => put(service, row.path, given.environment.name, value)),
  })),
);

/** Every object of a service with a field that there is not. */
const ofKeys: readonly Corruption[] = [
  "",
  ...SERVICE_FIELDS.filter(
    ({ kind, path }) => kind === "object" && !/^(directives|environments)$/.test(path),
  ).map(({ path }) => path),
].flatMap((path) =>
  ["no-such-field", "", "a\nb", "maxMemory", ...PROTOTYPE_NAMES].map((key) => ({
    name: `${path || "service"}: field ${JSON.stringify(key)}`,
    corrupt: (given) =>
      withService(given, (service) => {
        const place = path === "" ? service : reach(service, path, given.environment.name);
        Object.defineProperty(place, key, { value: 1, enumerable: true });
        return path;
      }),
  })),
);

/** Nothing of it is named after the service. */
const NAMED = {
  memory: { maxmemory: "256 MiB" },
  containerName: "own-container",
  networkName: "own-network",
  dataVolumeName: "own-data",
  waivers: EVERY_WAIVER,
};

const ofNames: readonly Corruption[] = [
  ...["", "A", "a--b", "-a", "a-", "a_b", "a b", "a\n", "á", "1a", "a.b", "а", "__proto__", "toString"].map(
    (name): Corruption => ({
      name: `name ${JSON.stringify(name)}`,
      corrupt: ({ service, environment }) => ({
        services: [{ ...service, name, environments: { [environment.name]: NAMED } }],
        environments: { [environment.name]: { ...environment, exporter: "off" } },
        fields: [`service ${JSON.stringify(name)}.name`],
      }),
    }),
  ),
  ...[undefined, null, 5, true, [], {}].map(
    (name): Corruption => ({
      name: `name ${String(name)}`,
      corrupt: ({ service, environment }) => ({
        services: [{ ...service, name }],
        environments: { [environment.name]: environment },
        fields: ["config/services[0].name"],
      }),
    }),
  ),
  ...[undefined, null, 5, true, "shop", [], () => 1].map(
    (value): Corruption => ({
      name: `a service that is ${String(value)}`,
      corrupt: ({ environment }) => ({
        services: [value],
        environments: { [environment.name]: environment },
        fields: ["config/services[0]"],
      }),
    }),
  ),
];

/** Every wrong value in every field of a service, every field that there is not, and what is no service. */
export const fieldCorruptions: readonly Corruption[] = [...ofFields, ...ofKeys, ...ofNames];

/** The case with its service changed by `change`, which returns the path below the service that is then wrong. */
export function withService(
  { service, environment }: ValidCase,
  change: (service: Mutable) => string | readonly string[],
): Corrupted {
  const copy: Mutable = structuredClone({ ...service });
  const paths = [change(copy)].flat();
  return {
    services: [copy],
    environments: { [environment.name]: environment },
    fields: paths.map((path) =>
      [service.name, path.replace("<environment>", environment.name)].filter((part) => part !== "").join("."),
    ),
  };
}

/** Puts `value` at `path`, making what is missing on the way; returns the path. */
function put(service: Mutable, path: string, environment: string, value: unknown): string {
  const [, parent = "", key = ""] = /^(?:(.*)[.[])?([^.[\]]+)\]?$/.exec(path) ?? [];
  const place = parent === "" ? service : reach(service, parent, environment);
  // What is reserved is judged by the other two.
  if (parent.endsWith(".memory") && key !== "reservation") {
    delete place.reservation;
  }
  // It reads an exporter.
  if (parent.endsWith(".prometheus")) {
    reach(service, "environments.<environment>.exporter", environment);
  }
  // Not every kind of store has values that a format could describe.
  if (parent === "stores[0].format") {
    Object.assign(reach(service, "stores[0]", environment), { kind: "sessions", keys: "formatted:*" });
  }
  place[key.replace("<environment>", environment)] = value;
  return path;
}

/** The object at `path`. */
export function reach(service: Mutable, path: string, environment: string): Mutable {
  let place: Mutable = service;
  const steps = path.split(/(?=[.[])/);
  steps.forEach((step, index) => {
    const key = step.replace(/^[.[]|\]$/g, "").replace("<environment>", environment);
    const here = steps.slice(0, index + 1).join("");
    if (typeof place[key] !== "object" || place[key] === null) {
      place[key] = AROUND[here]?.() ?? {};
    }
    place = place[key] as Mutable;
  });
  return place;
}

function shown(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : String(Object.prototype.toString.call(value)) +
        String(typeof value === "object" ? "" : typeof value === "symbol" ? "" : value);
  return text.slice(0, 60);
}
