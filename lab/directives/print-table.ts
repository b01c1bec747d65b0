/** Width at which the project's formatter breaks a line, so that a table is written as it would format it. */
const LINE_WIDTH = 110;

/** JSON with one line for each part that fits in one. */
export function printTable(value: unknown): string {
  return `${print(value, "", 0)}\n`;
}

function print(value: unknown, indent: string, column: number): string {
  const inline = printInline(value);
  if (value === null || typeof value !== "object" || column + inline.length + 1 <= LINE_WIDTH) {
    return inline;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${print(item, inner, inner.length)}`).join(",\n")}\n${indent}]`;
  }
  const lines = Object.entries(value).map(([key, item]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return `${start}${print(item, inner, start.length)}`;
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

function printInline(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(printInline).join(", ")}]`;
  }
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printInline(item)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return JSON.stringify(value);
}
