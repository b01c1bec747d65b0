import fs, {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NewFiles, newFiles, writeFiles } from "../../ops/service-writer";

const INDEX = `import type { Service } from "../service";
import { alpha } from "./alpha";

export const services: readonly Service[] = [alpha];
`;

let folder: string;
/** When the last file of the folder was made: what is loaded after it is as the folder is. */
let loadedAt: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-services-"));
  writeFileSync(join(folder, "index.ts"), INDEX);
  loadedAt = statSync(join(folder, "index.ts")).ctimeMs;
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const read = (name: string) => readFileSync(join(folder, name), "utf8");
const shop = (): NewFiles => newFiles(folder, "shop", "// the shop\n");

/** What is said when files are not written; the folder is what it was. */
function refused(files: NewFiles, at = loadedAt): string {
  const before = readdirSync(folder);
  try {
    writeFiles(files, at);
  } catch (error) {
    expect(readdirSync(folder)).toEqual(before);
    expect(error).toMatchObject({ name: "InvalidInputError" });
    return `${error}`.split("\n  ").slice(1).join("\n");
  }
  throw new Error("the files were written");
}

test("both files are written, and nothing beside them", () => {
  // What this command does not know of stays, whatever its name is.
  writeFileSync(join(folder, "shop.ts.new"), "mine\n");
  loadedAt = statSync(join(folder, "shop.ts.new")).ctimeMs;
  writeFiles(shop(), loadedAt);
  expect(readdirSync(folder).sort()).toEqual(["index.ts", "shop.ts", "shop.ts.new"]);
  expect(read("shop.ts")).toBe("// the shop\n");
  expect(read("shop.ts.new")).toBe("mine\n");
  expect(read("index.ts")).toContain("services: readonly Service[] = [alpha, shop];");
});

const REFUSED =
  "while writing, expected a folder in which files can be made and replaced. Fix: look who may write there, and whether " +
  "the disk is full.";

test("when the list cannot be replaced, the service's file is taken back", () => {
  const rename = jest.spyOn(fs, "renameSync").mockImplementation(() => {
    expect(read("shop.ts")).toBe("// the shop\n");
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  });
  expect(refused(shop())).toBe(`config/services: got ENOSPC ${REFUSED}`);
  expect(rename).toHaveBeenCalledTimes(1);
  expect(read("index.ts")).toBe(INDEX);
});

test("when the list is no file, nothing is made", () => {
  const files = shop();
  rmSync(join(folder, "index.ts"));
  mkdirSync(join(folder, "index.ts"));
  expect(refused(files, Number.POSITIVE_INFINITY)).toBe(`config/services: got EISDIR ${REFUSED}`);
});

test("a bug is thrown as it is, and leaves no lock", () => {
  jest.spyOn(fs, "renameSync").mockImplementation(() => {
    throw new TypeError("a bug");
  });
  expect(() => writeFiles(shop(), loadedAt)).toThrow(TypeError);
  expect(readdirSync(folder)).toEqual(["index.ts"]);
});

test("while another command writes, nothing is", () => {
  writeFileSync(join(folder, "service-new.lock"), "");
  expect(refused(shop())).toBe(
    "config/services/service-new.lock: got a lock: another service is being written, expected no other service new at the " +
      "same time. Fix: run it again; remove that file when no other is running.",
  );
  rmSync(join(folder, "service-new.lock"));
  writeFiles(shop(), loadedAt);
});

const changed = (file: string) =>
  `config/services/${file}: got a change while this command ran, expected the services that the new one was checked with. ` +
  "Fix: run it again.";

test("a list that is another one by now is not replaced", () => {
  const files = shop();
  writeFileSync(join(folder, "index.ts"), `${INDEX}// more\n`);
  expect(refused(files, Number.POSITIVE_INFINITY)).toBe(changed("index.ts"));
  expect(read("index.ts")).toBe(`${INDEX}// more\n`);
});

test("a service that changed after it was loaded may have the ports of the new one", () => {
  expect(refused(shop(), loadedAt - 1)).toBe(changed("index.ts"));
  writeFileSync(join(folder, "alpha.ts"), "");
  const { ctimeMs } = statSync(join(folder, "alpha.ts"));
  expect(refused(shop(), ctimeMs - 0.001)).toMatch(/ got a change while this command ran, /);
  writeFiles(shop(), ctimeMs);
});

const TAKEN =
  'name: got "shop", and config/services/shop.ts is there, expected a name of which there is no file. Fix: choose another ' +
  "name, or edit that file.";

test("a link that leads nowhere is a file that is there, before and while writing", () => {
  const files = shop();
  symlinkSync("nowhere.ts", join(folder, "shop.ts"));
  expect(refused(files)).toBe(TAKEN);
  expect(shop).toThrow(TAKEN);
  expect(lstatSync(join(folder, "shop.ts")).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["index.ts", "shop.ts"]);
});

test("nothing is written before it is asked to", () => {
  shop();
  expect(readdirSync(folder)).toEqual(["index.ts"]);
});
