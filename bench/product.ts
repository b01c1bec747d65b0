import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { loadStacks } from "../config/load-stacks";
import { RedisStack } from "../constructs/redis-stack";
import { benchServices } from "./services";

const read = (name: string) => readFileSync(join(__dirname, "..", name), "utf8");

/** What `main.ts` does, for `count` stacks. */
export function synthesizeProduct(count: number, outdir: string): void {
  const template = read("redis.conf.tpl");
  const startScript = read("constructs/redis-start.sh");
  const stacks = loadStacks({ template, today: "2026-11-21", services: benchServices(count) });
  const app = new App({ outdir, stackTraces: false });
  for (const { id, props } of stacks) {
    new RedisStack(app, id, {
      values: props,
      template,
      startScript,
      backupScript: read("constructs/redis-backup.sh"),
    });
  }
  app.synth();
}
