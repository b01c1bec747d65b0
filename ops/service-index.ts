import { InvalidInputError } from "../core/problem";
import { constantOf, LINE_WIDTH } from "./service-file";

const IMPORT = /^import \{ (\w+) \} from "\.\/([^"]+)";[ \t]*\n/gm;
const LIST = /^(export const services: readonly Service\[\] = \[)([^[\]]*)\];/gm;
const COMMENT_OR_TEXT =
  /\/\/.*|\/\*[\s\S]*?\*\/|`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/**
 * The text of `config/services/index.ts` with one more service: its import and its entry, in the order that the linter
 * wants. All else stays as it is, comments included.
 * @throws InvalidInputError when there is not one list to add it to, or its constant is there already
 */
export function withService(index: string, name: string): string {
  const constant = constantOf(name);
  const code = blanked(index, (part) => !/^["']/.test(part));
  const imports = [...code.matchAll(IMPORT)].map(
    ({ 0: line, 1: imported = "", 2: file = "", index: at }) => ({
      imported,
      file,
      start: at,
      end: at + line.length,
    }),
  );
  const words = new Set<string>(blanked(index, () => true).match(/[\w$]+/g));
  if (words.has(constant)) {
    const same = imports.find(({ imported }) => imported === constant)?.file;
    throw new InvalidInputError([
      {
        field: "name",
        got: `${JSON.stringify(name)}, which is ${constant} in TypeScript`,
        expected:
          "a name that is written in another way there; " +
          (same === undefined
            ? `config/services/index.ts has a ${constant} already`
            : `${same} is ${constant}, too`),
        fix: "choose another name",
      },
    ]);
  }
  const later = imports.filter(({ file }) => comesBefore(name, file));
  const place = later[0]?.start ?? imports.at(-1)?.end;
  const [list, ...others] = code.matchAll(LIST);
  if (place === undefined || list === undefined || others.length > 0 || place > list.index) {
    throw new InvalidInputError([
      {
        field: "config/services/index.ts",
        got: "no imports and list that this command understands",
        expected:
          'lines like import { shop } from "./shop"; and export const services: readonly Service[] = [shop];',
        fix: "write them so, or add the service by hand: --dry-run prints its file",
      },
    ]);
  }
  const [all, start = "", entries = ""] = list;
  const entriesAt = list.index + start.length;
  const newList = listOf(
    start,
    withEntry(
      index.slice(entriesAt, entriesAt + entries.length),
      constant,
      later.map(({ imported }) => imported),
    ),
  );
  return [
    index.slice(0, place),
    `import { ${constant} } from "./${name}";\n`,
    index.slice(place, list.index),
    newList,
    index.slice(list.index + all.length),
  ].join("");
}

/** The same code with blanks instead of the comments and texts that `isBlank` names: nothing moves. */
function blanked(code: string, isBlank: (part: string) => boolean): string {
  return code.replace(COMMENT_OR_TEXT, (part) => (isBlank(part) ? part.replace(/\S/g, " ") : part));
}

/** The entries with one more in front of the first of `later`; in front of all where there is more than names. */
function withEntry(entries: string, entry: string, later: readonly string[]): readonly string[] | string {
  if (!/^[\w$\s,]*$/.test(entries)) {
    return `${/^\s*/.exec(entries)?.[0] ?? ""}${entry},${entries.startsWith("\n") ? "" : " "}${entries}`;
  }
  const names = entries.split(",").flatMap((name) => name.trim() || []);
  const at = names.findIndex((name) => later.includes(name));
  return at < 0 ? [...names, entry] : [...names.slice(0, at), entry, ...names.slice(at)];
}

function listOf(start: string, entries: readonly string[] | string): string {
  if (typeof entries === "string") {
    return `${start}${entries}];`;
  }
  const line = `${start}${entries.join(", ")}];`;
  return line.length <= LINE_WIDTH ? line : `${start}\n${entries.map((entry) => `  ${entry},\n`).join("")}];`;
}

/** Whether one file's name stands before another: letter by letter, but digits as numbers. */
export function comesBefore(name: string, other: string): boolean {
  const parts = (text: string) => text.match(/\d+|\D/g) ?? [];
  const [own, others] = [parts(name), parts(other)];
  const at = own.findIndex((part, index) => part !== others[index]);
  const [a, b] = [own[at], others[at]];
  if (a === undefined || b === undefined) {
    return own.length < others.length;
  }
  const areNumbers = /^\d/.test(a) && /^\d/.test(b);
  return areNumbers && a.length !== b.length ? a.length < b.length : a < b;
}
