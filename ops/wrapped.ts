import { Help } from "commander";

/** Text in lines of at most `width` characters. A longer word is cut. */
export function inLines(text: string, width: number): string {
  const help = new Help();
  help.minWidthToWrap = 1;
  return help.boxWrap(text.replace(new RegExp(`\\S{${width}}(?=\\S)`, "g"), "$& "), width);
}

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
