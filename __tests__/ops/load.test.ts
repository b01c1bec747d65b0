import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unlistedServices } from "../../ops/load";
import { temporaryFolder } from "../support/temporary-folder";

describe("the files of services", () => {
  const path = temporaryFolder();
  const folder = () => path("services");
  const file = (name: string, text = "") => writeFileSync(join(folder(), name), text);

  it("are all in the list of this repository", () => {
    expect(unlistedServices()).toEqual([]);
  });

  it("are told where the list has forgotten one", () => {
    mkdirSync(folder(), { recursive: true });
    file("index.ts", 'import { shop } from "./shop";');
    file("shop.ts");
    file("shop-desk.ts");
    file("README.md");
    expect(unlistedServices(folder())).toEqual([
      {
        field: "config/services/shop-desk.ts",
        got: "no import in config/services/index.ts",
        expected: "every service in the list there",
        fix: "import it there and add it to the list, or remove the file",
      },
    ]);
  });
});
