import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { repository } from "./support/stack-fixtures";

const GENERATED = ["node_modules", "cdktf.out", "coverage"];

/** Every Markdown page of the repository, from its root. */
function pagesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const isOurs =
        !GENERATED.includes(entry.name) && (!entry.name.startsWith(".") || entry.name === ".github");
      return isOurs ? pagesIn(path) : [];
    }
    return entry.name.endsWith(".md") ? [relative(repository, path)] : [];
  });
}

/** Text without what Markdown shows as it is. */
const prose = (text: string) =>
  text
    .replace(/^(```|~~~).*?^\1$/gms, "")
    .replace(/^ {4}.*$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, "_"));

/** Where links of a page lead, pages on the web left out. */
const targetsIn = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(<?([^)\s>]+)|^\[[^\]]+\]: (\S+)/gm)]
    .map(([, inline, listed]) => inline ?? listed ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));

/** The places of a page that a link may name: its headings, as GitHub writes them, and its own anchors. */
function placesIn(text: string): ReadonlySet<string> {
  const headings = [...text.replace(/^(```|~~~).*?^\1$/gms, "").matchAll(/^#{1,6} (.+)$/gm)].map(
    ([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)]);
}

/** The targets of a page that are not there. `read`: the text of a file below the root; undefined where there is none. */
function broken(page: string, text: string, read: (file: string) => string | undefined): readonly string[] {
  return targetsIn(text).filter((target) => {
    const [file = "", place] = target.split("#");
    const there = file === "" ? text : read(join(dirname(page), file));
    return there === undefined || (place !== undefined && !placesIn(there).has(place));
  });
}

function readOrName(file: string): string | undefined {
  const path = join(repository, file);
  return !existsSync(path) ? undefined : file.endsWith(".md") ? readFileSync(path, "utf8") : "";
}

const pages = pagesIn(repository);

test("there are pages, and links in them", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/monitoring.md", "docs/runbooks/README.md"]),
  );
  const links = pages.flatMap((page) => targetsIn(readOrName(page) ?? ""));
  expect(links.length).toBeGreaterThan(200);
});

test.each(pages)("every link of %s leads somewhere", (page) => {
  expect(broken(page, readOrName(page) ?? "", readOrName)).toEqual([]);
});

test.each<[string, readonly string[]]>([
  ["[a](b.md) [c](https://x.example/none)", []],
  ["[a](none.md)", ["none.md"]],
  ["![a](none.png)", ["none.png"]],
  ["[a](b.md#the-place-of-b)", []],
  ["[a](b.md#nowhere)", ["b.md#nowhere"]],
  ["[a](#nowhere)", ["#nowhere"]],
  ['<a id="here"></a>[a](#here)', []],
  ["[a]\n\n[a]: none.md", ["none.md"]],
  ["```\n[a](none.md)\n```\n\n`[a](none.md)`", []],
])("in %j are broken: %j", (text, expected) => {
  const read = (file: string) => (file === "docs/b.md" ? "## The `place` of b" : undefined);
  expect(broken("docs/a.md", text, read)).toEqual(expected);
});
