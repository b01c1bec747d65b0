import type { Problem, Problems } from "../core/problem";
import { expectedAccessLines, REDIS_CONF_TEMPLATE, renderRedisConf } from "../core/redis-conf";
import { canonicalDirective } from "./directives";
import type { ResolvedStack } from "./resolve-stack";

/** Directives that are not settings, and so have no row in the table of directives. */
const NOT_SETTINGS = ["rename-command", "user"];

/** Half of what Linux takes as one argument; beyond that the container does not start. */
const MAX_CONF_BYTES = 65_536;

/** Directives that may stand more than once. */
const REPEATABLE = ["save", "rename-command", "user", "client-output-buffer-limit"];

/**
 * Notes what an edit of the template has made of a stack's redis.conf: a directive that Redis does not know, one that
 * stands twice, data that would not be in the volume, or access that is not what the stack says.
 */
export function checkRedisConf(stack: ResolvedStack, template: string, problems: Problems): void {
  const { server, exporter } = stack.props;
  const conf = renderRedisConf(template, server, exporter !== undefined, problems);
  const refuse = (problem: Omit<Problem, "field">) =>
    problems.add({ field: REDIS_CONF_TEMPLATE, ...problem });
  if (template.includes("\r")) {
    refuse({ got: "line ends of Windows", expected: "line feeds alone", fix: "save the file with LF" });
  }
  const length = Buffer.byteLength(conf);
  if (length > MAX_CONF_BYTES) {
    problems.add({
      field: `${stack.service.name}.directives`,
      got: `${length} bytes of redis.conf in ${stack.id}`,
      expected: `${MAX_CONF_BYTES} at most: it travels as one argument of a command, which may have 131072`,
      fix: "shorten the longest values under directives, or the list of save points",
    });
  }
  // What the service adds itself is checked where it is written.
  const ofService = Object.entries(server.directives).flatMap(([name, value]) =>
    `${name} ${value}`.split("\n"),
  );
  const lines = conf.split("\n").filter((line) => line !== "" && !ofService.includes(line));
  const namesOf = lines.map((line) => line.split(" ")[0]?.toLowerCase() ?? "");
  for (const name of new Set(namesOf)) {
    const canonical = canonicalDirective(name) ?? name;
    if (canonical === name && canonicalDirective(name) === undefined && !NOT_SETTINGS.includes(name)) {
      refuse({
        got: JSON.stringify(name),
        expected: "a directive that Redis knows",
        fix: "correct or remove the line",
      });
    }
    const count = namesOf.filter((other) => (canonicalDirective(other) ?? other) === canonical).length;
    if (count > 1 && !REPEATABLE.includes(name)) {
      refuse({
        got: `${JSON.stringify(name)} ${count} times`,
        expected: "each directive once",
        fix: "remove all but one line",
      });
    }
  }
  if (!lines.includes("dir /data")) {
    refuse({
      got: "no line dir /data",
      expected: "the data in the volume, which is mounted at /data",
      fix: "write dir /data",
    });
  }
  checkAccess(stack, lines, refuse);
}

function checkAccess(
  { id, props: { server, exporter } }: ResolvedStack,
  lines: readonly string[],
  refuse: (problem: Omit<Problem, "field">) => void,
): void {
  const isAccess = (line: string) =>
    /^(requirepass|user|aclfile|masterauth|include|loadmodule)\b/i.test(line);
  const expected = expectedAccessLines(server.auth, exporter !== undefined);
  for (const line of lines.filter((other) => isAccess(other) && !expected.includes(other))) {
    refuse({
      got: JSON.stringify(line),
      expected: `no line about access but those of core/redis-conf.ts, in ${id}`,
      fix: "remove the line; who may do what is decided there",
    });
  }
  for (const line of expected.filter((other) => !lines.includes(other))) {
    refuse({
      got: `no ${JSON.stringify(line)}`,
      expected: `that line in ${id}, or the server would be open`,
      fix: "restore requirepass {{requirepass}} and user {{user}}",
    });
  }
}
