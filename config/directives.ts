import { type Owner, ownerOf as ownerByNames } from "./directives/owner";
import { type Shape, shapeOf, unitOf } from "./directives/shape";
import { type DirectiveFact, TABLES } from "./directives/table";

export type { Owner } from "./directives/owner";

/** A directive of redis.conf as an engine knows it. */
export interface Directive {
  /** The name under which the engine writes it. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** What CONFIG GET shows where redis.conf does not name it. */
  readonly default: string | undefined;
  /** Whether CONFIG SET takes it without `enable-protected-configs`. */
  readonly mutable: boolean;
  /** Unit of its numbers, e.g. `milliseconds`; undefined for a count and for what is no number. */
  readonly unit: string | undefined;
  /** What decides it; undefined: a service may set it. */
  readonly owner: Owner | undefined;
  /** How its value is written; undefined for a text that only an owner may write. */
  readonly shape: Shape | undefined;
}

/** A directive that a service may set, by one of its names. */
export interface SettableDirective extends Shape {
  /** As it is written: the directive's own name, or an alias. */
  readonly name: string;
  /** The directive's own name, under which CONFIG GET shows it too. */
  readonly directive: string;
  readonly unit: string | undefined;
}

/** The directives of each release line, by every name that its engine takes. */
const LINES = new Map([...TABLES].map(([line, { directives }]) => [line, byName(directives)]));

/** Release lines whose directives are known, oldest first, e.g. `7.0`. */
export const KNOWN_LINES: readonly string[] = [...TABLES.keys()];

/** The directive that an engine of `version` (e.g. `7.4.11`) calls `name`, in any case, or undefined. */
export function directiveOf(version: string, name: string): Directive | undefined {
  return linesOf(version)?.get(name.toLowerCase());
}

/** Every name that an engine of `version` takes, aliases too. */
export function namesOf(version: string): readonly string[] {
  return [...(linesOf(version)?.keys() ?? [])];
}

/** The name of a directive in the newest line that knows `name`, in any case, or undefined when none does. */
export function canonicalDirective(name: string): string | undefined {
  const newestFirst = [...LINES.values()].reverse();
  return newestFirst.map((line) => line.get(name.toLowerCase())?.name).find((found) => found !== undefined);
}

/** What decides a line of redis.conf that starts with `name`, or undefined when a service may write it. */
export function ownerOf(name: string): Owner | undefined {
  const known = [...LINES.values()]
    .map((line) => line.get(name.toLowerCase()))
    .find((found) => found !== undefined);
  return known === undefined ? ownerByNames([name.toLowerCase()]) : known.owner;
}

/** What a service may write under `directives` for an engine of `version`: each directive under each of its names. */
export function settableDirectives(version: string): readonly SettableDirective[] {
  return namesOf(version).flatMap((name) => {
    const found = directiveOf(version, name);
    return found?.shape === undefined || found.owner !== undefined
      ? []
      : [{ ...found.shape, name, directive: found.name, unit: found.unit }];
  });
}

function linesOf(version: string): ReadonlyMap<string, Directive> | undefined {
  return LINES.get(version.split(".").slice(0, 2).join("."));
}

function byName(directives: Readonly<Record<string, DirectiveFact>>): ReadonlyMap<string, Directive> {
  return new Map(
    Object.entries(directives).flatMap(([name, fact]) => {
      const directive = read(name, fact);
      return [name, ...directive.aliases].map((spelling): [string, Directive] => [spelling, directive]);
    }),
  );
}

function read(name: string, fact: DirectiveFact): Directive {
  const aliases = fact.aliases ?? [];
  const names = [name, ...aliases];
  return {
    name,
    aliases,
    default: fact.default,
    mutable: fact.runtime === undefined,
    unit: unitOf(names),
    owner: ownerByNames(names),
    shape: shapeOf(names, fact),
  };
}
