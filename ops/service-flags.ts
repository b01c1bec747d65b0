import { type EngineName, engines } from "../config/engines";
import type { Persistence, Store } from "../config/service";
import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import { MAXMEMORY_POLICIES } from "../core/redis-stack-props";
import { STORE_KINDS } from "../core/store-props";
import { type DraftDeployment, type ServiceDraft, suggestedStore } from "./service-draft";
import {
  readBoolean,
  readChoice,
  readDescription,
  readKeys,
  readPort,
  readSize,
  readTtl,
} from "./service-values";

/** The flags of `redis-ops service new` that say something about the service, as they were written. */
export interface ServiceFlags {
  readonly description?: string;
  readonly engine?: string;
  readonly store?: readonly string[];
  readonly maxmemory?: string;
  readonly maxmemoryPolicy?: string;
  readonly persistence?: string;
  readonly environment?: readonly string[];
}

/** What `--persistence` takes. Without it, persistence follows from the stores. */
export const PERSISTENCES: Readonly<Record<"appendonly" | "none", Persistence>> = {
  appendonly: { appendonly: true, save: [] },
  none: { appendonly: false, save: [] },
};

/** What the flags say; notes every one that says nothing that can be used. */
export function readFlags(name: string, flags: ServiceFlags, problems: Problems): ServiceDraft {
  const optional = <Key extends string, T>(
    key: Key,
    flag: string,
    text: string | undefined,
    read: (text: string) => T,
  ): { readonly [key in Key]?: T } => {
    const value =
      text === undefined ? undefined : problems.read<T | undefined>(flag, undefined, () => read(text));
    return value === undefined ? {} : ({ [key]: value } as { readonly [key in Key]: T });
  };
  return {
    name,
    ...optional("description", "--description", flags.description, readDescription),
    ...optional("engine", "--engine", flags.engine, (text) =>
      readChoice(text, Object.keys(engines) as readonly EngineName[]),
    ),
    stores: (flags.store ?? []).flatMap((text) => readStore(name, text, problems) ?? []),
    ...optional("maxmemory", "--maxmemory", flags.maxmemory, readSize),
    ...optional("maxmemoryPolicy", "--maxmemory-policy", flags.maxmemoryPolicy, (text) =>
      readChoice(text, MAXMEMORY_POLICIES),
    ),
    ...optional(
      "persistence",
      "--persistence",
      flags.persistence,
      (text) => PERSISTENCES[readChoice(text, ["appendonly", "none"])],
    ),
    environments: readDeployments(flags.environment ?? [], problems),
  };
}

/** `"sessions keys=shop:session:* ttl=24h lossAcceptable=false"`; what is left out is what is usual for the kind. */
function readStore(service: string, text: string, problems: Problems): Store | undefined {
  const flag = `--store ${JSON.stringify(text)}`;
  const { first, values } = readWords(flag, text, ["keys", "ttl", "lossAcceptable"], problems);
  const kind = problems.read(flag, undefined, () => readChoice(first, STORE_KINDS));
  if (kind === undefined) {
    return undefined;
  }
  const usual = suggestedStore(service, kind);
  const own = <T>(key: string, fallback: T, read: (text: string) => T): T => {
    const value = values.get(key);
    return value === undefined ? fallback : problems.read(`${flag} ${key}`, fallback, () => read(value));
  };
  return {
    kind,
    keys: own("keys", usual.keys, readKeys),
    ttl: own("ttl", usual.ttl, readTtl),
    lossAcceptable: own("lossAcceptable", usual.lossAcceptable, readBoolean),
  };
}

/** `"prod maxmemory=1GiB exporter=9124"`; what is left out is suggested. */
function readDeployments(
  texts: readonly string[],
  problems: Problems,
): Readonly<Record<string, DraftDeployment>> {
  const deployments = new Map<string, DraftDeployment>();
  for (const text of texts) {
    const flag = `--environment ${JSON.stringify(text)}`;
    const { first, values } = readWords(flag, text, ["maxmemory", "hostPort", "exporter"], problems);
    if (deployments.has(first)) {
      problems.add({
        field: flag,
        got: `${JSON.stringify(first)} once more`,
        expected: "each environment once",
        fix: "write all of it into one --environment",
      });
    }
    const own = <T>(key: string, read: (text: string) => T): T | undefined => {
      const value = values.get(key);
      return value === undefined
        ? undefined
        : problems.read<T | undefined>(`${flag} ${key}`, undefined, () => read(value));
    };
    const maxmemory = own("maxmemory", readSize);
    const hostPort = own("hostPort", (port) => readPort(port, "none"));
    const exporter = own("exporter", (port) => readPort(port, "off"));
    deployments.set(first, {
      ...(maxmemory === undefined ? {} : { maxmemory }),
      ...(hostPort === undefined ? {} : { hostPort }),
      ...(exporter === undefined ? {} : { exporter }),
    });
  }
  return Object.fromEntries(deployments);
}

/** The first word of a flag, and `key=value` for each of the others. */
function readWords(
  flag: string,
  text: string,
  keys: readonly string[],
  problems: Problems,
): { readonly first: string; readonly values: ReadonlyMap<string, string> } {
  const [first = "", ...words] = text.trim().split(/\s+/);
  const values = new Map<string, string>();
  for (const word of words) {
    const end = word.indexOf("=");
    const key = end < 0 ? word : word.slice(0, end);
    if (!keys.includes(key)) {
      problems.add({
        field: flag,
        got: JSON.stringify(word),
        expected: `${keys.map((known) => `${known}=…`).join(", ")} behind the first word`,
        fix: end < 0 ? `write ${keys[0]}=VALUE, without blanks in it` : fixForUnknownName(key, keys),
      });
    } else if (end < 0 || values.has(key)) {
      problems.add({
        field: flag,
        got: end < 0 ? JSON.stringify(word) : `${key} more than once`,
        expected: `${key}=VALUE, once`,
        fix: end < 0 ? `write ${key}= and the value behind it, without blanks` : "remove one of them",
      });
    } else {
      values.set(key, word.slice(end + 1));
    }
  }
  return { first, values };
}
