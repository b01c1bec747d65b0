import type { ResolvedStack } from "../../config/resolve-stack";
import { ExitCode } from "../exit-code";
import { json, type Terminal, table } from "../terminal";

/** `redis-ops stacks`: what there is. Reads only. */
export function stacks(
  all: readonly ResolvedStack[],
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  const rows = all.map(({ id, service, props }) => ({
    stack: id,
    version: props.server.version,
    maxmemory: props.server.maxmemory.toString(),
    container: props.server.containerName,
    protected: props.dataVolume.protected,
    images: [props.server, props.exporter, props.prometheus].flatMap((container) =>
      container === undefined ? [] : [container.image],
    ),
    description: service.description,
  }));
  terminal.out(
    options.json
      ? json(rows)
      : table(
          ["STACK", "REDIS", "MAXMEMORY", "CONTAINER", "DATA", "WHAT FOR"],
          rows.map((row) => [
            row.stack,
            row.version,
            row.maxmemory,
            row.container,
            row.protected ? "protected" : "destroyable",
            row.description,
          ]),
        ),
  );
  return ExitCode.ok;
}
