import { isAscii } from "node:buffer";
import { decode } from "@msgpack/msgpack";
import type { FormatProps } from "../../core/store-props";
import { isModestMsgpack } from "./modest-msgpack";

/** The fields of a value. Those of a hash are flat, so that a path is a field's own name. */
export type Fields = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The fields of a value as its store declares it. Undefined: it is not that. */
export function decodeValue(bytes: Buffer, encoding: FormatProps["encoding"]): Fields | undefined {
  try {
    const value = encoding === "msgpack" ? decodeMsgpack(bytes) : JSON.parse(textOf(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !(value instanceof Date) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (bytes: Buffer) => (isAscii(bytes) ? bytes.toString("latin1") : UTF8.decode(bytes));

/** The decoder makes room for as many elements as a list claims to have, in each list within it: so they are counted first. */
function decodeMsgpack(bytes: Buffer): unknown {
  return isModestMsgpack(bytes) ? decode(bytes, { useBigInt64: true }) : undefined;
}

/** Text of a field of a hash. Undefined: no UTF-8, so that nothing is equal to it. */
export function decodeText(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What stands at `path`. Undefined: nothing. */
export function fieldAt(fields: Fields, path: string, encoding: FormatProps["encoding"]): unknown {
  let value: unknown = fields;
  for (const name of encoding === "hash" || !path.includes(".") ? [path] : path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Fields)[name];
  }
  return value;
}

/**
 * What is compared with a filter: texts, numbers, true, false and null as they are written. Undefined: equal to nothing, as
 * are objects, lists, and whole numbers above 2^53 that JSON.parse has rounded.
 */
export function comparable(value: unknown): string | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : `${value}`;
  }
  return typeof value === "string"
    ? value
    : typeof value === "boolean" || typeof value === "bigint" || value === null
      ? `${value}`
      : undefined;
}
