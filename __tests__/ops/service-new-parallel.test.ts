import { lintOf } from "../support/biome";
import { ProgramCopy } from "../support/program-copy";

const copy = new ProgramCopy({
  alpha: 'dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6379 }',
  omega: 'prod: { memory: { maxmemory: "64 MiB" }, exporter: { hostPort: 9121 } }',
});
afterEach(() => copy.reset());
afterAll(() => copy.remove());

const add = (name: string) =>
  copy.run(
    "bin/redis-ops",
    ...["service", "new", name, "--yes", "--description", `Service of ${name}`],
    ...["--store", "cache", "--maxmemory", "64MiB"],
  );

const RUN_AGAIN =
  /got (a lock: another service is being written|a change while this command ran), .* Fix: run it again/;

/** Whoever was told to run it again does; with each round one is written at least. */
async function addAll(names: readonly string[]): Promise<number> {
  const results = await Promise.all(names.map(async (name) => ({ name, ...(await add(name)) })));
  const refused = results.filter(({ exitCode }) => exitCode !== 0);
  for (const { exitCode, stdout, stderr } of refused) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(RUN_AGAIN);
  }
  expect(refused.length).toBeLessThan(names.length);
  return refused.length === 0 ? 1 : 1 + (await addAll(refused.map(({ name }) => name)));
}

test("services that are made at the same time are all in the list, each with its own ports", async () => {
  const names = ["one", "two", "three", "four"];
  expect(await addAll(names)).toBeGreaterThan(1);
  const { exitCode, stdout } = await copy.run("bin/redis-ops", "stacks", "--json");
  expect(exitCode).toBe(0);
  const stacks: readonly { readonly stack: string }[] = JSON.parse(stdout);
  expect(stacks.map(({ stack }) => stack)).toEqual(
    expect.arrayContaining(names.flatMap((name) => [`${name}-dev`, `${name}-prod`])),
  );
  expect(stacks).toHaveLength(2 + 2 * names.length);
  expect(lintOf(copy.files)).toBe("");
}, 120_000);

test("of several that make the same service one does", async () => {
  const results = await Promise.all(["shop", "shop", "shop"].map(add));
  expect(results.map(({ exitCode }) => exitCode).sort()).toEqual([0, 2, 2]);
  expect(Object.keys(copy.files).sort()).toEqual(["alpha.ts", "index.ts", "omega.ts", "shop.ts"]);
}, 60_000);
