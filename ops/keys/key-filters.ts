import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidValueError, type Problem, Problems } from "../../core/problem";
import type { StoreProps } from "../../core/store-props";
import { readDuration } from "../read-duration";
import { parseKeyText } from "./key-text";
import { isCutKey, shownKey } from "./shown-key";
import { storeOf } from "./store-of";
import { SESSIONS, type Subject } from "./subject";

/** Which keys a person means, as written on the command line. All of it must hold. */
export interface FilterFlags {
  readonly store?: string;
  readonly key: readonly string[];
  readonly match?: string;
  readonly user?: string;
  readonly organisation?: string;
  readonly where: readonly string[];
  readonly olderThan?: string;
  readonly youngerThan?: string;
  readonly idleFor?: string;
  readonly ttlBelow?: string;
  readonly withoutTtl: boolean;
}

/** The fields of a format that say something of every value. */
export const ROLES = ["user", "organisation", "createdAt", "lastActivity"] as const;
export type Role = (typeof ROLES)[number];

/** A date that must be more, or less, than so long ago. */
export interface AgeFilter {
  readonly role: "createdAt" | "lastActivity";
  readonly is: "older" | "younger";
  readonly milliseconds: number;
}

/** Which keys are looked at, and what must hold of them. */
export interface Selection {
  readonly subject: Subject;
  /** Every store of the stack, since a key may belong to another one. */
  readonly allStores: readonly StoreProps[];
  /** Those looked at. */
  readonly stores: readonly StoreProps[];
  /** These keys alone. Undefined: all of the stores. */
  readonly keys?: readonly Buffer[];
  readonly match?: string;
  readonly owners: readonly { readonly role: "user" | "organisation"; readonly value: string }[];
  readonly where: readonly { readonly path: string; readonly value: string }[];
  readonly ages: readonly AgeFilter[];
  /** Milliseconds. */
  readonly ttlBelow?: number;
  readonly withoutTtl: boolean;
  /** What cannot be read does not match, even if no filter asks for its value. @default false */
  readonly readableOnly?: boolean;
  /** The flags as they were written, for people. Empty: every key of the stores. */
  readonly told: string;
}

const AGES = [
  ["--older-than", "olderThan", "createdAt", "older"],
  ["--younger-than", "youngerThan", "createdAt", "younger"],
  ["--idle-for", "idleFor", "lastActivity", "older"],
] as const;

/** @throws InvalidInputError with everything that is wrong, and what the formats of the stores cannot answer */
export function readFilters(
  { id, service, props }: ResolvedStack,
  flags: FilterFlags,
  subject: Subject = SESSIONS,
): Selection {
  const problems = new Problems();
  const ofKind = props.stores.filter(({ kind }) => kind === subject.kind);
  const file = `config/services/${service.name}.ts`;
  const patterns = ofKind.map(({ keys }) => keys).join(", ");
  if (ofKind.length === 0) {
    problems.add({
      field: id,
      got: `no store of kind ${subject.kind}`,
      expected: `a stack with a store of kind ${subject.kind}`,
      fix: `declare them in stores of ${file}, or name another stack`,
    });
    problems.throwIfAny();
  }
  const stores = ofKind.filter(({ keys }) => flags.store === undefined || keys === flags.store);
  if (stores.length === 0) {
    problems.add({
      field: "--store",
      got: JSON.stringify(flags.store),
      expected: `one of ${patterns}`,
      fix: `write the pattern of a store of kind ${subject.kind}`,
    });
  }
  for (const [field, flag] of NAMES.filter(([, flag]) => TEXTS.includes(flag))) {
    for (const _ of [flags[flag] ?? []].flat().filter((text) => text === "")) {
      problems.add(emptyText(field));
    }
  }
  const keys = flags.key.map(parseKeyText);
  for (const [index, key] of keys.entries()) {
    const store = storeOf(props.stores, key);
    const got = flags.key[index] ?? "";
    const isCut = store?.kind === "rate-limits" && isCutKey(got);
    if (got === "") {
      problems.add(emptyText("--key"));
    } else if (store === undefined || !stores.includes(store) || isCut) {
      problems.add({
        field: "--key",
        got: JSON.stringify(got),
        expected: `a key of ${stores.map(({ keys }) => keys).join(", ") || patterns}`,
        fix: `write it as ${subject.command} list ${isCut ? "--reveal " : ""}prints it`,
      });
    }
  }
  const declared = (field: string, role: Role) => {
    for (const { keys, format } of stores.filter((store) => !hasRole(store, role))) {
      problems.add({
        field,
        got: `${keys} ${format === undefined ? "without a format" : `without format.${role}`}`,
        expected: `a store that says which field is its ${role}`,
        fix: `declare format.${role} of ${keys} in ${file}, ${insteadOf(role, format)}or choose with --match or --store`,
      });
    }
  };
  const owners = (["user", "organisation"] as const).flatMap((role) => {
    const value = flags[role];
    if (value !== undefined) {
      declared(`--${role}`, role);
    }
    return value === undefined ? [] : [{ role, value }];
  });
  const ages = AGES.flatMap(([field, flag, role, is]) => {
    const text = flags[flag];
    if (text === undefined) {
      return [];
    }
    declared(field, role);
    return [{ role, is, milliseconds: readSpan(field, text, problems) }];
  });
  const where = flags.where.map((text) => readWhere(text, problems));
  if (where.length > 0) {
    for (const { keys } of stores.filter(({ format }) => format === undefined)) {
      problems.add({
        field: "--where",
        got: `${keys} without a format`,
        expected: "a store that says how its values are written",
        fix: `declare format of ${keys} in ${file}, or choose with --match or --store`,
      });
    }
  }
  if (flags.ttlBelow !== undefined && flags.withoutTtl) {
    problems.add({
      field: "--ttl-below",
      got: "--without-ttl as well",
      expected: `one of them: no ${subject.one} has both`,
      fix: "leave one out",
    });
  }
  const ttlBelow =
    flags.ttlBelow === undefined ? undefined : readSpan("--ttl-below", flags.ttlBelow, problems);
  problems.throwIfAny();
  return {
    subject,
    allStores: props.stores,
    stores,
    ...(keys.length === 0 ? {} : { keys: distinct(keys) }),
    ...(flags.match === undefined ? {} : { match: flags.match }),
    owners,
    where,
    ages,
    ...(ttlBelow === undefined ? {} : { ttlBelow }),
    withoutTtl: flags.withoutTtl,
    told: tell({ ...flags, key: flags.key.map((text, at) => toldKey(props.stores, text, keys[at])) }),
  };
}

