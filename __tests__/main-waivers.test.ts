import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject } from "./support/copy-project";
import { plainEnvironment, runProgram } from "./support/run-program";
import { repository } from "./support/stack-fixtures";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redis-on-docker-waivers-"));
  copyProject(folder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A day so many days from the clock's, in UTC, as `main.ts` reads it. */
const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Changes the services of the copy. */
function edit(from: string, to: string): void {
  const file = join(folder, "config", "services", "index.ts");
  const before = readFileSync(file, "utf8");
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

/** Publishes the exporter of `shop-prod` to the network, with a waiver until `expires`. */
function waive(expires: string): void {
  const waiver = `{ rule: "published-port", reason: "Prometheus runs on another host", expires: "${expires}" }`;
  const exporter = "exporter: { hostPort: 9121";
  edit(`${exporter} }`, `${exporter}, hostAddress: "0.0.0.0" }, waivers: [${waiver}]`);
}

function main() {
  const tsx = join(repository, "node_modules", ".bin", "tsx");
  const env = plainEnvironment({ CDKTF_OUTDIR: join(folder, "out") });
  return runProgram(tsx, [join(folder, "main.ts")], { cwd: folder, env });
}

test("a waiver is told at every synth, and stands in the stack", async () => {
  const expires = dayFromNow(30);
  waive(expires);
  const { exitCode, stdout, stderr } = await main();
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: `shop-prod: waived until ${expires}: published-port: Prometheus runs on another host\n`,
  });
  const stack = JSON.parse(readFileSync(join(folder, "out/stacks/shop-prod/cdk.tf.json"), "utf8"));
  expect(stack.output.waivers.value).toEqual([
    { rule: "published-port", reason: "Prometheus runs on another host", expires },
  ]);
  expect(stack.resource.docker_container.redis.labels).toContainEqual({
    label: "redis-on-docker.waivers",
    value: "published-port",
  });
  const other = readFileSync(join(folder, "out/stacks/shop-dev/cdk.tf.json"), "utf8");
  expect(other).not.toContain("waivers");
});

test("a waiver that has ended refuses the stack with exit code 2, and nothing is written", async () => {
  const expires = dayFromNow(-2);
  waive(expires);
  const { exitCode, stdout, stderr } = await main();
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr.split("\n").map((line) => line.split(", expected")[0])).toEqual([
    "2 problems, nothing was changed",
    '  shop.environments.prod.exporter.hostAddress: got "0.0.0.0"',
    `  shop.environments.prod.waivers[0].expires: got "${expires}"`,
    "",
  ]);
  expect(existsSync(join(folder, "out"))).toBe(false);
});

test("a gate that only warns is told in one line, and the stacks are written", async () => {
  edit("hostPort: 6380,", 'hostPort: 6380, hostAddress: "0.0.0.0",');
  const { exitCode, stdout, stderr } = await main();
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: "",
    stderr:
      'cache-dev: warning: published-port: cache.environments.dev.hostAddress: got "0.0.0.0", expected an address ' +
      'of the host alone, such as "127.0.0.1". Fix: leave hostAddress out, and let clients join the network.\n',
  });
  expect(existsSync(join(folder, "out/stacks/cache-dev/cdk.tf.json"))).toBe(true);
});
