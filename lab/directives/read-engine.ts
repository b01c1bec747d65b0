import { answersOf, cli, refusalsOf, SET_BY_READER, settingsIn } from "./ask-engine";
import { firstLines, type Refusal, secondLines, typeOf, type ValueType } from "./learn-type";
import type { Shell } from "./shell";

/** A directive as one engine knows it. */
export interface DirectiveFact extends ValueType {
  /** Other names; Redis takes each of them in any case. */
  readonly aliases?: readonly string[];
  /** What CONFIG GET shows when redis.conf does not name it; left out where the reader has to set it. */
  readonly default?: string;
  /** CONFIG SET never takes it, or only with `enable-protected-configs`. Left out: it may change at run time. */
  readonly runtime?: Runtime;
  /** Not shown by `CONFIG GET *`, only by its name. */
  readonly hidden?: true;
}

type Runtime = "immutable" | "protected";

export interface EngineFacts {
  /** Version of the engine that was asked, e.g. `7.0.15`. */
  readonly version: string;
  readonly directives: Readonly<Record<string, DirectiveFact>>;
}

/** Everything that an engine tells about its directives, by their names in alphabetical order. */
export async function readEngine(shell: Shell): Promise<EngineFacts> {
  const [[info = "", shown = ""] = [], [, rewritten = ""] = []] = await answersOf(shell, [
    { conf: [], commands: [cli("INFO", "server"), cli("CONFIG", "GET", "*")] },
    // Writes every directive that has a value under its own name, the hidden ones too.
    {
      conf: ["enable-debug-command yes"],
      commands: [cli("DEBUG", "CONFIG-REWRITE-FORCE-ALL"), "cat redis.conf"],
    },
  ]);
  const version = /^redis_version:(\S+)/m.exec(info)?.[1];
  if (version === undefined) {
    throw new Error(`INFO server: got no redis_version in ${info}`);
  }
  const defaults = settingsIn(shown);
  const written = namesIn(rewritten);
  const unexplained = Object.keys(defaults).filter((name) => !written.has(name));
  const aliases = await readAliases(shell, unexplained, defaults);
  const hidden = await readHidden(
    shell,
    [...written].filter((name) => !(name in defaults)),
  );
  const settings = { ...defaults, ...hidden };
  const names = Object.keys(settings).filter((name) => !aliases.has(name));
  const runtime = await readRuntime(shell, names, settings);
  const types = await readTypes(shell, names);
  return {
    version,
    directives: Object.fromEntries(
      names.sort().map((name): [string, DirectiveFact] => {
        const others = [...aliases].filter(([, canonical]) => canonical === name).map(([alias]) => alias);
        return [
          name,
          {
            ...(others.length === 0 ? {} : { aliases: others.sort() }),
            ...(types.get(name) ?? { type: "text" }),
            ...(SET_BY_READER.includes(name) ? {} : { default: settings[name] ?? "" }),
            ...runtime.get(name),
            ...(name in hidden ? { hidden: true as const } : {}),
          },
        ];
      }),
    ),
  };
}

function namesIn(conf: string): ReadonlySet<string> {
  return new Set([...conf.matchAll(/^([a-z][a-z0-9_-]*) /gm)].map(([, name = ""]) => name));
}

/** Values one of which every directive takes that has no value of its own. */
const VALUES = ["probe", "yes", "no", "1", "2", "::1 1"];

/** Alias to directive: two names whose values change together when a line of redis.conf sets one of them. */
async function readAliases(
  shell: Shell,
  names: readonly string[],
  defaults: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const lines = names.flatMap((name) =>
    VALUES.filter((value) => value !== defaults[name]).map((value) => ({ name, line: `${name} ${value}` })),
  );
  const refusals = await refusalsOf(
    shell,
    lines.map(({ line }) => line),
  );
  const taken = lines.filter((_, index) => refusals[index] === undefined);
  const settable = names.flatMap((name) => taken.find((other) => other.name === name) ?? []);
  const answers = await answersOf(
    shell,
    settable.map(({ line }) => ({
      conf: [line],
      commands: [cli("CONFIG", "GET", "*"), cli("CONFIG", "REWRITE"), "cat redis.conf"],
    })),
  );
  const aliases = new Map<string, string>();
  for (const [shown = "", , rewritten = ""] of answers) {
    const moved = Object.entries(settingsIn(shown)).filter(
      ([name, value]) => defaults[name] !== value && !SET_BY_READER.includes(name),
    );
    const written = namesIn(rewritten);
    const canonical = moved.find(([name]) => written.has(name))?.[0];
    for (const [name] of moved) {
      if (canonical !== undefined && name !== canonical) {
        aliases.set(name, canonical);
      }
    }
  }
  return aliases;
}

async function readHidden(shell: Shell, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const commands = names.map((name) => cli("CONFIG", "GET", name));
  const [answers = []] = await answersOf(shell, [{ conf: [], commands }]);
  return Object.assign({}, ...answers.map(settingsIn));
}

/** What CONFIG SET says of each directive, asked with the value that it has. */
async function readRuntime(
  shell: Shell,
  names: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Pick<DirectiveFact, "runtime">>> {
  const commands = names.map((name) => cli("CONFIG", "SET", name, settings[name] ?? ""));
  const [answers = []] = await answersOf(shell, [{ conf: [], commands }]);
  return new Map(
    names.map((name, index) => {
      const answer = answers[index] ?? "";
      const runtime = /can't set (immutable|protected) config/.exec(answer)?.[1] as Runtime | undefined;
      if (runtime === undefined && answer !== '"OK"') {
        throw new Error(`CONFIG SET ${name} with its own value: ${answer}`);
      }
      return [name, runtime === undefined ? {} : { runtime }];
    }),
  );
}

async function readTypes(shell: Shell, names: readonly string[]): Promise<ReadonlyMap<string, ValueType>> {
  const known = new Map<string, string | undefined>();
  const refusal: Refusal = (line) => known.get(line);
  for (const linesOf of [firstLines, secondLines]) {
    const lines = names.flatMap((name) => linesOf(name, refusal));
    const reasons = await refusalsOf(shell, lines);
    lines.forEach((line, index) => {
      known.set(line, reasons[index]);
    });
  }
  return new Map(names.map((name) => [name, typeOf(name, refusal)]));
}
