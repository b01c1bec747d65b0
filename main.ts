import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { formatFinding, isTold } from "./config/check-gates";
import { readStacks } from "./config/load-stacks";
import { RedisStack } from "./constructs/redis-stack";
import { InvalidInputError } from "./core/problem";

const read = (name: string) => readFileSync(join(__dirname, name), "utf8");

try {
  const template = read("redis.conf.tpl");
  const startScript = read("constructs/redis-start.sh");
  const today = new Date().toISOString().slice(0, 10);
  const { stacks, problems, findings } = readStacks({ template, today, engine: process.env.REDIS_ENGINE });
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  // After every check: an App makes its output folder at once.
  const app = new App({ stackTraces: false });
  for (const { id, props } of stacks) {
    new RedisStack(app, id, { values: props, template, startScript });
  }
  app.synth();
  for (const finding of findings.filter(isTold)) {
    console.error(formatFinding(finding));
  }
} catch (error) {
  if (!(error instanceof InvalidInputError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
}
