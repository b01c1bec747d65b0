import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printTable } from "./print-table";
import { readEngine } from "./read-engine";
import { shellBeside, shellInImage } from "./shell";

const USAGE =
  "usage: tsx lab/directives/read-directives.ts (--server <path of redis-server> | --image <image>) [--out <folder>]";
const BAD_INPUT = 2;

/**
 * Reads the table of directives from an engine that can be run, and prints it; with `--out` it is written to
 * `<folder>/<line>.json`, e.g. `config/directives/7.4.json`.
 */
async function main(): Promise<void> {
  const { server, image, out } = parseArgs({
    options: { server: { type: "string" }, image: { type: "string" }, out: { type: "string" } },
  }).values;
  if ((server === undefined) === (image === undefined)) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = BAD_INPUT;
    return;
  }
  const facts = await readEngine(server === undefined ? shellInImage(image ?? "") : shellBeside(server));
  const table = printTable(facts);
  if (out === undefined) {
    process.stdout.write(table);
    return;
  }
  const file = join(out, `${facts.version.split(".").slice(0, 2).join(".")}.json`);
  await mkdir(out, { recursive: true });
  await writeFile(file, table);
  process.stdout.write(`${file}: ${Object.keys(facts.directives).length} directives of ${facts.version}\n`);
}

main().catch((error: unknown) => {
  const isUsage = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\n${isUsage ? `${USAGE}\n` : ""}`,
  );
  process.exitCode = isUsage ? BAD_INPUT : 1;
});
