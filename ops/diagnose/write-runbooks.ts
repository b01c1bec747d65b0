// Writes docs/runbooks: `npm run runbooks`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadStacks } from "../../config/load-stacks";
import { alertsOf } from "../../monitoring/alerts";
import { loadOptions } from "../load";
import { runbookPages } from "./runbook-pages";

const folder = join(__dirname, "..", "..", "docs", "runbooks");
mkdirSync(folder, { recursive: true });
const pages = runbookPages(loadStacks(loadOptions()).flatMap(alertsOf));
for (const [name, text] of pages) {
  writeFileSync(join(folder, name), text);
}
console.log(`wrote ${pages.size} files of docs/runbooks`);
