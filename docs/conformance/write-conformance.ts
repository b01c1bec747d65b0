// Writes docs/conformance.md: `npm run conformance`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadStacks } from "../../config/load-stacks";
import { renderConformance } from "./render";
import { seeds } from "./seeds";

const repository = join(__dirname, "../..");
const template = readFileSync(join(repository, "redis.conf.tpl"), "utf8");
const today = new Date().toISOString().slice(0, 10);
const file = "docs/conformance.md";

writeFileSync(join(repository, file), renderConformance(seeds, loadStacks({ template, today })));
console.log(`wrote ${file}`);
