// Takes a backup as `redis-ops backup create` does, of a service that no file of config/services has, in a process of its
// own. Usage: take-backup.ts FILE, a JSON file with a BackupOrder. Prints the most memory it ever had, in bytes, last.
import { readFileSync } from "node:fs";
import { loadStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import type { CreateOptions } from "../../ops/backup/create-backup";
import { backupCreate } from "../../ops/commands/backup-create";
import { processTerminal } from "../../ops/terminal";
import { LAB_ENGINE } from "./scratch";
import { single, template, today } from "./stack-fixtures";

export interface BackupOrder {
  readonly service: Service;
  readonly options: CreateOptions;
}

async function main(file: string): Promise<void> {
  const { service, options }: BackupOrder = JSON.parse(readFileSync(file, "utf8"));
  const stack = single(loadStacks({ template, today, engine: LAB_ENGINE, services: [service] }));
  process.exitCode = await backupCreate(stack, { ...options, json: false }, processTerminal);
  console.log(process.resourceUsage().maxRSS * 1024);
}

if (require.main === module) {
  void main(process.argv[2] ?? "");
}
