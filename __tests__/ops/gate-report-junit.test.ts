import { readStacks } from "../../config/load-stacks";
import { junitReport } from "../../ops/gate-report-junit";
import { broken } from "../support/broken-gates";
import { template, today } from "../support/stack-fixtures";
import { cdataOf } from "../support/well-formed";

/** The report of a stack, where `text` is the reason of every waiver and what every other finding got. */
function reportWith(text: string): string {
  const { stacks, findings } = readStacks({ template, today, services: [broken] });
  const changed = findings.map((finding) => ({
    ...finding,
    got: text,
    ...(finding.waiver === undefined ? {} : { waiver: { ...finding.waiver, reason: text } }),
  }));
  return junitReport(stacks, changed);
}

const waivedIn = (report: string) => cdataOf(report).find((section) => section.includes("waived until"));

test.each([
  ["an end of CDATA", "a ]]> b", "a ]]\\u003e b"],
  ["two of them", "]]> and ]]>", "]]\\u003e and ]]\\u003e"],
  ["one with more brackets", "]]]]>>", "]]]]\\u003e>"],
  ["a section of its own", "<![CDATA[ x ]]> <y>", "<![CDATA[ x ]]\\u003e <y>"],
  ["control characters", "\0\b\x1b[2J\x7f", "\\u0000\\u0008\\u001b[2J\\u007f"],
  ["no characters", "\ufffe\uffff", "\\ufffe\\uffff"],
  ["halves of characters", "\ud83d x \ude00", "\\ud83d x \\ude00"],
  ["whole characters, tabs and markup", "\u{1f600}\té & <b> \"'", "\u{1f600}\té & <b> \"'"],
])("a report with %s in its texts is well-formed, and says what stood there", (_, text, told) => {
  const report = reportWith(text);
  expect(waivedIn(report)).toBe(`shop-prod: waived until 2027-03-31: published-port: ${told}`);
  expect(report).toContain("<failure message=");
});

test("what is not well-formed is seen", () => {
  for (const document of [
    "<a><![CDATA[]]> ]]></a>",
    "<a>\0</a>",
    "<a>\ufffe</a>",
    "<a></b>",
    "<a>",
    '<a b="<"/>',
    '<a b="&"/>',
    "<a/><b/>",
  ]) {
    expect(() => cdataOf(document)).toThrow("not well-formed");
  }
  expect(cdataOf('<a b="&lt;"><![CDATA[x]]></a>\n')).toEqual(["x"]);
});
