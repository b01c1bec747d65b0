import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadOptions, loadStacks, selectStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import { InvalidInputError, type Problem } from "../core/problem";

/** What `main.ts` gives to `loadStacks`, so that both see the same stacks. */
export function loadOptions(): LoadOptions {
  return {
    template: readFileSync(join(__dirname, "..", "redis.conf.tpl"), "utf8"),
    today: new Date().toISOString().slice(0, 10),
    engine: process.env.REDIS_ENGINE,
  };
}

/**
 * The stack called `id`.
 * @throws InvalidInputError when there is none of that name, or when any stack is wrong
 */
export function loadStack(id: string): ResolvedStack {
  const [stack] = loadNamedStacks(id);
  if (stack === undefined) {
    throw new Error(`${id} was selected and is not there`);
  }
  return stack;
}

/**
 * The stacks called `ids`, in that order; one named twice comes twice.
 * @throws InvalidInputError with every name that there is no stack of, or when any stack is wrong
 */
export function loadNamedStacks(...ids: readonly string[]): readonly ResolvedStack[] {
  const { selected, problems } = selectStacks(loadStacks(loadOptions()), ids);
  if (problems.length > 0) {
    throw new InvalidInputError([...problems, ...unlistedServices()]);
  }
  return ids.flatMap((id) => selected.filter((stack) => stack.id === id));
}

/** The files of `config/services` that its `index.ts` does not import: their stacks would be missing without a word. */
export function unlistedServices(folder = join(__dirname, "..", "config", "services")): readonly Problem[] {
  const index = readFileSync(join(folder, "index.ts"), "utf8");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .filter((name) => !index.includes(`"./${name.slice(0, -".ts".length)}"`))
    .map((name) => ({
      field: `config/services/${name}`,
      got: "no import in config/services/index.ts",
      expected: "every service in the list there",
      fix: "import it there and add it to the list, or remove the file",
    }));
}
