import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyProject } from "./support/copy-project";
import { plainEnvironment, runProgram } from "./support/run-program";
import { repository } from "./support/stack-fixtures";
import { temporaryFolder } from "./support/temporary-folder";

/** What the test of addresses does in a copy of this project, when a team edits its services. */

const project = temporaryFolder()("project");
const SERVICES = join(project, "config", "services", "index.ts");
const written = () => readFileSync(join(project, "__tests__/__snapshots__/addresses.test.ts.snap"), "utf8");

let services: string;

beforeAll(async () => {
  copyProject(project, [
    "jest.config.js",
    "bin/slowest-first.js",
    "ops/load.ts",
    "__tests__/addresses.test.ts",
    "__tests__/support",
  ]);
  services = readFileSync(SERVICES, "utf8");
  expect(await failing("--ci=false")).toEqual([]);
});

beforeEach(() => writeFileSync(SERVICES, services));

/** The stacks whose addresses are red. */
async function failing(...options: readonly string[]): Promise<readonly string[]> {
  const jest = join(repository, "node_modules", ".bin", "jest");
  const argv = ["--selectProjects", "unit", "--json", ...options];
  const { stdout } = await runProgram(jest, argv, { cwd: project, env: plainEnvironment() });
  const { testResults }: { testResults: readonly { assertionResults: readonly Result[] }[] } =
    JSON.parse(stdout);
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.length).toBeGreaterThan(1);
  return results.filter(({ status }) => status === "failed").map(({ title }) => title.split(" ")[1] ?? title);
}

interface Result {
  readonly title: string;
  readonly status: string;
}

function edit(from: string, to: string): void {
  const before = readFileSync(SERVICES, "utf8");
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(SERVICES, after);
}

test("a container or a volume that is renamed and a stack that is gone are red, and no option of jest mends it", async () => {
  const before = written();
  edit('containerName: "shop-redis"', 'containerName: "shop_redis"');
  edit('dataVolumeName: "page_data"', 'dataVolumeName: "page-data"');
  edit('dev: { memory: { maxmemory: "256 MiB" }, hostPort: 6379 },', "");
  expect(await failing("--ci=false", "--updateSnapshot")).toEqual(["cache-dev", "shop-dev", "shop-prod"]);
  expect(written()).toBe(before);
});

test("a new stack alone is red, until its addresses are written, which changes no others", async () => {
  const before = written();
  edit(
    "[cache, shop]",
    '[cache, shop, { ...shop, name: "till", environments: { dev: shop.environments.dev } }]',
  );
  edit("hostPort: 6379 },", "},");
  expect(await failing("--ci")).toEqual(["till-dev"]);
  expect(written()).toBe(before);
  expect(await failing("--ci=false")).toEqual([]);
  expect(written().startsWith(before)).toBe(true);
  expect(written()).toContain("docker_volume.redis_data = till-dev-data");
  expect(await failing("--ci")).toEqual([]);
});
