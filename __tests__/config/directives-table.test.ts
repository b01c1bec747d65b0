import { checkDirectives } from "../../config/check-directives";
import {
  canonicalDirective,
  directiveOf,
  KNOWN_LINES,
  namesOf,
  ownerOf,
  settableDirectives,
} from "../../config/directives";
import { checkValue } from "../../config/directives/check-value";
import fields from "../../config/directives/fields.json";
import owned from "../../config/directives/owned.json";
import rules from "../../config/directives/rules.json";
import { TABLES } from "../../config/directives/table";
import units from "../../config/directives/units.json";
import { engines } from "../../config/engines";
import { formatProblem, Problems } from "../../core/problem";
import { directivesOfTemplate } from "../../core/redis-conf";
import { shopStack, template } from "../support/stack-fixtures";

const versions = ["7.0.15", "7.2.16", "7.4.11", "8.0.2"];

/** Directives that no engine reports, because a line of them is not a setting. */
const NOT_SETTINGS = ["include", "loadmodule", "rename-command", "sentinel", "user"];

/** Of the rules, what narrows the range of an engine. */
const ranges = rules as Readonly<Record<string, { readonly min?: string; readonly max?: string }>>;

const everyName = new Set(versions.flatMap(namesOf));
const known = (name: string) => everyName.has(name) || NOT_SETTINGS.includes(name);

describe("the table of a release line", () => {
  it.each([...TABLES])("%s was read from an engine of it", (line, { version, directives }) => {
    expect(version.startsWith(`${line}.`)).toBe(true);
    expect(Object.keys(directives).length).toBeGreaterThan(170);
    expect(Object.keys(directives)).toEqual([...Object.keys(directives)].sort());
  });

  it.each(Object.entries(engines))("is there for %s", (_, { version }) => {
    expect(namesOf(version)).toContain("maxmemory-policy");
  });

  it.each(["6.2.14", "8.2.1", "7.10.0", "10.0.0", "", "x"])("is missing for %j", (version) => {
    expect(namesOf(version)).toEqual([]);
    expect(namesOf(version)).toEqual([]);
    expect(settableDirectives(version)).toEqual([]);
    expect(directiveOf(version, "hz")).toBeUndefined();
  });

  it("is missing for a newer engine, which is said", () => {
    const stack = shopStack("dev", { service: { directives: { hz: "20" } } });
    const server = { ...stack.props.server, version: "8.2.1" };
    const problems = new Problems();
    checkDirectives({ ...stack, props: { ...stack.props, server } }, [], problems);
    expect(problems.list.map(formatProblem)).toEqual([
      'shop.directives.hz: got "hz", expected a directive that Redis 8.2.1 knows, and there is no table of its directives. ' +
        "Fix: choose an engine of 7.0, 7.2, 7.4, 8.0, or make the table with lab/directives/read-directives.ts.",
    ]);
    expect(KNOWN_LINES).toEqual(["7.0", "7.2", "7.4", "8.0"]);
  });

  it("knows what came with the line", () => {
    const knows = (name: string) => versions.map((version) => directiveOf(version, name) !== undefined);
    expect(knows("hash-max-listpack-entries")).toEqual([true, true, true, true]);
    expect(knows("set-max-listpack-entries")).toEqual([false, true, true, true]);
    expect(knows("locale-collate")).toEqual([false, true, true, true]);
    expect(knows("max-new-connections-per-cycle")).toEqual([false, false, true, true]);
    expect(knows("server-cpulist")).toEqual([false, false, true, true]);
    expect(knows("server_cpulist")).toEqual([true, true, true, true]);
  });
});

