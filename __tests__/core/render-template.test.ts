import { formatProblem, Problems } from "../../core/problem";
import { renderTemplate, type TemplateValues } from "../../core/render-template";

function render(template: string, values: TemplateValues) {
  const problems = new Problems();
  const text = renderTemplate("test.tpl", template, values, problems);
  return { text, problems: problems.list.map(formatProblem) };
}

describe("renderTemplate", () => {
  it("fills placeholders, with or without blanks in the braces", () => {
    expect(render("port {{port}}\nbind {{ host }} {{port}}\n", { port: "1", host: "h" })).toEqual({
      text: "port 1\nbind h 1\n",
      problems: [],
    });
  });

  it("repeats the line of a list once for each item, in order", () => {
    expect(render("save {{save}} # {{x}}", { save: ["3600 1", "60 10"], x: "y" })).toEqual({
      text: "save 3600 1 # y\nsave 60 10 # y\n",
      problems: [],
    });
  });

  it("drops the line of an empty list", () => {
    expect(render("a 1\nuser {{user}}\nb 2", { user: [] })).toEqual({ text: "a 1\nb 2\n", problems: [] });
  });

  it("does not render comments and blank lines, not even indented ones", () => {
    expect(render("# one\n\n  # two\n \t\na 1\n", {})).toEqual({ text: "a 1\n", problems: [] });
  });

  it("keeps a # that does not start its line", () => {
    expect(render("user x #abc", {}).text).toBe("user x #abc\n");
  });

  it("does not look into values: neither for placeholders nor for what String.replace treats specially", () => {
    expect(render("a {{a}}", { a: "{{b}} $& $1 $$" })).toEqual({ text: "a {{b}} $& $1 $$\n", problems: [] });
  });

  it("does not fill a placeholder in a comment", () => {
    expect(render("# {{unknown}}\na 1", {})).toEqual({ text: "a 1\n", problems: [] });
  });

  it("reports a placeholder without a value, with its line", () => {
    expect(render("# comment\n\na {{b}}\nc {{prot}}", { b: "1", port: "2" }).problems).toEqual([
      "test.tpl:4: got {{prot}}, expected one of the placeholders b, port. " +
        "Fix: correct the placeholder or remove the line.",
      "test.tpl: got no {{port}}, expected every value to stand in the template, or the setting would be lost. " +
        "Fix: write a line with {{port}}.",
    ]);
  });

  it("reports a value that only a comment uses", () => {
    expect(render("# {{port}}", { port: "1" }).problems).toEqual([
      "test.tpl: got no {{port}}, expected every value to stand in the template, or the setting would be lost. " +
        "Fix: write a line with {{port}}.",
    ]);
  });

  it("does not take what every object inherits for a value", () => {
    expect(render("a {{toString}}", {}).problems).toHaveLength(1);
  });

  it("reports every unknown placeholder of a line", () => {
    expect(render("a {{x}} {{y}}", { b: [] }).problems.map((line) => line.split(",")[0])).toEqual([
      "test.tpl:1: got {{x}}",
      "test.tpl:1: got {{y}}",
      "test.tpl: got no {{b}}",
    ]);
  });
});
