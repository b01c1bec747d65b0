import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { loadStacks } from "./config/load-stacks";
import { RedisStack } from "./constructs/redis-stack";
import { InvalidInputError } from "./core/problem";

const read = (name: string) => readFileSync(join(__dirname, name), "utf8");

try {
  const template = read("redis.conf.tpl");
  const startScript = read("constructs/redis-start.sh");
  const stacks = loadStacks({ template, engine: process.env.REDIS_ENGINE });
  // After every check: an App makes its output folder at once.
  const app = new App({ stackTraces: false });
  for (const { id, props } of stacks) {
    new RedisStack(app, id, { values: props, template, startScript });
  }
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidInputError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
}
