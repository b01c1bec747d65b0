import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "../../core/problem";
import { newFiles, writeFiles } from "../../ops/service-writer";

const INDEX = `import type { Service } from "../service";
import { alpha } from "./alpha";

export const services: readonly Service[] = [alpha];
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-services-"));
  writeFileSync(join(folder, "index.ts"), INDEX);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), "utf8");

test("both files are written, and nothing beside them", () => {
  writeFiles(newFiles(folder, "shop", "// the shop\n"));
  expect(readdirSync(folder).sort()).toEqual(["index.ts", "shop.ts"]);
  expect(read("shop.ts")).toBe("// the shop\n");
  expect(read("index.ts")).toContain("services: readonly Service[] = [alpha, shop];");
});

const REFUSED =
  "while writing, expected a folder in which files can be made and replaced. Fix: look who may write there, and whether " +
  "the disk is full.";

test("when the list cannot be replaced, the service's file is taken back", () => {
  const files = newFiles(folder, "shop", "// the shop\n");
  rmSync(join(folder, "index.ts"));
  mkdirSync(join(folder, "index.ts"));
  expect(() => writeFiles(files)).toThrow(InvalidInputError);
  expect(() => writeFiles(files)).toThrow(`config/services: got EISDIR ${REFUSED}`);
  expect(readdirSync(folder)).toEqual(["index.ts"]);
});

test("when a file cannot be made, nothing is", () => {
  mkdirSync(join(folder, "index.ts.new"));
  expect(() => writeFiles(newFiles(folder, "shop", "// the shop\n"))).toThrow(`got EISDIR ${REFUSED}`);
  expect(readdirSync(folder).sort()).toEqual(["index.ts", "index.ts.new"]);
  expect(read("index.ts")).toBe(INDEX);
});

test("nothing is written before it is asked to", () => {
  newFiles(folder, "shop", "// the shop\n");
  expect(readdirSync(folder)).toEqual(["index.ts"]);
});
