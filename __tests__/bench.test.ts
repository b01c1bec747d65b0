import { differences, readTexts } from "../bench/programs";

describe("the bench", () => {
  it("compares the product with a bare program that writes the same stacks", () => {
    expect(differences(4, readTexts())).toEqual([]);
  });
});
