import { Command } from "ioredis";
import type { RedisServerProps } from "../../core/redis-stack-props";
import type { StoreProps } from "../../core/store-props";
import { keyShape } from "./key-shape";

/** Commands whose first word is a part of their name. */
const CONTAINERS: ReadonlySet<string> = new Set([
  "ACL",
  "CLIENT",
  "CLUSTER",
  "COMMAND",
  "CONFIG",
  "DEBUG",
  "FUNCTION",
  "LATENCY",
  "MEMORY",
  "MODULE",
  "OBJECT",
  "PUBSUB",
  "SCRIPT",
  "SLOWLOG",
  "XGROUP",
  "XINFO",
]);

/** Of these, the word after the subcommand is a key. */
const KEY_AFTER_SUBCOMMAND: ReadonlySet<string> = new Set(["MEMORY USAGE", "OBJECT", "XGROUP", "XINFO"]);

/** Ranges from the first to the last element. */
const WHOLE_RANGE: ReadonlySet<string> = new Set(["0 -1", "- +", "-inf +inf", "+ -", "+inf -inf"]);
const RANGES = /^(?:L|Z|ZREV|X|XREV)RANGE(?:BYSCORE|BYLEX)?$/;

/** Commands that say how many keys follow, by where among their words they do. */
const COUNT_OF_KEYS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO", "BLMPOP", "BZMPOP"].map((name) => [
      name,
      1,
    ]),
  ),
  ...Object.fromEntries(["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"].map((name) => [name, 1])),
  ...Object.fromEntries(
    ["SINTERCARD", "LMPOP", "ZUNION", "ZINTER", "ZMPOP", "ZINTERCARD", "ZDIFF", "MSETEX"].map((name) => [
      name,
      0,
    ]),
  ),
};

export interface CommandShape {
  /** By its own name, with its subcommand: `GET`, `CONFIG GET`. */
  readonly command: string;
  /** Keys that it names. */
  readonly keys: readonly string[];
  /** For people: `GET session:*`. Of the other words, only the bounds of a whole range. */
  readonly shape: string;
}

/** What `shapeOf` needs of a stack. */
export interface ShapeContext {
  readonly stores: readonly StoreProps[];
  readonly server: Pick<RedisServerProps, "renamedCommands">;
}

/**
 * What a command did, without any of its values: they may be tokens. A renamed command is told by its own name.
 * @param words the name and its words, as the slow log and MONITOR have them
 */
export function shapeOf(words: readonly string[], { stores, server }: ShapeContext): CommandShape {
  const [written = "", ...rest] = words;
  const original = Object.entries(server.renamedCommands).find(
    ([, name]) => name.toUpperCase() === written.toUpperCase(),
  );
  const name = (original?.[0] ?? written).toUpperCase();
  const [first = "", second = ""] = rest;
  const isContainer = CONTAINERS.has(name) && /^[a-z-]{2,20}$/i.test(first);
  const command = isContainer ? `${name} ${first.toUpperCase()}` : name;
  const keys = keysOf(name, command, rest);
  const shapes = [...new Set(keys.map((key) => keyShape(key, stores)))];
  const [shown, ...more] = shapes;
  const bounds = RANGES.test(name) && WHOLE_RANGE.has(`${second} ${rest[2]}`) ? `${second} ${rest[2]}` : "";
  return {
    command,
    keys,
    shape: [command, shown ?? "", more.length > 0 ? `and ${more.length} more` : "", bounds]
      .filter((word) => word !== "")
      .join(" "),
  };
}

function keysOf(name: string, command: string, rest: readonly string[]): readonly string[] {
  if (name === "KEYS") {
    return rest.slice(0, 1);
  }
  if (KEY_AFTER_SUBCOMMAND.has(name) || KEY_AFTER_SUBCOMMAND.has(command)) {
    return rest.slice(1, 2);
  }
  // The slow log cuts long commands: what stands in place of the rest is no key.
  const whole = rest.filter((word) => !/^\.\.\. \(\d+ more arguments\)$/.test(word));
  return new Command(name.toLowerCase(), withTrueCount(name, whole))
    .getKeys()
    .filter((key): key is string => typeof key === "string");
}

/**
 * Redis refuses a command that says more keys than it has words, after MONITOR has shown it; ioredis would look for each of
 * them. Of one that the slow log cut, the keys that are left are told.
 */
function withTrueCount(name: string, words: readonly string[]): string[] {
  const at = COUNT_OF_KEYS[name];
  if (at === undefined || at >= words.length) {
    return at === undefined ? [...words] : [];
  }
  const most = Math.max(0, words.length - at - 1);
  const said = words[at] ?? "";
  return words.with(at, `${/^\d+$/.test(said) ? Math.min(Number(said), most) : 0}`);
}
