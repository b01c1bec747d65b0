import { TABLES } from "../../config/directives/table";
import type { Size } from "../../core/size";
import { START_ONLY } from "./configured-values";

/** A directive whose running value is not the configured one. */
export interface LiveChange {
  readonly directive: string;
  readonly running: string;
  readonly configured: string;
  /**
   * `live`: CONFIG SET takes it. `container`: only a new container has it. `preflight`: it could lose data, and
   * `redis-ops preflight` knows the safe way.
   */
  readonly how: "live" | "container" | "preflight";
  /** Why it is not set live; empty where it is. */
  readonly why: string;
}

/** What a running server and its container have, and what the configuration says. */
export interface LiveFacts {
  /** Version of the engine, e.g. `7.4.11`. */
  readonly version: string;
  /** Values by directive, as CONFIG GET shows them. */
  readonly running: ReadonlyMap<string, string>;
  readonly configured: ReadonlyMap<string, string>;
  /** `used_memory` of the server. */
  readonly usedMemory: Size;
  /** Memory that the container may use now, and may use once it is deployed. */
  readonly memoryLimit: { readonly running: Size; readonly configured: Size };
  /** Text of redis.conf: what the container was made with, and what it would be made with. */
  readonly redisConf: { readonly running: string; readonly configured: string };
}

/** Directives with a password as their value. Nothing here asks a server for them. */
const SECRET = ["requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"];

const RUNTIME_REASON = {
  immutable: "Redis reads it at its start alone",
  protected: "Redis refuses it at run time: enable-protected-configs is no",
};

/** A change that CONFIG SET would take, and that is not for CONFIG SET. */
interface Trap {
  readonly directive: string;
  readonly isSprung: (running: string, configured: string, facts: LiveFacts) => boolean;
  readonly how: "container" | "preflight";
  readonly why: (facts: LiveFacts) => string;
}

const TRAPS: readonly Trap[] = [
  {
    directive: "appendonly",
    isSprung: () => true,
    how: "preflight",
    why: () => "which files hold the data changes with it",
  },
  {
    directive: "save",
    isSprung: (_, configured) => configured === "",
    how: "preflight",
    why: () => "no snapshot would be written any more, at SIGTERM neither",
  },
  {
    directive: "maxmemory",
    isSprung: (_, configured, { usedMemory }) =>
      configured !== "0" && BigInt(configured) < BigInt(usedMemory.toBytes()),
    how: "preflight",
    why: ({ usedMemory }) =>
      `${usedMemory.toBytes()} bytes are used: keys would be evicted, or writes refused`,
  },
  {
    directive: "maxmemory",
    isSprung: (running, configured, { memoryLimit }) =>
      running !== "0" &&
      BigInt(configured) > BigInt(running) &&
      memoryLimit.running.toBytes() < memoryLimit.configured.toBytes(),
    how: "container",
    why: ({ memoryLimit }) =>
      `the container may use ${memoryLimit.running}, and this needs ${memoryLimit.configured}: the kernel would kill Redis`,
  },
  {
    directive: "maxmemory-policy",
    isSprung: (running) => running === "noeviction",
    how: "preflight",
    why: () => "keys that nothing evicts today would be evicted",
  },
];

/** The directives that a server may be asked for, of those that it was found to have. */
export function directivesToAsk(configured: ReadonlyMap<string, string>): readonly string[] {
  return [...configured.keys()].filter((name) => !SECRET.includes(name)).sort();
}

/** What differs between a running server and its configuration, by directive. */
export function liveChanges(facts: LiveFacts): readonly LiveChange[] {
  const values = directivesToAsk(facts.configured).flatMap((directive) => {
    const running = facts.running.get(directive);
    const configured = facts.configured.get(directive) ?? "";
    return running === undefined || running === configured
      ? []
      : [{ directive, running, configured, ...howToChange(directive, running, configured, facts) }];
  });
  return [...values, ...startOnlyChanges(facts.redisConf)];
}

function howToChange(
  directive: string,
  running: string,
  configured: string,
  facts: LiveFacts,
): Pick<LiveChange, "how" | "why"> {
  const trap = TRAPS.find((one) => one.directive === directive && one.isSprung(running, configured, facts));
  if (trap !== undefined) {
    return { how: trap.how, why: trap.why(facts) };
  }
  const line = facts.version.split(".").slice(0, 2).join(".");
  const runtime = TABLES.get(line)?.directives[directive]?.runtime;
  return runtime === undefined
    ? { how: "live", why: "" }
    : { how: "container", why: RUNTIME_REASON[runtime] };
}

/** Lines that a start alone reads. They name secret files and hold no secret. */
function startOnlyChanges({ running, configured }: LiveFacts["redisConf"]): readonly LiveChange[] {
  const [before, after] = [startOnlyLines(running), startOnlyLines(configured)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((directive) => {
    const values = { running: before.get(directive) ?? "-", configured: after.get(directive) ?? "-" };
    return values.running === values.configured
      ? []
      : [{ directive, ...values, how: "container" as const, why: RUNTIME_REASON.immutable }];
  });
}

/** `user NAME`, `rename-command COMMAND` or `requirepass`, and the rest of its line. */
function startOnlyLines(redisConf: string): ReadonlyMap<string, string> {
  return new Map(
    redisConf.split("\n").flatMap((line): [string, string][] => {
      const [directive = "", first = "", ...rest] = line.trim().split(/\s+/);
      if (!START_ONLY.includes(directive)) {
        return [];
      }
      return directive === "requirepass" ? [[directive, first]] : [[`${directive} ${first}`, rest.join(" ")]];
    }),
  );
}
