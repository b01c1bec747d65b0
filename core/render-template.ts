import type { Problems } from "./problem";

/** What fills the placeholders. A list repeats its line, once for each item; an empty list drops the line. */
export type TemplateValues = Readonly<Record<string, string | readonly string[]>>;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/**
 * Fills `{{placeholder}}`s. Comments and blank lines are not rendered, so that editing a comment
 * changes nothing that is deployed.
 *
 * Strict in both directions: a placeholder without a value and a value without a placeholder are
 * problems, since either way a setting would be lost.
 */
export function renderTemplate(
  name: string,
  template: string,
  values: TemplateValues,
  problems: Problems,
): string {
  const used = new Set<string>();
  const rendered: string[] = [];
  template.split("\n").forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) {
      return;
    }
    const names = [...line.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? "").trim());
    const unknown = names.filter((placeholder) => !Object.hasOwn(values, placeholder));
    for (const placeholder of unknown) {
      problems.add({
        field: `${name}:${index + 1}`,
        got: `{{${placeholder}}}`,
        expected: `one of the placeholders ${Object.keys(values).sort().join(", ")}`,
        fix: "correct the placeholder or remove the line",
      });
    }
    names.forEach((placeholder) => {
      used.add(placeholder);
    });
    if (unknown.length === 0) {
      rendered.push(...renderLine(line, names, values));
    }
  });
  for (const unused of Object.keys(values).filter((placeholder) => !used.has(placeholder))) {
    problems.add({
      field: `${name}`,
      got: `no {{${unused}}}`,
      expected: "every value to stand in the template, or the setting would be lost",
      fix: `write a line with {{${unused}}}`,
    });
  }
  return rendered.map((line) => `${line}\n`).join("");
}

function renderLine(line: string, names: readonly string[], values: TemplateValues): string[] {
  const list = names.find((placeholder) => Array.isArray(values[placeholder]));
  const items: readonly (string | undefined)[] = list === undefined ? [undefined] : [...(values[list] ?? [])];
  return items.map((item) =>
    line.replace(PLACEHOLDER, (_, placeholder: string) => {
      const value = values[placeholder.trim()];
      return typeof value === "string" ? value : (item ?? "");
    }),
  );
}
