/** Lists and maps within each other. */
const MAX_DEPTH = 100;

/** Bytes after the first one of what is no text, bytes, list or map: 0xc0 to 0xdf of the format. */
const FIXED: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  212: 2,
  213: 3,
  214: 5,
  215: 9,
  216: 17,
};

/** The same of what tells its length: how many bytes tell it, how many things each unit of it is, and what stands besides. */
const COUNTED: Readonly<Record<number, Counted>> = {
  196: { width: 1, items: 0, extra: 0 },
  197: { width: 2, items: 0, extra: 0 },
  198: { width: 4, items: 0, extra: 0 },
  199: { width: 1, items: 0, extra: 1 },
  200: { width: 2, items: 0, extra: 1 },
  201: { width: 4, items: 0, extra: 1 },
  217: { width: 1, items: 0, extra: 0 },
  218: { width: 2, items: 0, extra: 0 },
  219: { width: 4, items: 0, extra: 0 },
  220: { width: 2, items: 1, extra: 0 },
  221: { width: 4, items: 1, extra: 0 },
  222: { width: 2, items: 2, extra: 0 },
  223: { width: 4, items: 2, extra: 0 },
};

interface Counted {
  readonly width: 1 | 2 | 4;
  readonly items: number;
  readonly extra: number;
}

/**
 * Whether MessagePack is one thing whose lists and maps have what they claim to have, at most 100 within each other. Takes
 * next to no memory, whatever it claims. Source: the specification of MessagePack.
 */
export function isModestMsgpack(bytes: Buffer): boolean {
  const left = [1];
  let at = 0;
  while (left.length > 0) {
    const level = left.length - 1;
    if (left[level] === 0) {
      left.pop();
      continue;
    }
    left[level] = (left[level] ?? 0) - 1;
    const head = headAt(bytes, at);
    if (head === undefined || head.next > bytes.length) {
      return false;
    }
    at = head.next;
    if (head.items > 0) {
      left.push(head.items);
    }
    if (left.length > MAX_DEPTH + 1) {
      return false;
    }
  }
  return at === bytes.length;
}

/** Where the next thing begins, and how many things are within this one. Undefined: there is none. */
function headAt(bytes: Buffer, at: number): { readonly next: number; readonly items: number } | undefined {
  const first = bytes[at];
  const after = at + 1;
  if (first === undefined) {
    return undefined;
  }
  if (first < 0x80 || first >= 0xe0) {
    return { next: after, items: 0 };
  }
  if (first < 0xa0) {
    return { next: after, items: (first & 15) * (first < 0x90 ? 2 : 1) };
  }
  if (first < 0xc0) {
    return { next: after + (first & 31), items: 0 };
  }
  const fixed = FIXED[first];
  if (fixed !== undefined) {
    return { next: after + fixed, items: 0 };
  }
  const counted = COUNTED[first];
  if (counted === undefined || after + counted.width > bytes.length) {
    return undefined;
  }
  const { width, items, extra } = counted;
  const length = bytes.readUIntBE(after, width);
  const begin = after + width + extra;
  return items === 0 ? { next: begin + length, items: 0 } : { next: begin, items: items * length };
}
