import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sentraPortal } from "../../config/services/sentra-portal";
import { configShow } from "../../ops/commands/config-show";
import { connection } from "../../ops/commands/connection";
import { secretsImport, secretsStatus } from "../../ops/commands/secrets";
import { verify } from "../../ops/commands/verify";
import { readVolume } from "../../ops/volume-files";
import { eventually } from "../support/eventually";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import {
  filesBelow,
  type Places,
  placesWith,
  toldByEngine,
  toldByKernel,
  watchProcessList,
} from "../support/secret-search";
import { TestStack } from "../support/test-stack";

/**
 * Production is deployed and looked after with a known password, and then everything that somebody could read
 * is searched for it. The search is shown to find it, too: a search that finds nothing would pass for ever.
 */

/** As clients have it in `secrets/redis_password.txt`. */
const PASSWORD = `known-${randomBytes(24).toString("hex")}`;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** What is kept of the commands that are run, in the order of their names. */
const SAID = [
  "apply",
  "config show json",
  "config show text",
  "connection env",
  "connection json",
  "connection url",
  "import",
  "metrics",
  "output",
  "plan",
  "plan.json",
  "second plan",
  "state.json",
  "status json",
  "status text",
  "verify json",
  "verify text",
];

let scratch: Scratch;
let stack: TestStack;
let artefacts: string;
let processList: string;

beforeAll(async () => {
  scratch = await Scratch.create();
  const service = edited(await renamed(sentraPortal, "prod", scratch), { memory: { maxmemory: "64 MiB" } });
  stack = new TestStack(scratch, service);
  artefacts = join(scratch.folder, "said");
  mkdirSync(artefacts);
  const watch = watchProcessList();
  await deployAndLookAfter();
  processList = watch.stop();
}, 120_000);

afterAll(() => scratch.remove());

/** Keeps what a program said as a file of that name. */
function keep(name: string, said: { readonly output: string }): void {
  writeFileSync(join(artefacts, name), said.output);
}

async function deployAndLookAfter(): Promise<void> {
  const from = join(scratch.folder, "redis_password.txt");
  writeFileSync(from, `${PASSWORD}\n`, { mode: 0o600 });
  const resolved = stack.resolved;
  const text = { json: false };
  const json = { json: true };
  keep("import", await recorded((to) => secretsImport(resolved, { from, replace: false, ...text }, to)));
  await stack.init();
  keep("plan", await stack.terraform("plan", "-input=false", "-out=plan"));
  keep("plan.json", await stack.terraform("show", "-json", "plan"));
  keep("apply", await stack.terraform("apply", "-input=false", "plan"));
  keep("second plan", await stack.terraform("plan", "-input=false"));
  keep("state.json", await stack.terraform("show", "-json"));
  keep("output", await stack.terraform("output", "-json"));
  for (const options of [text, json]) {
    const as = options.json ? "json" : "text";
    keep(`status ${as}`, await recorded((to) => secretsStatus(resolved, options, to)));
    keep(`config show ${as}`, await recorded((to) => configShow(resolved, options, to)));
    keep(
      `verify ${as}`,
      await recorded((to) => verify(resolved, { timeoutSeconds: 30, files: false, ...options }, to)),
    );
  }
  for (const format of ["env", "json", "url"] as const) {
    keep(`connection ${format}`, await recorded((to) => connection(resolved, { format }, to)));
  }
  const metrics = await fetch(`http://127.0.0.1:${resolved.props.exporter?.hostPort}/metrics`);
  keep("metrics", { output: await metrics.text() });
}

/** The password of the clients, those that `redis-ops` made, and the hash of each. */
async function needles(): Promise<readonly string[]> {
  const { auth } = stack.props.server;
  const volume = auth.mode === "requirepass" ? auth.secretsVolume : "";
  const secrets = ((await readVolume(scratch.docker, volume)) ?? []).map(({ content }) => content);
  expect(secrets).toHaveLength(4);
  expect(secrets).toContain(PASSWORD);
  return secrets.flatMap((secret) => [secret, sha256(secret)]);
}

/** Everything that is looked at. What Terraform made and said is taken from `folder`. */
async function everywhere(folder = scratch.folder): Promise<Places> {
  return new Map([
    ...["cdktf.out", "state", "said"].flatMap((name) => [...inFolder(name, filesBelow(join(folder, name)))]),
    ...(await toldByEngine(scratch)),
    ...toldByKernel(),
    ["process list during the deploy", processList],
  ]);
}

