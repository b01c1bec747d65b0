import type { Corruption, Mutable } from "./corruptions";
import { EVERY_WAIVER } from "./valid-service";
import { PROTOTYPE_NAMES } from "./wrong-values";

/** What an environment may not say: a change of it, and the field. */
const ENVIRONMENTS: readonly (readonly [name: string, change: Mutable, ...fields: string[]])[] = [
  ...(["auth", "network", "dataVolume", "exporter", "gates"] as const).flatMap((field) =>
    ["", "maybe", null, undefined, true, 5, [], {}, ...PROTOTYPE_NAMES].map(
      (value) => [`${field} ${String(JSON.stringify(value))}`, { [field]: value }, field] as const,
    ),
  ),
  ...["5 s", "9 s", "601 s", "10500 ms", "soon", 30, null, undefined].map(
    (value) => [`stopTimeout ${value}`, { stopTimeout: value }, "stopTimeout"] as const,
  ),
  ["a command that clients need", { disabledCommands: ["EVAL"], renamedCommands: {} }, "disabledCommands"],
  ["no command", { disabledCommands: ["NO-SUCH"], renamedCommands: {} }, "disabledCommands"],
  ["a command twice", { disabledCommands: ["KEYS", "KEYS"], renamedCommands: {} }, "disabledCommands"],
  [
    "a command disabled and renamed",
    { disabledCommands: ["KEYS"], renamedCommands: { KEYS: "OPS_KEYS" } },
    "disabledCommands",
    "renamedCommands",
  ],
  ...["", "keys", "OPS KEYS", "OPS\nKEYS", "K", "ÖPS", "OPS_KEYS_".repeat(10)].map(
    (newName) =>
      [
        `KEYS renamed to ${newName}`,
        { disabledCommands: [], renamedCommands: { KEYS: newName } },
        "renamedCommands.KEYS",
      ] as const,
  ),
  ["disabledCommands of a wrong type", { disabledCommands: "KEYS" }, "disabledCommands"],
  ["renamedCommands of a wrong type", { renamedCommands: ["KEYS"] }, "renamedCommands"],
  ...[
    "",
    "a\nb",
    "x".repeat(256),
    "s3://",
    "s3://Bucket",
    "S3://backups",
    "s3://backups//a",
    "s3://backups/a?b",
    "volume:backups",
    "https://s3.example",
    "file:///srv",
  ].map((at) => [`backups at ${at}`, { backups: { at, schedule: "off" } }, "backups.at"] as const),
  ...[
    "",
    "a\nb",
    "x".repeat(256),
    "/srv/runbooks",
    "\\\\host\\runbooks",
    "ftp://wiki.example",
    "file:///srv",
    "https://",
    "https://user:password@wiki.example",
    "https://wiki.example/a b",
    "https://wiki.example/?page=",
    "https://wiki.example/#",
    null,
    5,
  ].map((runbooks) => [`runbooks at ${runbooks}`, { runbooks }, "runbooks"] as const),
  ["backups without a place", { backups: { schedule: "on" } }, "backups.at"],
  ["a schedule that there is not", { backups: { at: "backups", schedule: "daily" } }, "backups.schedule"],
  ["backups of a wrong type", { backups: "backups" }, "backups"],
  ["docker of a wrong type", { docker: "unix:///run/docker.sock" }, "docker"],
  ["a state that there is not", { state: { backend: "gcs" } }, "state.backend"],
  ["a state without its bucket", { state: { backend: "s3", region: "eu-central-1" } }, "state.bucket"],
  ["a field that there is not", { noSuchField: 1 }, ""],
];

/** A change of the environment and one of the deployment, which only together are wrong. */
function both(
  name: string,
  policy: object,
  change: object,
  fieldOf: (service: string, environment: string) => string,
): Corruption {
  return {
    name,
    corrupt: (given) => {
      const { service, environment } = given;
      const deployment = { ...service.environments[environment.name], ...change };
      return {
        services: [{ ...service, environments: { [environment.name]: deployment } }],
        environments: { [environment.name]: { ...environment, ...policy } },
        fields: [fieldOf(service.name, environment.name)],
      };
    },
  };
}

export const environmentCorruptions: readonly Corruption[] = [
  ...ENVIRONMENTS.map(
    ([name, change, ...fields]): Corruption => ({
      name: `environment: ${name}`,
      corrupt: ({ service, environment }) => ({
        services: [service],
        environments: { [environment.name]: { ...environment, ...change } },
        fields: fields.map((field) => [`environments/${environment.name}`, field].filter(Boolean).join(".")),
      }),
    }),
  ),
  both(
    "a port on an internal network",
    { network: "internal" },
    { hostPort: 6379, hostAddress: undefined },
    (service, environment) => `${service}.environments.${environment}.hostPort`,
  ),
  both(
    "no port for the exporter that the environment wants",
    { exporter: "on" },
    { exporter: undefined },
    (service, environment) => `${service}.environments.${environment}.exporter`,
  ),
  both(
    "no password where gates refuse that",
    { gates: "refuse", auth: "none" },
    { waivers: EVERY_WAIVER.filter(({ rule }) => rule !== "authentication") },
    (_, environment) => `environments/${environment}.auth`,
  ),
];
