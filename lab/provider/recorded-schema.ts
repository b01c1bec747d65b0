import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Type } from "./values";

/** One attribute of the real provider's schema. */
export interface AttributeSchema {
  readonly type: Type;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
}

/** Attributes and nested blocks. */
export interface BlockSchema {
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  readonly block_types?: Readonly<Record<string, NestedBlockSchema>>;
}

/** A block inside a block. */
export interface NestedBlockSchema {
  readonly nesting_mode: "single" | "list" | "set";
  readonly block: BlockSchema;
  readonly min_items?: number;
  readonly max_items?: number;
}

/** A block and the version of the state it describes. */
export interface VersionedSchema {
  readonly version: number;
  readonly block: BlockSchema;
}

interface RecordedSchema {
  readonly provider: VersionedSchema;
  readonly resource_schemas: Readonly<Record<string, VersionedSchema>>;
}

/** The schema of kreuzwerker/docker 4.5.0, as `terraform providers schema -json` printed it. */
export const recordedSchema: RecordedSchema = JSON.parse(
  readFileSync(join(__dirname, "recorded", "schema-4.5.0.json"), "utf8"),
);

/** The type of the values that a block describes. */
export function typeOfBlock(block: BlockSchema): Type {
  const fields: Record<string, Type> = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    fields[name] = attribute.type;
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const inner = typeOfBlock(nested.block);
    fields[name] = nested.nesting_mode === "single" ? inner : [nested.nesting_mode, inner];
  }
  return ["object", fields];
}

/** A schema in the words of the plugin protocol. */
export function wireSchema(schema: VersionedSchema): object {
  return { version: schema.version, block: wireBlock(schema.block) };
}

function wireBlock(block: BlockSchema): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
      type_name: name,
      block: wireBlock(nested.block),
      nesting: nested.nesting_mode.toUpperCase(),
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}
