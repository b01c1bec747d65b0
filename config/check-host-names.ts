import type { Problems } from "../core/problem";
import type { ResolvedStack } from "./resolve-stack";

/** Longest name that a name server answers to. */
const MAX_HOST_NAME = 63;

/** What the C library takes for an IPv4 address: one to four numbers, also `6379` and `0x7f.1`. */
const ADDRESS = /^(0x[\da-f]*|\d+)(\.(0x[\da-f]*|\d+)){0,3}$/i;

/** Notes names of the server by which no other container would reach it. */
export function checkHostNames(
  { deploymentField, decisions, props }: ResolvedStack,
  problems: Problems,
): void {
  const { server, exporter, prometheus, backups } = props;
  const own = [
    server.containerName,
    exporter?.containerName,
    prometheus?.containerName,
    backups.schedule?.containerName,
  ];
  const isWritten = (path: string) => decisions.sourceOf(path)?.kind === "service";
  const names = [
    ...(isWritten("server.containerName") ? [["containerName", server.containerName] as const] : []),
    ...(isWritten("server.aliases") ? server.aliases.map((alias) => ["aliases", alias] as const) : []),
  ].filter(([name]) => !problems.has(`${deploymentField}.${name}`));
  for (const [name, host] of names) {
    const field = `${deploymentField}.${name}`;
    if (host.length > MAX_HOST_NAME) {
      problems.add({
        field,
        got: `${host.length} characters`,
        expected: `${MAX_HOST_NAME} at most, since it is a host name`,
        fix: "use a shorter name",
      });
    } else if (host.toLowerCase() === "localhost" || ADDRESS.test(host)) {
      problems.add({
        field,
        got: JSON.stringify(host),
        expected: "a host name, neither localhost nor an IP address, which clients would not look up",
        fix: "use a name that begins with a letter",
      });
    } else if (name === "aliases" && own.includes(host)) {
      problems.add({
        field,
        got: JSON.stringify(host),
        expected: "a name beside those of the stack's containers, which they have anyway",
        fix: "remove it",
      });
    }
  }
}
