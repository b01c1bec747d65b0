import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./stack-fixtures";

/** What `main.ts` needs. */
const SYNTHESIS = [
  "main.ts",
  "core",
  "config",
  "constructs",
  "monitoring",
  "redis.conf.tpl",
  "tsconfig.json",
];

/** Copies what `main.ts` needs, and `more`, into a new folder, with the services of `fixture-services.ts`. */
export function copyProject(folder: string, more: readonly string[] = []): void {
  for (const name of [...SYNTHESIS, ...more]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  cpSync(join(__dirname, "fixture-services.ts"), join(folder, "config", "services", "index.ts"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
}