/** An empty variable of the shell would mean something else than its writer does. */
export const emptyText = (field: string): Problem => ({
  field,
  got: '""',
  expected: "a text that is not empty",
  fix: "write what is meant; a variable of the shell may be empty",
});

/** Whether anything was asked for beyond the stores. */
export function isFiltered({ keys, match, owners, where, ages, ttlBelow, withoutTtl }: Selection): boolean {
  return (
    keys !== undefined ||
    match !== undefined ||
    owners.length + where.length + ages.length > 0 ||
    ttlBelow !== undefined ||
    withoutTtl
  );
}

/** Whether the value of a key has to be read to judge it. */
export function needsValue({ owners, where, ages, stores, readableOnly }: Selection): boolean {
  if (readableOnly && stores.some(({ format }) => format !== undefined)) {
    return true;
  }
  const isInKey = stores.every(({ format }) => format?.user === undefined);
  return where.length + ages.length > 0 || owners.some(({ role }) => role !== "user" || !isInKey);
}

/** The filter that says nearly the same by a field that the format does declare. */
const insteadOf = (role: Role, format: StoreProps["format"]) =>
  role === "lastActivity" && format?.createdAt !== undefined
    ? "or choose by its createdAt with --older-than, "
    : "";

/** Whether the format of a store says a role. Who it is may stand in the key. */
export function hasRole({ keys, format }: StoreProps, role: Role): boolean {
  return format !== undefined && (format[role] !== undefined || (role === "user" && keys.includes("*")));
}

/** A time that is not none, in milliseconds. */
export function readSpan(field: string, text: string, problems: Problems): number {
  return problems.read(field, 1, () => {
    const milliseconds = readDuration(text).toMilliseconds();
    if (milliseconds === 0) {
      throw new InvalidValueError(JSON.stringify(text), "1 ms or more", "write a longer time");
    }
    return milliseconds;
  });
}

function readWhere(text: string, problems: Problems) {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    problems.add({
      field: "--where",
      got: JSON.stringify(text),
      expected: "FIELD=VALUE, such as user.role=admin",
      fix: "write a field, an equals sign and a value",
    });
  }
  return { path: text.slice(0, at), value: text.slice(at + 1) };
}

function distinct(keys: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(keys.map((key) => [key.toString("latin1"), key])).values()];
}

const NAMES: readonly (readonly [string, Exclude<keyof FilterFlags, "withoutTtl">])[] = [
  ["--store", "store"],
  ["--key", "key"],
  ["--match", "match"],
  ["--user", "user"],
  ["--organisation", "organisation"],
  ["--where", "where"],
  ["--older-than", "olderThan"],
  ["--younger-than", "youngerThan"],
  ["--idle-for", "idleFor"],
  ["--ttl-below", "ttlBelow"],
];

/** Texts of which each is a filter. The others say by themselves what is wrong with an empty one. */
const TEXTS: readonly (keyof FilterFlags)[] = ["match", "user", "organisation"];

/** As it was written, unless it may be a secret: what is told stays in logs. */
function toldKey(stores: readonly StoreProps[], text: string, key: Buffer | undefined): string {
  const store = key && storeOf(stores, key);
  return store?.kind === "rate-limits" ? shownKey(store, key ?? Buffer.alloc(0), false) : text;
}

function tell(flags: FilterFlags): string {
  const written = NAMES.flatMap(([name, field]) =>
    [flags[field] ?? []].flat().map((value) => `${name} ${JSON.stringify(value)}`),
  );
  return [...written, ...(flags.withoutTtl ? ["--without-ttl"] : [])].join(" ");
}
