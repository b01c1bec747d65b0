import { decode, ExtData, ExtensionCodec, encode } from "@msgpack/msgpack";
import {
  fieldsOf,
  isAttributes,
  isList,
  isUnknown,
  type Type,
  UNKNOWN,
  type Unknown,
  type Value,
} from "./values";

/** A value as it travels between Terraform and a provider. */
export interface DynamicValue {
  readonly msgpack: Uint8Array;
  readonly json?: Uint8Array;
}

/** What MessagePack yields before it has been held against a type. */
type Raw = null | string | number | boolean | Unknown | Raw[] | { [name: string]: Raw };

const UNKNOWN_EXTENSION = 0;
const REFINED_UNKNOWN_EXTENSION = 12;

const codec = new ExtensionCodec();
for (const type of [UNKNOWN_EXTENSION, REFINED_UNKNOWN_EXTENSION]) {
  codec.register({ type, encode: () => null, decode: () => UNKNOWN });
}

/** Read a value of a known type. An empty message is null. */
export function decodeValue(wire: DynamicValue | null | undefined, type: Type): Value {
  if (wire?.msgpack && wire.msgpack.length > 0) {
    return conform(decode(wire.msgpack, { extensionCodec: codec }) as Raw, type);
  }
  if (wire?.json && wire.json.length > 0) {
    return conform(JSON.parse(Buffer.from(wire.json).toString("utf8")) as Raw, type);
  }
  return null;
}

/** Write a value; what is unknown stays unknown. */
export function encodeValue(value: Value): DynamicValue {
  return { msgpack: encode(packable(value), { extensionCodec: codec }) };
}

/**
 * Hold raw data against a type: every attribute of an object is there, null if it
 * was not; what the type does not have is dropped; numbers sent as text are numbers.
 */
export function conform(raw: Raw | undefined, type: Type): Value {
  if (raw === null || raw === undefined || isUnknown(raw as Value)) {
    return raw === null || raw === undefined ? null : UNKNOWN;
  }
  if (typeof type === "string") {
    return type === "number" && typeof raw === "string" ? Number(raw) : (raw as Value);
  }
  if (type[0] === "object") {
    const record = raw as { [name: string]: Raw };
    return mapEntries(fieldsOf(type), (field, name) => conform(record[name], field));
  }
  const element = type[1];
  if (type[0] === "map") {
    return mapEntries(raw as { [name: string]: Raw }, (item) => conform(item, element));
  }
  return (raw as Raw[]).map((item) => conform(item, element));
}

function mapEntries<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function packable(value: Value): unknown {
  if (isUnknown(value)) {
    return new ExtData(UNKNOWN_EXTENSION, new Uint8Array([0]));
  }
  if (isList(value)) {
    return value.map(packable);
  }
  return isAttributes(value) ? mapEntries(value, packable) : value;
}
