import type { Source } from "../config/decisions";
import type { ResolvedStack } from "../config/resolve-stack";

/** A value that a stack gets, where it stands in `RedisStackProps`, and who decided it. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
  readonly source: Source;
}

/** Every value of a stack; lists, sizes and durations are one value each. */
export function settingsOf({ props, decisions }: ResolvedStack): readonly Setting[] {
  return leavesOf(props).map(([path, value]) => {
    const source = decisions.sourceOf(path);
    if (source === undefined) {
      throw new Error(`${path}: a value without a source`);
    }
    return { path, value, source };
  });
}

function leavesOf(tree: object, prefix = ""): readonly (readonly [string, unknown])[] {
  return Object.entries(tree).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    return isRecord(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [[path, value]];
  });
}

/** A value for people. Of a list of objects each stands on a line of its own. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value) && value.some(isRecord)) {
    return value.map(shownRecord).join("\n");
  }
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return typeof plain === "string" && plain !== "" ? plain : JSON.stringify(plain);
}

function shownRecord(record: object): string {
  return Object.entries(record)
    .map(([name, value]) => `${name} ${shownValue(value)}`)
    .join(", ");
}

/** The file that decided a value, or how it came about. */
export function shownSource({ service, environment }: ResolvedStack, { kind, note }: Source): string {
  const file = {
    service: `config/services/${service.name}.ts`,
    environment: `config/environments/${environment.name}.ts`,
    default: "default",
    derived: "derived",
    REDIS_ENGINE: "REDIS_ENGINE",
  }[kind];
  return note === undefined ? file : `${file}: ${note}`;
}

function isRecord(value: unknown): value is object {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}
