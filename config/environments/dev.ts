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
  stopTimeout: "30 s",
  docker: {},
  state: { backend: "local" },
};
