import { runInNewContext } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import type { Service } from "../../config/service";
import type { SizeText } from "../../core/size";
import { constantOf, serviceFile } from "../../ops/service-file";
import { lintOf } from "../support/biome";

const SESSIONS = { kind: "sessions", keys: "shop:session:*", ttl: "24 h", lossAcceptable: false } as const;
const CACHE = { kind: "cache", keys: "shop:cache:*", ttl: "1 h", lossAcceptable: true } as const;

function shop(own: Partial<Service> = {}): Service {
  return {
    name: "shop",
    description: "Baskets of the shop",
    engine: "redis-7.4",
    stores: [SESSIONS],
    environments: {
      dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6383 },
      prod: { memory: { maxmemory: "256 MiB" }, exporter: { hostPort: 9124 } },
    },
    ...own,
  };
}

/** The constant that a file exports, run as JavaScript. */
function exportedBy(text: string): Readonly<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exports = {};
  runInNewContext(outputText, { exports });
  return JSON.parse(JSON.stringify(exports));
}

test("a service with one store has it in one line", () => {
  expect(serviceFile(shop())).toBe(`import type { Service } from "../service";

/**
 * What is not here follows from \`stores\` and \`maxmemory\`, or is a default:
 * \`bin/redis-ops config explain shop-dev\` says what, and why.
 */
export const shop: Service = {
  name: "shop",
  description: "Baskets of the shop",
  engine: "redis-7.4",
  stores: [{ kind: "sessions", keys: "shop:session:*", ttl: "24 h", lossAcceptable: false }],

  environments: {
    dev: {
      memory: { maxmemory: "64 MiB" },
      hostPort: 6383,
    },
    prod: {
      memory: { maxmemory: "256 MiB" },
      exporter: { hostPort: 9124 },
    },
  },
};
`);
});

test("several stores have a line each, and what somebody chose instead of what follows is there", () => {
  const text = serviceFile(
    shop({
      name: "big-shop",
      stores: [SESSIONS, CACHE],
      maxmemoryPolicy: "noeviction",
      persistence: { appendonly: true, save: [] },
      environments: { prod: { memory: { maxmemory: "1 GiB" }, exporter: "off" } },
    }),
  );
  expect(text).toContain("`bin/redis-ops config explain big-shop-prod` says what, and why.");
  expect(text.slice(text.indexOf("export"))).toBe(`export const bigShop: Service = {
  name: "big-shop",
  description: "Baskets of the shop",
  engine: "redis-7.4",
  stores: [
    { kind: "sessions", keys: "shop:session:*", ttl: "24 h", lossAcceptable: false },
    { kind: "cache", keys: "shop:cache:*", ttl: "1 h", lossAcceptable: true },
  ],
  maxmemoryPolicy: "noeviction",
  persistence: { appendonly: true, save: [] },

  environments: {
    prod: {
      memory: { maxmemory: "1 GiB" },
      exporter: "off",
    },
  },
};
`);
});

test("what does not fit in 110 columns goes to lines of its own", () => {
  const text = serviceFile(
    shop({
      description: "x".repeat(93),
      stores: [{ ...SESSIONS, keys: "k".repeat(39) }],
    }),
  );
  expect(text).toContain(`
  description:
    "${"x".repeat(93)}",
`);
  expect(text).toContain(`
  stores: [
    { kind: "sessions", keys: "${"k".repeat(39)}", ttl: "24 h", lossAcceptable: false },
  ],
`);
  expect(serviceFile(shop({ stores: [{ ...SESSIONS, keys: "k".repeat(40) }] }))).toContain(`
    {
      kind: "sessions",
      keys: "${"k".repeat(40)}",
`);
  expect(serviceFile(shop({ description: "x".repeat(92) }))).toContain(
    `  description: "${"x".repeat(92)}",\n`,
  );
});

/** Texts that are hard to write down: quotes, escapes, template literals, the end of a comment, wide letters. */
const hardText = fc
  .array(fc.constantFrom("a", " ", '"', "'", "\\", "`", "$" + "{", "*/", "é", "日", "한", "🙂"), {
    minLength: 1,
    maxLength: 110,
  })
  .map((letters) => letters.join(""));

const hardService = fc
  .record({
    name: fc.constantFrom("shop", "big-shop", "shop-2", "default", "class", "escape", "import-x"),
    description: hardText,
    keys: fc.array(hardText, { minLength: 1, maxLength: 3 }),
    maxmemory: fc.nat({ max: 9999 }).map((size): SizeText => `${size} MiB`),
  })
  .map(({ name, description, keys, maxmemory }) =>
    shop({
      name,
      description,
      stores: keys.map((pattern) => ({ ...CACHE, keys: pattern })),
      environments: { dev: { memory: { maxmemory } } },
    }),
  );

test("the linter finds nothing to change, whatever is in a file", () => {
  const lengths = Array.from({ length: 110 }, (_, index) => index + 1);
  const services = [
    ...lengths.map((length) => shop({ description: "x".repeat(length) })),
    ...lengths.map((length) => shop({ stores: [{ ...SESSIONS, keys: "k".repeat(length) }] })),
    ...lengths.map((length) => shop({ stores: [{ ...SESSIONS, keys: "k".repeat(length) }, CACHE] })),
    ...["日", "한", "カ", "🙂", "é", "e\u0301"].flatMap((letter) =>
      lengths.map((length) => shop({ description: letter.repeat(length) })),
    ),
    ...fc.sample(hardService, { numRuns: 300, seed: 4 }),
  ];
  const texts = Object.fromEntries(services.map((service, index) => [`s${index}.ts`, serviceFile(service)]));
  expect(lintOf(texts)).toBe("");
});

test("a file exports the service that it was made of", () => {
  fc.assert(
    fc.property(hardService, (service) => {
      expect(exportedBy(serviceFile(service))).toEqual({ [constantOf(service.name)]: service });
    }),
    { numRuns: 200 },
  );
});

test("the linter takes the constant of every global name and every word of the language", () => {
  const words = Array.from(
    { length: ts.SyntaxKind.LastKeyword },
    (_, kind) => ts.tokenToString(kind + 1) ?? "",
  );
  const globals = [globalThis, Object.prototype, Function.prototype].flatMap(Object.getOwnPropertyNames);
  const names = [...words, ...globals, "exports", "module", "require", "services"]
    .filter((word) => /^[a-z][A-Za-z0-9]*$/.test(word))
    .map((word) => word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  expect(names).toEqual(
    expect.arrayContaining(["constructor", "is-na-n", "parse-float", "class", "to-string"]),
  );
  const texts = [...new Set(names)].map((name): [string, string] => [
    `${name}.ts`,
    serviceFile(shop({ name })),
  ]);
  expect(lintOf(Object.fromEntries(texts))).toBe("");
});

test("a constant is never a word of the language", () => {
  expect(["shop", "big-shop", "shop-2", "a-1-b"].map(constantOf)).toEqual([
    "shop",
    "bigShop",
    "shop2",
    "a1B",
  ]);
  expect(["class", "constructor", "is-na-n", "module", "type", "undefined"].map(constantOf)).toEqual([
    "classService",
    "constructorService",
    "isNaNService",
    "moduleService",
    "typeService",
    "undefinedService",
  ]);
});
