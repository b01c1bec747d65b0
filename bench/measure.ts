// One measurement in a process of its own. Usage: measure.ts product|bare STACKS TEXTS_FILE
// Prints the milliseconds. Loading of modules is not measured; two stacks warm up what is.
import { readFileSync } from "node:fs";
import { PROGRAMS, timed } from "./programs";

const [name, count, textsFile] = process.argv.slice(2);
const program = PROGRAMS.find((candidate) => candidate === name);
if (program === undefined || textsFile === undefined) {
  throw new Error("usage: measure.ts product|bare STACKS TEXTS_FILE");
}
const texts = JSON.parse(readFileSync(textsFile, "utf8"));
timed(program, 2, texts);
console.log(timed(program, Number(count), texts));
