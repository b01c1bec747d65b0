const WORD = /"[^"\\]*"|'[^'\\]*'|[^ "'\\]+/g;
const WORDS = new RegExp(`^ *(?:(?:${WORD.source})(?: +|$))+$`);

/**
 * The words of a directive's value, without their quotes, or undefined where a quote or a backslash stands that Redis
 * may read otherwise than it looks.
 */
export function splitWords(value: string): readonly string[] | undefined {
  return WORDS.test(value)
    ? (value.match(WORD) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"))
    : undefined;
}
