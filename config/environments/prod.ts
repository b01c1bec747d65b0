import type { Environment } from "../environment";

/** Production: a password, no way in from outside the service's network, data that cannot be destroyed. */
export const prod: Environment = {
  name: "prod",
  auth: "requirepass",
  network: "internal",
  dataVolume: "protected",
  disabledCommands: ["FLUSHALL", "FLUSHDB", "DEBUG"],
  renamedCommands: { CONFIG: "OPS_CONFIG", SHUTDOWN: "OPS_SHUTDOWN" },
  exporter: "on",
  backups: { at: "backups", schedule: "on" },
  runbooks: "docs/runbooks",
  stopTimeout: "2 min",
  gates: "refuse",
  docker: {},
  state: { backend: "local" },
};
