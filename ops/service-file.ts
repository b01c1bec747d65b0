import type { Service } from "../config/service";

/** Columns of a line: `biome.json`. */
export const LINE_WIDTH = 110;

/** Longest key, with its colon, behind which Biome does not break a line. */
const SHORT_KEY = 5;

/** Words that JavaScript, TypeScript or the linter do not accept as the name of a constant, or that the list is written with. */
const RESERVED = new Set(
  (
    "arguments as await break case catch class const constructor continue debugger decodeURI decodeURIComponent default " +
    "delete do else encodeURI encodeURIComponent enum escape eval export exports extends false finally for from function " +
    "globalThis hasOwnProperty if implements import in instanceof interface isFinite isNaN isPrototypeOf let module new " +
    "null package parseFloat parseInt private propertyIsEnumerable protected public readonly require return services " +
    "static super switch this throw toLocaleString toString true try type typeof undefined unescape valueOf var void " +
    "while with yield"
  ).split(" "),
);

/** The constant of a service: `sentra-portal` is `sentraPortal`. */
export function constantOf(name: string): string {
  const constant = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return RESERVED.has(constant) ? `${constant}Service` : constant;
}

/**
 * The text of `config/services/<name>.ts`: what was decided and nothing else, formatted as Biome does, which is not there
 * where the command runs.
 */
export function serviceFile(service: Service): string {
  const { environments, ...facts } = service;
  const deployments = Object.entries(environments);
  const [first = ""] = deployments.map(([name]) => `${service.name}-${name}`);
  return [
    'import type { Service } from "../service";',
    "",
    "/**",
    " * What is not here follows from `stores` and `maxmemory`, or is a default:",
    ` * \`bin/redis-ops config explain ${first}\` says what, and why.`,
    " */",
    `export const ${constantOf(service.name)}: Service = {`,
    ...fields(facts, 1),
    "",
    "  environments: {",
    ...deployments.flatMap(([name, deployment]) => [
      `    ${keyOf(name)}: {`,
      ...fields(deployment, 3),
      "    },",
    ]),
    "  },",
    "};",
    "",
  ].join("\n");
}

const fields = (object: object, depth: number): readonly string[] =>
  Object.entries(object).flatMap(([key, value]) => linesOf(`${keyOf(key)}:`, value, depth));

/** `head` is the key in front of a value, or empty for an item of a list. */
function linesOf(head: string, value: unknown, depth: number): readonly string[] {
  const pad = "  ".repeat(depth);
  const start = head === "" ? pad : `${pad}${head} `;
  const line = `${start}${inOneLine(value)},`;
  if (columns(line) <= LINE_WIDTH) {
    return [line];
  }
  if (Array.isArray(value)) {
    return [`${start}[`, ...value.flatMap((item) => linesOf("", item, depth + 1)), `${pad}],`];
  }
  if (typeof value === "object" && value !== null) {
    return [`${start}{`, ...fields(value, depth + 1), `${pad}},`];
  }
  // A text cannot be broken. It goes to a line of its own, where it gains by that.
  return typeof value === "string" && head.length > SHORT_KEY
    ? [`${pad}${head}`, `${pad}  ${inOneLine(value)},`]
    : [line];
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(inOneLine).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${keyOf(key)}: ${inOneLine(item)}`)
      .join(", ")} }`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

const keyOf = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/** In the quotes that need fewer escapes. */
function quoted(text: string): string {
  const count = (quote: string) => text.split(quote).length - 1;
  return count('"') > count("'")
    ? `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
    : JSON.stringify(text);
}

/** Columns that a line takes where it is read: two for a letter of East Asia or a picture, none for an accent on its own. */
function columns(line: string): number {
  const wide =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;
  return [...line].reduce((sum, letter) => sum + (/\p{Mn}/u.test(letter) ? 0 : wide.test(letter) ? 2 : 1), 0);
}
