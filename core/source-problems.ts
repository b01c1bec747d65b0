import type { Problem } from "./problem";

/**
 * What is wrong with the text of a file that cannot be loaded: a brace is missing, or a module that is imported is not
 * there. Empty for every other error, which is a bug. `root` is the folder that names of files are told from.
 */
export function sourceProblems(error: unknown, root: string): readonly Problem[] {
  if (!(error instanceof Error)) {
    return [];
  }
  if (error.name === "TransformError") {
    return [...error.message.matchAll(/^(.+?):(\d+):\d+: ERROR: (.+)$/gm)].map(([, file, line, what]) => ({
      field: `${within(root, file ?? "")}:${line}`,
      got: JSON.stringify(what),
      expected: "TypeScript that can be read",
      fix: "correct this line or the one before; often a brace, a comma or a quote is missing",
    }));
  }
  const [, module] = /^Cannot find module '(.+?)'/.exec(error.message) ?? [];
  const importer = importerOf(error);
  if (module === undefined || importer === undefined || !importer.startsWith(`${root}/config/`)) {
    return [];
  }
  return [
    {
      field: within(root, importer),
      got: `an import of ${JSON.stringify(within(root, module))}`,
      expected: "a file that there is",
      fix: "correct the name, or remove the import and what uses it",
    },
  ];
}

function importerOf(error: Error): string | undefined {
  const [first]: readonly unknown[] =
    "requireStack" in error && Array.isArray(error.requireStack) ? error.requireStack : [];
  return typeof first === "string" ? first : / imported from (.+?)(\n|$)/.exec(error.message)?.[1];
}

function within(root: string, file: string): string {
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
}
