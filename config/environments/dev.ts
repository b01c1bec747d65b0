import type { Environment } from "../environment";

/** A developer's machine: no password, reachable on loopback only, gone with `bin/down`. */
export const dev: Environment = {
  name: "dev",
  auth: "none",
  network: "bridge",
  dataVolume: "destroyable",
  disabledCommands: [],
  renamedCommands: {},
  exporter: "off",
  backups: { at: "backups", schedule: "off" },
  runbooks: "docs/runbooks",
  stopTimeout: "30 s",
  gates: "warn",
  docker: {},
  state: { backend: "local" },
};
