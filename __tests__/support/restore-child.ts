import { readFileSync } from "node:fs";
import { loadStacks } from "../../config/load-stacks";
import { restore } from "../../ops/commands/restore";
import { processTerminal } from "../../ops/terminal";
import { template, today } from "./stack-fixtures";

/** A program of its own, that can be killed: restore-child.ts SERVICE_JSON ENGINE STORE. */
async function main([file = "", engine = "", at = ""]: readonly string[]): Promise<void> {
  const [stack] = loadStacks({ template, today, engine, services: [JSON.parse(readFileSync(file, "utf8"))] });
  if (stack === undefined) {
    throw new Error("no stack");
  }
  const options = {
    from: "latest",
    at,
    match: [],
    undo: false,
    empty: false,
    repair: false,
    discard: false,
    yes: true,
    json: false,
  };
  process.exitCode = await restore(stack, stack, options, processTerminal);
}

void main(process.argv.slice(2));
