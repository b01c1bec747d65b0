import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadOptions, loadStacks, selectStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import { InvalidInputError } from "../core/problem";

/** What `main.ts` gives to `loadStacks`, so that both see the same stacks. */
export function loadOptions(): LoadOptions {
  return {
    template: readFileSync(join(__dirname, "..", "redis.conf.tpl"), "utf8"),
    engine: process.env.REDIS_ENGINE,
  };
}

/**
 * The stack called `id`.
 * @throws InvalidInputError when there is none of that name, or when any stack is wrong
 */
export function loadStack(id: string, options: LoadOptions = loadOptions()): ResolvedStack {
  const { selected, problems } = selectStacks(loadStacks(options), [id]);
  const [stack] = selected;
  if (stack === undefined) {
    throw new InvalidInputError(problems);
  }
  return stack;
}
