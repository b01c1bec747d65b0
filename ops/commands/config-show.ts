import type { Source } from "../../config/decisions";
import type { ResolvedStack } from "../../config/resolve-stack";
import { ExitCode } from "../exit-code";
import { json, type Terminal, table } from "../terminal";

interface Row {
  readonly path: string;
  readonly value: unknown;
  readonly source: Source;
}

/** `redis-ops config show`: every value that a stack gets, and who decided it. Reads only. */
export function configShow(
  stack: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  const rows = settings(stack.props).map(([path, value]): Row => {
    const source = stack.decisions.sourceOf(path);
    if (source === undefined) {
      throw new Error(`${path}: a value without a source`);
    }
    return { path, value, source };
  });
  if (options.json) {
    terminal.out(
      json({
        stack: stack.id,
        values: Object.fromEntries(rows.map(({ path, value, source }) => [path, { value, ...source }])),
      }),
    );
  } else {
    terminal.out(
      table(
        ["VALUE", "", "FROM"],
        rows.map(({ path, value, source }) => [path, shown(value), from(stack, source)]),
      ),
    );
  }
  return ExitCode.ok;
}

/** The values at the ends of a tree, with their paths; lists, sizes and durations are ends. */
function settings(tree: object, prefix = ""): readonly (readonly [string, unknown])[] {
  return Object.entries(tree).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const isBranch =
      value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
    return isBranch && Object.keys(value).length > 0 ? settings(value, path) : [[path, value]];
  });
}

function shown(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return typeof plain === "string" && plain !== "" ? plain : JSON.stringify(plain);
}

function from({ service, environment }: ResolvedStack, { kind, note }: Source): string {
  const file = {
    service: `config/services/${service.name}.ts`,
    environment: `config/environments/${environment.name}.ts`,
    default: "default",
    derived: "derived",
    REDIS_ENGINE: "REDIS_ENGINE",
  }[kind];
  return note === undefined ? file : `${file}: ${note}`;
}
