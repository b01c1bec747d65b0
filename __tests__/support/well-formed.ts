/** What XML 1.0 allows: https://www.w3.org/TR/xml/#charsets */
const CHARACTERS = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

const TOKEN =
  /<!\[CDATA\[(?<cdata>.*?)\]\]>|<(?<close>\/)?(?<name>[a-z-]+)(?: [a-z]+="[^<&"]*(?:&(?:lt|gt|amp|quot|#x[0-9A-F]+);[^<&"]*)*")*(?<empty>\/)?>|(?<text>[^<&]+)/gsy;

/**
 * The CDATA sections of a document of elements, attributes, CDATA and text without references.
 * @throws Error when it is not well-formed: https://www.w3.org/TR/xml/#sec-well-formed
 */
export function cdataOf(document: string): readonly string[] {
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const open: string[] = [];
  const sections: string[] = [];
  let read = 0;
  for (const { 0: token, groups = {} } of body.matchAll(TOKEN)) {
    const { cdata, close, name, empty, text } = groups;
    const isInside = open.length > 0 || read === 0 || text?.trim() === "";
    if (!isInside || text?.includes("]]>") || (close !== undefined && open.pop() !== name)) {
      throw new Error(`not well-formed at ${JSON.stringify(token)}`);
    }
    if (name !== undefined && close === undefined && empty === undefined) {
      open.push(name);
    }
    if (cdata !== undefined) {
      sections.push(cdata);
    }
    read += token.length;
  }
  if (read !== body.length || open.length > 0 || !CHARACTERS.test(document)) {
    throw new Error(`not well-formed after ${JSON.stringify(body.slice(0, read))}`);
  }
  return sections;
}
