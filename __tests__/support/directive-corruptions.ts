import { type Corruption, reach, withService } from "./corruptions";
import { PROTOTYPE_NAMES } from "./wrong-values";

/** What nobody may write under `directives`: its name, and a value. */
const DIRECTIVES: readonly (readonly [name: string, value: unknown])[] = [
  ...[
    "no-such-directive",
    "max-memory",
    "hz ",
    " hz",
    "hz\nrequirepass x",
    "ｈｚ",
    "",
    ...PROTOTYPE_NAMES,
  ].map((name) => [name, "1"] as const),
  ...[
    "maxmemory",
    "MAXMEMORY",
    "save",
    "requirepass",
    "user",
    "rename-command",
    "include",
    "loadmodule",
    "dir",
    "port",
  ].map((name) => [name, "1"] as const),
  ...[
    "bind",
    "tls-port",
    "replicaof",
    "daemonize",
    "aclfile",
    "enable-debug-command",
    "set-max-listpack-entries",
  ].map((name) => [name, "1"] as const),
  ...[
    "",
    " ",
    "fast",
    "0",
    "501",
    "-1",
    "1.5",
    "10 10",
    "10\nrequirepass x",
    "10 # often",
    "@secret:redis_password@",
  ].map((value) => ["hz", value] as const),
  ...['"10', "\\x31\\x30", "１０", "1e1", "0x10", "10\u0000", "9".repeat(400), "x".repeat(100_000)].map(
    (value) => ["hz", value] as const,
  ),
  ...["maybe", "1", "true", "yes yes"].map((value) => ["lazyfree-lazy-expire", value] as const),
  ...[5, null, true, ["10"], {}, 10n].map((value) => ["hz", value] as const),
];

export const directiveCorruptions: readonly Corruption[] = [
  ...DIRECTIVES.map(
    ([directive, value]): Corruption => ({
      name: `directive ${JSON.stringify(directive).slice(0, 40)}: ${String(value).slice(0, 40)}`,
      corrupt: (given) =>
        withService(given, (service) => {
          service.directives = Object.fromEntries([[directive, value]]);
          return `directives.${directive}`;
        }),
    }),
  ),
  {
    name: "a directive under two names",
    corrupt: (given) =>
      withService(given, (service) => {
        service.directives = { "zset-max-listpack-entries": "1", "zset-max-ziplist-entries": "1" };
        return "directives.zset-max-ziplist-entries";
      }),
  },
  {
    name: "more threads than CPUs",
    corrupt: (given) =>
      withService(given, (service) => {
        service.directives = { "io-threads": "4" };
        reach(service, `environments.<environment>`, given.environment.name).cpus = 2.5;
        return "directives.io-threads";
      }),
  },
];
