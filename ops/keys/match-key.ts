const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const BRACKET_OPEN = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_CLOSE = 0x5d;
const CARET = 0x5e;
const HYPHEN = 0x2d;

/** `*`, or the bytes that one byte may be. */
type Token = "any" | ReadonlySet<number>;

const EVERY_BYTE: ReadonlySet<number> = new Set(Array.from({ length: 256 }, (_, byte) => byte));
/** Those asked for so far: a run has a handful. */
const compiled = new Map<string, readonly Token[]>();

/**
 * Whether KEYS and SCAN of Redis would list `key` for `pattern`: `*`, `?`, `[abc]`, `[a-c]`, `[^a]` and `\\` before a byte
 * that is meant as it is. Case and every byte count. Source: `stringmatchlen` in src/util.c; ranges are of signed bytes,
 * as on x86.
 */
export function matchesKey(pattern: string, key: Buffer): boolean {
  if (key.length === 0) {
    return pattern === "" || pattern === "*";
  }
  let tokens = compiled.get(pattern);
  if (tokens === undefined) {
    tokens = tokensOf(Buffer.from(pattern));
    compiled.set(pattern, tokens);
  }
  return matches(tokens, key);
}

/** Goes back to the last `*` alone: what is before it has been matched by as little as can be. */
function matches(tokens: readonly Token[], key: Buffer): boolean {
  let at = 0;
  let token = 0;
  let afterStar = -1;
  let startOfStar = 0;
  while (at < key.length) {
    const expected = tokens[token];
    if (expected === "any") {
      token += 1;
      afterStar = token;
      startOfStar = at;
    } else if (expected?.has(key[at] ?? -1)) {
      token += 1;
      at += 1;
    } else if (afterStar >= 0) {
      startOfStar += 1;
      token = afterStar;
      at = startOfStar;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "any");
}

function tokensOf(pattern: Buffer): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const byte = pattern[at] ?? 0;
    if (byte === STAR) {
      tokens.push("any");
    } else if (byte === QUESTION_MARK) {
      tokens.push(EVERY_BYTE);
    } else if (byte === BRACKET_OPEN) {
      const { bytes, end } = bracket(pattern, at + 1);
      tokens.push(bytes);
      at = end;
    } else {
      at += byte === BACKSLASH && at + 1 < pattern.length ? 1 : 0;
      tokens.push(new Set([pattern[at] ?? 0]));
    }
  }
  return tokens;
}

/** What stands in brackets from `begin` on. One that is not closed ends with the pattern. */
function bracket(pattern: Buffer, begin: number): { bytes: ReadonlySet<number>; end: number } {
  const isNegated = pattern[begin] === CARET;
  const bytes = new Set<number>();
  let at = isNegated ? begin + 1 : begin;
  for (; at < pattern.length; at += 1) {
    const left = pattern.length - at;
    const byte = pattern[at] ?? 0;
    if (byte === BACKSLASH && left >= 2) {
      at += 1;
      bytes.add(pattern[at] ?? 0);
    } else if (byte === BRACKET_CLOSE) {
      break;
    } else if (left >= 3 && pattern[at + 1] === HYPHEN) {
      at += 2;
      addRange(bytes, pattern.readInt8(at - 2), pattern.readInt8(at));
    } else {
      bytes.add(byte);
    }
  }
  const chosen = isNegated ? new Set([...EVERY_BYTE].filter((byte) => !bytes.has(byte))) : bytes;
  return { bytes: chosen, end: at };
}

function addRange(bytes: Set<number>, one: number, other: number): void {
  for (let byte = Math.min(one, other); byte <= Math.max(one, other); byte += 1) {
    bytes.add(byte & 255);
  }
}