describe("a directive", () => {
  it("is found by its own name and by its other one, in any case", () => {
    for (const name of [
      "hash-max-listpack-entries",
      "hash-max-ziplist-entries",
      "HASH-MAX-ZIPLIST-ENTRIES",
    ]) {
      expect(directiveOf("7.4.11", name)?.name).toBe("hash-max-listpack-entries");
      expect(canonicalDirective(name)).toBe("hash-max-listpack-entries");
    }
    expect(canonicalDirective("toString")).toBeUndefined();
    expect(directiveOf("7.4.11", "constructor")).toBeUndefined();
  });

  it("is called as the newest line calls it", () => {
    expect(canonicalDirective("server_cpulist")).toBe("server-cpulist");
    expect(directiveOf("7.0.15", "server_cpulist")?.name).toBe("server_cpulist");
  });

  it("has what its engine and the manual say of it", () => {
    expect(directiveOf("7.4.11", "lua-time-limit")).toEqual({
      name: "busy-reply-threshold",
      aliases: ["lua-time-limit"],
      default: "5000",
      mutable: true,
      unit: "milliseconds",
      owner: undefined,
      shape: {
        words: [{ type: "number", min: 0n, max: 9223372036854775807n, unit: "milliseconds" }],
        repeated: false,
        empty: false,
      },
    });
  });

  it.each([
    ["hz", true],
    ["io-threads", false],
    ["dir", false],
  ])("%s may change at run time: %s", (name, mutable) => {
    expect(directiveOf("7.4.11", name)?.mutable).toBe(mutable);
  });

  it("has a default that it may have", () => {
    const wrong = versions.flatMap((version) =>
      settableDirectives(version).flatMap(({ name, words, repeated, ...shape }) => {
        const value = directiveOf(version, name)?.default ?? "";
        const written = repeated && value !== "" ? value : `"${value}"`;
        try {
          checkValue({ words, repeated, ...shape }, written);
          return [];
        } catch (error) {
          return [`${version} ${name} ${written}: ${error}`];
        }
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe("what is kept by hand", () => {
  const namesByHand = [
    ...Object.values(units.directives).flat(),
    ...Object.keys(fields.service),
    ...Object.keys(fields.environment),
    ...Object.keys(rules),
    ...owned.flatMap(({ directives }) => directives),
  ];

  it("is about directives that there are", () => {
    const names = [...everyName];
    const unknown = namesByHand.filter((name) =>
      name.endsWith("*") ? !names.some((other) => other.startsWith(name.slice(0, -1))) : !known(name),
    );
    expect(unknown).toEqual([]);
  });

  it("gives a directive one owner", () => {
    const owners = (name: string) => [
      ...[...Object.keys(fields.service), ...Object.keys(fields.environment)].filter(
        (other) => other === name,
      ),
      ...owned.flatMap(({ directives }) =>
        directives.filter(
          (other) => other === name || (other.endsWith("*") && name.startsWith(other.slice(0, -1))),
        ),
      ),
    ];
    expect([...everyName].filter((name) => owners(name).length > 1)).toEqual([]);
  });

  it("owns every directive that the template sets", () => {
    expect(directivesOfTemplate(template).filter((name) => ownerOf(name) === undefined)).toEqual([]);
  });

  it("says how the value of every directive is written that a service may set", () => {
    const open = versions.flatMap((version) =>
      namesOf(version).filter((name) => {
        const { owner, shape } = directiveOf(version, name) ?? {};
        return owner === undefined && shape === undefined;
      }),
    );
    expect(open).toEqual([]);
  });

  it("never allows more than the engine", () => {
    for (const version of versions) {
      for (const [name, rule] of Object.entries(ranges)) {
        const fact = TABLES.get(version.slice(0, 3))?.directives[name];
        if (fact?.min !== undefined && fact.max !== undefined) {
          expect(BigInt(rule.min ?? fact.min)).toBeGreaterThanOrEqual(BigInt(fact.min));
          expect(BigInt(rule.max ?? fact.max)).toBeLessThanOrEqual(BigInt(fact.max));
        }
      }
    }
  });

  it("has examples that its own patterns take", () => {
    for (const version of versions) {
      for (const { words } of settableDirectives(version)) {
        for (const word of words) {
          if (word.type === "text") {
            expect(word.examples.filter((example) => !word.pattern.test(example))).toEqual([]);
          }
        }
      }
    }
  });
});

describe("what a service may set", () => {
  it.each([
    ["7.0.15", 67],
    ["7.2.16", 70],
    ["7.4.11", 77],
    ["8.0.2", 77],
  ])("are in %s so many names", (version, count) => {
    expect(settableDirectives(version)).toHaveLength(count);
  });

  it("has aliases under their own names", () => {
    const found = settableDirectives("7.4.11").filter(
      ({ directive }) => directive === "zset-max-listpack-entries",
    );
    expect(found.map(({ name }) => name)).toEqual(["zset-max-listpack-entries", "zset-max-ziplist-entries"]);
  });

  it("has nothing that is owned", () => {
    const names = versions.flatMap((version) => settableDirectives(version).map(({ name }) => name));
    expect(names.filter((name) => ownerOf(name) !== undefined)).toEqual([]);
  });
});
