import { Help } from "commander";

/** Text in lines of 80 characters, each after so many blanks; the first after `label`, when there is one. */
export function wrapped(text: string, indent: number, label = ""): string {
  const lines = new Help().boxWrap(text, 80 - indent).split("\n");
  return lines.map((line, index) => (index === 0 ? label : "").padEnd(indent) + line).join("\n");
}
