/** A script without lines that are blank or only a comment: editing a comment must not replace production. */
export function withoutComments(script: string): string {
  return script
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n");
}
