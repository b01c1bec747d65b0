import { terraformLiteral } from "../../constructs/terraform-literal";

describe("terraformLiteral", () => {
  // What Terraform 1.11.4 makes of the right side was seen to be the left side again.
  it.each([
    [`\${x}`, `$\${x}`],
    ["%{x}", "%%{x}"],
    [`$\${x}`, `$$\${x}`],
    ["%%{x}", "%%%{x}"],
    [`%\${x}`, `%$\${x}`],
    [`\${a}\${b}`, `$\${a}$\${b}`],
  ])("escapes what would start an interpolation: %j", (text, literal) => {
    expect(terraformLiteral(text)).toBe(literal);
  });

  it.each(["$x", "$(x)", "$ {x}", "{x}", "100%", "$$", ""])("leaves %j alone", (text) => {
    expect(terraformLiteral(text)).toBe(text);
  });
});
