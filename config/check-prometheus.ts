import type { Problems } from "../core/problem";
import type { ResolvedStack } from "./resolve-stack";

/** A name or an IPv4 address, or an IPv6 address in brackets, and a port. */
const HOST_AND_PORT =
  /^(?:[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|\[[\da-f:]{2,39}\]):(?<port>[1-9]\d{0,4})$/i;

/** Notes a Prometheus that would have nothing to read, or nobody to tell. */
export function checkPrometheus(
  { deploymentField, environment, deployment, props }: ResolvedStack,
  problems: Problems,
): void {
  const { exporter, prometheus } = props;
  if (prometheus === undefined) {
    return;
  }
  const field = `${deploymentField}.prometheus`;
  // Where the environment asks for an exporter, that one is missing is told there.
  if (exporter === undefined && (deployment.exporter ?? environment.exporter) === "off") {
    problems.add({
      field,
      got: "a Prometheus without an exporter",
      expected: "an exporter, which is what it reads",
      fix: "write exporter: { hostPort: 9121 } with a free port, or leave prometheus out",
    });
  }
  const { alertmanager } = prometheus;
  const port = Number(HOST_AND_PORT.exec(alertmanager ?? "")?.groups?.port ?? 0);
  if (alertmanager !== undefined && (port < 1 || port > 65_535)) {
    problems.add({
      field: `${field}.alertmanager`,
      got: alertmanager.length > 300 ? `${alertmanager.length} characters` : JSON.stringify(alertmanager),
      expected: "host:port, without http:// and without a path",
      fix: 'write it as "alertmanager.example.com:9093", or leave it out',
    });
  }
}
