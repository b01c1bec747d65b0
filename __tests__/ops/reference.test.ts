import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES, ExitCode } from "../../ops/exit-code";
import { ENVIRONMENT_VARIABLES, FILES } from "../../ops/surroundings";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

withEnvironmentOfItsOwn();

const PROJECT = join(__dirname, "..", "..");

test("docs/reference.md is what the program says of itself; npm run reference writes it anew", async () => {
  const { exitCode, out, err } = await redisOps("reference");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(`${out}\n`).toBe(readFileSync(join(PROJECT, "docs/reference.md"), "utf8"));
});

test("every link of the reference goes to a heading", async () => {
  const { out } = await redisOps("reference");
  const headings = [...out.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text.toLowerCase().replaceAll(" ", "-"),
  );
  const links = [...out.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((anchor) => !headings.includes(anchor ?? ""))).toEqual([]);
});

test("no cell of a table of the reference breaks it", async () => {
  const { out } = await redisOps("reference");
  const tables = out
    .replace(/^```[\s\S]*?^```$/gm, "")
    .split("\n\n")
    .filter((part) => part.startsWith("| "));
  expect(tables.length).toBeGreaterThan(20);
  for (const lines of tables.map((text) => text.split("\n"))) {
    const cells = lines.map((line) => line.replace(/\\\|/g, "").split("|").length);
    expect({ head: lines[0], cells: [...new Set(cells)] }).toEqual({ head: lines[0], cells: [cells[0]] });
  }
});

test("every exit code has one meaning in the table", () => {
  expect(Object.keys(EXIT_CODES).map(Number)).toEqual(Object.values(ExitCode));
});

/** Every file below, of the program and of bin/. */
function sources(path: string): readonly string[] {
  const full = join(PROJECT, path);
  return statSync(full).isDirectory()
    ? readdirSync(full).flatMap((name) => sources(join(path, name)))
    : [readFileSync(full, "utf8")];
}

/** What bash has by itself, and what the programs of bin/ hand to each other. */
const NOT_FROM_OUTSIDE = ["BASH_SOURCE", "COMP_CWORD", "COMP_WORDS", "SECONDS", "LAB_UNDECIDED"];

/** Read by packages: docker-modem, and the SDK of AWS. */
const OF_PACKAGES = ["DOCKER_CERT_PATH", "AWS_ACCESS_KEY_ID"];

test("the environment variables of the reference are those that the code reads", () => {
  const read = [
    ...["core", "config", "constructs", "ops", "main.ts"]
      .flatMap(sources)
      .flatMap((text) => [
        ...text.matchAll(/process\.env\.([A-Z][A-Z0-9_]*)/g),
        ...text.matchAll(/\{ ([A-Z][A-Z0-9_]*):[^}]*\} = process\.env/g),
      ]),
    ...["bin"].flatMap(sources).flatMap((text) => [...text.matchAll(/\$\{?([A-Z][A-Z0-9_]+)/g)]),
  ].map(([, name = ""]) => name);
  const told = Object.keys(ENVIRONMENT_VARIABLES);
  expect([...new Set(read)].filter((name) => !NOT_FROM_OUTSIDE.includes(name)).sort()).toEqual(
    told.filter((name) => !OF_PACKAGES.includes(name)).sort(),
  );
});

test("the files of the reference that are under version control are there", () => {
  const tracked = Object.keys(FILES).filter((path) => /^(config|redis\.conf)/.test(path));
  expect(tracked).toHaveLength(4);
  for (const path of tracked) {
    expect(() => statSync(join(PROJECT, path))).not.toThrow();
  }
});
