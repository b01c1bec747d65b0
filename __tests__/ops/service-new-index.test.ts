import fc from "fast-check";
import { InvalidInputError } from "../../core/problem";
import { constantOf } from "../../ops/service-file";
import { withService } from "../../ops/service-index";
import { lintOf } from "../support/biome";

const INDEX = `import type { Service } from "../service";
import { devCache } from "./dev-cache";
import { vedfolnir } from "./vedfolnir";

/** Every service that has a Redis. */
export const services: readonly Service[] = [devCache, vedfolnir];

export const count = services.length;
`;

test.each([
  [
    "first",
    "alpha",
    'import { alpha } from "./alpha";\nimport { devCache } from "./dev-cache";\nimport { vedfolnir } from "./vedfolnir";',
    "[alpha, devCache, vedfolnir]",
  ],
  [
    "in the middle",
    "big-shop",
    'import { bigShop } from "./big-shop";\nimport { devCache } from "./dev-cache";\nimport { vedfolnir } from "./vedfolnir";',
    "[bigShop, devCache, vedfolnir]",
  ],
  [
    "between two",
    "shop",
    'import { devCache } from "./dev-cache";\nimport { shop } from "./shop";\nimport { vedfolnir } from "./vedfolnir";',
    "[devCache, shop, vedfolnir]",
  ],
  [
    "last",
    "zoo",
    'import { devCache } from "./dev-cache";\nimport { vedfolnir } from "./vedfolnir";\nimport { zoo } from "./zoo";',
    "[devCache, vedfolnir, zoo]",
  ],
])("a service that comes %s is put there, and all else stays", (_, name, imports, list) => {
  expect(withService(INDEX, name)).toBe(`import type { Service } from "../service";
${imports}

/** Every service that has a Redis. */
export const services: readonly Service[] = ${list};

export const count = services.length;
`);
});

test("a list that gets longer than 110 columns has a line for each", () => {
  const long = (length: number) => `w${"x".repeat(length - 1)}`;
  // `export const services: readonly Service[] = [devCache, vedfolnir, …];` is 110 columns with 42 letters.
  expect(withService(INDEX, long(42))).toContain(`[devCache, vedfolnir, ${long(42)}];\n`);
  expect(withService(INDEX, long(43))).toContain(`[\n  devCache,\n  vedfolnir,\n  ${long(43)},\n];\n`);
});

test("a list in which there is more than names keeps it", () => {
  const commented = INDEX.replace(
    "[devCache, vedfolnir]",
    "[\n  // of everybody\n  devCache,\n  vedfolnir,\n]",
  );
  expect(withService(commented, "shop")).toContain(
    "[\n  shop,\n  // of everybody\n  devCache,\n  vedfolnir,\n];\n",
  );
  const spread = INDEX.replace("[devCache, vedfolnir]", "[devCache, ...others]");
  expect(withService(spread, "shop")).toContain("[shop, devCache, ...others];\n");
});

const problemsOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.message;
    }
    throw error;
  }
  return "";
};

test("a name that is written in TypeScript as another one is refused", () => {
  expect(problemsOf(() => withService(withService(INDEX, "shop-2"), "shop2"))).toBe(
    "1 problem, nothing was changed\n" +
      '  name: got "shop2", which is shop2 in TypeScript, expected a name that is written in another way there; shop-2 is ' +
      "shop2, too. Fix: choose another name.",
  );
});

test.each([
  ["a constant", `${INDEX}const shop = 1;\n`],
  ["an import under another name", INDEX.replace("{ vedfolnir }", "{ vedfolnir as shop }")],
  ["a parameter", `${INDEX}export const all = (shop: number) => shop;\n`],
])("a name that %s has already is refused", (_, text) => {
  expect(problemsOf(() => withService(text, "shop"))).toBe(
    "1 problem, nothing was changed\n" +
      '  name: got "shop", which is shop in TypeScript, expected a name that is written in another way there; ' +
      "config/services/index.ts has a shop already. Fix: choose another name.",
  );
});

test("a name in a comment, in a text or as a part of another one is free", () => {
  const text = `${INDEX}/* no shop */ const bigShop = "shop's"; // shop\nconst shop2 = 'a "shop"' + \`shop\`;\n`;
  const written = withService(text, "shop");
  expect(written).toContain("[devCache, shop, vedfolnir];");
  expect(written.endsWith(text.slice(INDEX.length))).toBe(true);
});

const LIST = "export const services: readonly Service[] = [devCache, vedfolnir];";

test.each([
  ["a comment", `/*\n${LIST.replace(", vedfolnir", "")}\nimport { zoo } from "./zoo";\n*/\n`],
  ["a line of a comment", `// ${LIST}\n`],
  ["a template", `const old = \`\n${LIST}\n\`;\n`],
])("an older list in %s stays what it is", (_, old) => {
  const before = withService(
    INDEX.replace("/** Every", () => `${old}/** Every`),
    "shop",
  );
  expect(before).toContain(old);
  expect(before).toContain("\nexport const services: readonly Service[] = [devCache, shop, vedfolnir];\n");
  expect(before).toContain('import { shop } from "./shop";\nimport { vedfolnir } from "./vedfolnir";\n');
  expect(withService(INDEX + old, "shop")).toBe(withService(INDEX, "shop") + old);
});

test.each([
  ["two lists", `${INDEX}${LIST}\n`],
  ["a list before its imports", `${LIST}\n${INDEX.replace(LIST, "")}`],
  ["a list in a comment alone", INDEX.replace(LIST, `/*\n${LIST}\n*/`)],
  ["no list", INDEX.replace("services: readonly Service[]", "all")],
  ["no imports", INDEX.replace(/^import \{.*\n/gm, "")],
  ["nothing", ""],
])("a file with %s is refused", (_, text) => {
  expect(problemsOf(() => withService(text, "shop"))).toBe(
    "1 problem, nothing was changed\n" +
      "  config/services/index.ts: got no imports and list that this command understands, expected lines like import { shop } " +
      'from "./shop"; and export const services: readonly Service[] = [shop];. Fix: write them so, or add the service by ' +
      "hand: --dry-run prints its file.",
  );
});

test("the linter finds nothing to change, in whatever order services are added", () => {
  const name = fc.stringMatching(/^[ab][ab0129]{0,3}(-[ab0129]{1,3}){0,2}$/);
  const orders = fc.sample(fc.uniqueArray(name, { selector: constantOf, maxLength: 25 }), {
    numRuns: 200,
    seed: 4,
  });
  const texts = orders.map((names) =>
    names.reduce(withService, INDEX.replace(/import \{ (?!devCache).*\n/, "").replace(", vedfolnir", "")),
  );
  expect(texts.filter((text) => text.includes("[\n")).length).toBeGreaterThan(20);
  expect(lintOf(Object.fromEntries(texts.map((text, index) => [`i${index}.ts`, text])))).toBe("");
});
