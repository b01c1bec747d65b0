import { Help } from "commander";

/** Text in lines of 80 characters, each after so many blanks; the first after `label`, when there is one. */
export function wrapped(text: string, indent: number, label = ""): string {
  // A number stays with its percent sign.
  const unbroken = text.replaceAll(" %", "\u00a0%");
  const lines = new Help()
    .boxWrap(unbroken, 80 - indent)
    .replaceAll("\u00a0", " ")
    .split("\n");
  return lines.map((line, index) => (index === 0 ? label : "").padEnd(indent) + line).join("\n");
}
