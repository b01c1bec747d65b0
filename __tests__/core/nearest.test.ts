import { fixForUnknownName, nearest } from "../../core/nearest";

const few = ["dev", "prod"];
const names = (count: number) => Array.from({ length: count }, (_, index) => `directive-number-${index}`);

describe("nearest", () => {
  it.each([
    ["prdo", "prod"],
    ["production", undefined],
    ["", undefined],
    ["by", undefined],
    ["dve", "dev"],
    ["prod", "prod"],
  ])("takes %j for %j", (name, meant) => {
    expect(nearest(name, few)).toBe(meant);
  });

  it("finds a name with four wrong letters and gives up at five", () => {
    expect(nearest("maxmemory1234", ["maxmemory"])).toBe("maxmemory");
    expect(nearest("maxmemory12345", ["maxmemory"])).toBeUndefined();
  });

  it("does not look at names of another length, however long the name is", () => {
    const started = performance.now();
    expect(nearest("x".repeat(10_000_000), names(300))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("finds nothing where nothing is known", () => {
    expect(nearest("prod", [])).toBeUndefined();
  });
});

describe("fixForUnknownName", () => {
  it("suggests the close name", () => {
    expect(fixForUnknownName("prdo", few)).toBe('did you mean "prod"? Use that name');
  });

  it("lists up to twelve names when none is close", () => {
    expect(fixForUnknownName("somewhere-else", few)).toBe("use one of dev, prod");
    expect(fixForUnknownName("x", names(12))).toBe(`use one of ${names(12).join(", ")}`);
  });

  it("lists none where there is none", () => {
    expect(fixForUnknownName("dev", [])).toBe("check the spelling");
    expect(fixForUnknownName("", few)).toBe("use one of dev, prod");
  });

  it("lists none when there are thirteen", () => {
    expect(fixForUnknownName("x", names(13))).toBe("check the spelling");
  });
});
