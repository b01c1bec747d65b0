import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { RedisStack } from "./constructs/redis-stack";
import { InvalidInputError } from "./core/problem";
import { sourceProblems } from "./core/source-problems";

const read = (name: string) => readFileSync(join(__dirname, name), "utf8");

async function synthesize(): Promise<void> {
  // Loaded here, so that a file of config/ with a brace missing is bad input and not a bug.
  const { formatFinding, isTold } = await import("./config/check-gates");
  const { readStacks } = await import("./config/load-stacks");
  const template = read("redis.conf.tpl");
  const startScript = read("constructs/redis-start.sh");
  const backupScript = read("constructs/redis-backup.sh");
  const today = new Date().toISOString().slice(0, 10);
  const { stacks, problems, findings } = readStacks({ template, today, engine: process.env.REDIS_ENGINE });
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  // After every check: an App makes its output folder at once.
  const app = new App({ stackTraces: false });
  for (const { id, props } of stacks) {
    new RedisStack(app, id, { values: props, template, startScript, backupScript });
  }
  app.synth();
  for (const finding of findings.filter(isTold)) {
    console.error(formatFinding(finding));
  }
}

synthesize().catch((error: unknown) => {
  const ofSource = sourceProblems(error, __dirname);
  const refusal = ofSource.length > 0 ? new InvalidInputError(ofSource) : error;
  if (!(refusal instanceof InvalidInputError)) {
    throw error;
  }
  console.error(refusal.message);
  process.exitCode = 2;
});