const inFolder = (folder: string, files: Places): Places =>
  new Map([...files].map(([path, text]) => [`${folder}/${path}`, text]));

it("deploys a server that asks for the imported password", async () => {
  const { output } = await recorded((to) =>
    verify(stack.resolved, { timeoutSeconds: 30, files: false, json: false }, to),
  );
  expect(output).toContain("write and read: the same value");
  expect(await stack.redis("OPS_CONFIG", "GET", "requirepass")).toBe(`requirepass\n${PASSWORD}`);
});

it("looks at every place, and at each while it has something to say", async () => {
  const places = await everywhere();
  expect([...places.keys()].map((place) => place.replace(stack.resolved.id, "<stack>")).sort()).toEqual([
    "cdktf.out/manifest.json",
    "cdktf.out/stacks/<stack>/.terraform/terraform.tfstate",
    "cdktf.out/stacks/<stack>/cdk.tf.json",
    "cdktf.out/stacks/<stack>/plan",
    "docker inspect",
    "docker logs",
    "docker network inspect",
    "docker ps",
    "docker top",
    "docker volume inspect",
    "environment in containers",
    "environment of processes",
    "process list",
    "process list during the deploy",
    ...SAID.map((name) => `said/${name}`),
    "state/<stack>.tfstate",
  ]);
  expect([...places].filter(([, text]) => text.length < 20).map(([place]) => place)).toEqual([]);
  for (const place of [
    `cdktf.out/stacks/${stack.resolved.id}/cdk.tf.json`,
    `state/${stack.resolved.id}.tfstate`,
    "said/plan",
    "said/plan.json",
    "said/state.json",
    "docker inspect",
  ]) {
    expect(places.get(place)).toContain("@secret:redis_password@");
  }
  expect(places.get("docker top")).toContain("redis-server");
  expect(places.get("docker logs")).toContain("Ready to accept connections");
  expect(places.get("process list during the deploy")).toContain("terraform apply");
});

it("has none of the secrets, nor the hash of one, in any place", async () => {
  expect(placesWith(await needles(), await everywhere())).toEqual([]);
});

describe("the same search finds a planted password", () => {
  it("in each file that Terraform or redis-ops wrote or said", async () => {
    for (const name of ["cdktf.out", "state", "said"]) {
      for (const path of filesBelow(join(scratch.folder, name)).keys()) {
        const copy = join(scratch.folder, "planted");
        cpSync(join(scratch.folder, name), copy, { recursive: true });
        appendFileSync(join(copy, path), PASSWORD);
        expect(placesWith([PASSWORD], filesBelow(copy))).toEqual([path]);
        cpSync(join(scratch.folder, name, path), join(copy, path));
      }
    }
  });

  it("in what the engine tells: configuration, log, processes", async () => {
    const planted = await scratch.docker.createContainer({
      name: `${scratch.prefix}-planted`,
      Image: LAB_IMAGE,
      Cmd: ["sh", "-c", 'echo "$0"; sleep 60; :', PASSWORD],
    });
    await planted.start();
    const places = ["docker ps", "docker inspect", "docker logs", "docker top"];
    const found = await eventually(
      async () => placesWith([PASSWORD], await toldByEngine(scratch)),
      ({ length }) => length === places.length,
    );
    await planted.remove({ force: true });
    expect(found).toEqual(places);
  });

  it("in the environment of a container's process", async () => {
    const planted = await scratch.docker.createContainer({
      name: `${scratch.prefix}-planted`,
      Image: LAB_IMAGE,
      Cmd: ["sleep", "60"],
      Env: [`REDISCLI_AUTH=${PASSWORD}`],
    });
    await planted.start();
    const found = placesWith([PASSWORD], new Map([...(await toldByEngine(scratch)), ...toldByKernel()]));
    await planted.remove({ force: true });
    expect(found).toEqual(expect.arrayContaining(["docker inspect", "environment in containers"]));
  });

  it("in the process list, also when the process has ended since", async () => {
    const watch = watchProcessList();
    const planted = spawn("sh", ["-c", "sleep 1; :", PASSWORD]);
    const found = await eventually(
      () => placesWith([PASSWORD], toldByKernel()),
      ({ length }) => length > 0,
    );
    expect(found).toEqual(["process list"]);
    await new Promise((resolve) => planted.on("close", resolve));
    expect(watch.stop()).toContain(PASSWORD);
    expect(placesWith([PASSWORD], toldByKernel())).toEqual([]);
  });
});
