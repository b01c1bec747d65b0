// Measures `redis-ops sessions` on millions of keys against the shell loop of an old runbook, and bare redis-cli: bench/README.md.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type Docker from "dockerode";
import { connectEngine, exec } from "../ops/docker-engine";
import { fillServer } from "./fill-server";
import { type Latency, watchLatency } from "./watch-latency";

const USAGE = "Usage: npx tsx bench/sessions.ts [--keys N] [--repeats N] [--loop N] [--image IMAGE] [--json]";
const PROJECT = join(__dirname, "..");
const PARTS = ["bin", "config", "constructs", "core", "monitoring", "ops", "redis.conf.tpl", "tsconfig.json"];
const STACK = "bench-dev";
/** One session in ten is of this organisation, and its key begins with `session:a`. */
const ORGANISATION = "42";
const EVERY = 10;
const KEYS_PER_PIECE = 1000;
const SERVER = [
  ...["redis-server", "--save", "", "--dir", "/tmp", "--unixsocket", "/bench/redis.sock"],
  ...["--unixsocketperm", "777", "--latency-monitor-threshold", "1"],
  ...["--slowlog-log-slower-than", "1000", "--slowlog-max-len", "100000"],
];
const PIPED =
  "redis-cli --scan --pattern 'session:a*' | sed 's/^/UNLINK /' | redis-cli --pipe >/tmp/piped && cat /tmp/piped";
/** As the runbook has it, but for the first keys alone. */
const LOOP = `ORG_ID=${ORGANISATION}
for key in $(head -n "$1" /tmp/keys); do
  org=$(redis-cli get "$key" | jq -r .organisationId)
  if [ "$org" == "$ORG_ID" ]; then echo "Deleting $key"; redis-cli del "$key"; fi
done`;

/** What is measured: the arguments of `redis-ops`, or a script in the container. */
interface Way {
  readonly name: string;
  readonly argv?: readonly string[];
  readonly script?: string;
  readonly deletes?: boolean;
}

const ORG = ["--organisation", ORGANISATION];
const WAYS: readonly Way[] = [
  { name: "nothing, for a minute", script: "sleep 60" },
  { name: "count by organisation", argv: ["count", STACK, ...ORG] },
  { name: "list by organisation", argv: ["list", STACK, ...ORG, "--json"] },
  { name: "delete by organisation", argv: ["delete", STACK, ...ORG, "--yes"], deletes: true },
  { name: "delete by pattern", argv: ["delete", STACK, "--match", "session:a*", "--yes"], deletes: true },
  { name: "redis-cli --scan | redis-cli --pipe", script: PIPED, deletes: true },
];

interface Run {
  readonly name: string;
  readonly seconds: number;
  /** Most memory that the program ever had. Undefined: not this project's program. */
  readonly megabytes?: number;
  readonly latency: Latency;
  /** The longest command in the server's own slow log, in ms; 1: none took that long. */
  readonly slowest: number;
}

async function main(): Promise<number> {
  const options = {
    keys: { type: "string", default: "5000000" },
    repeats: { type: "string", default: "3" },
    loop: { type: "string", default: "2000" },
    image: { type: "string", default: "redis-on-docker-lab/redis:7.0.15" },
    json: { type: "boolean", default: false },
  } as const;
  let values: { keys: string; repeats: string; loop: string; image: string; json: boolean };
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const count = Number(values.keys);
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-bench-"));
  chmodSync(folder, 0o777);
  const docker = await connectEngine({});
  const name = `redis-on-docker-bench-${randomBytes(4).toString("hex")}`;
  const Binds = [`${folder}:/bench`, ...jqFiles().map((path) => `${path}:${path}:ro`)];
  const container = await docker.createContainer({
    name,
    Image: values.image,
    Cmd: SERVER,
    User: "999:1000",
    HostConfig: { AutoRemove: true, NetworkMode: "none", Binds },
  });
  try {
    await container.start();
    const program = writeProject(join(folder, "project"), name);
    await fill(container, count, () => true);
    const runs: Run[] = [];
    for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
      for (const way of WAYS) {
        console.error(`${way.name}: run ${repeat} of ${values.repeats}`);
        const run = await measure(way, program, container, folder);
        console.error(JSON.stringify(run));
        runs.push(run);
        if (way.deletes === true) {
          await fill(container, count, (index) => index % EVERY === 0);
        }
      }
    }
    const loopSeconds = await loop(container, count, Number(values.loop));
    console.log(values.json ? JSON.stringify({ count, runs, loopSeconds }, null, 2) : tableOf(runs));
    console.log(`the shell loop: ${loopSeconds.toFixed(0)} s, extrapolated from ${values.loop} keys`);
    return 0;
  } finally {
    await container.remove({ force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `jq` with its libraries, for an image of the same distribution. */
function jqFiles(): readonly string[] {
  const jq = execFileSync("which", ["jq"], { encoding: "utf8" }).trim();
  const libraries = execFileSync("ldd", [jq], { encoding: "utf8" }).matchAll(/\/\S*lib(?:jq|onig)\S*/g);
  return [jq, ...Array.from(libraries, ([path]) => path)];
}

/** The programs once more, with one service, whose container is the bench's. Returns `redis-ops`. */
function writeProject(folder: string, containerName: string): string {
  for (const part of PARTS) {
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  const services = join(folder, "config", "services");
  for (const file of readdirSync(services)) {
    rmSync(join(services, file));
  }
  writeFileSync(
    join(services, "index.ts"),
    `import type { Service } from "../service";
export const services: readonly Service[] = [{
  name: "bench", description: "Sessions of the bench", engine: "redis-7.4",
  stores: [{ kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: false,
    format: { encoding: "json", organisation: "organisationId", createdAt: "createdAt" } }],
  environments: { dev: { memory: { maxmemory: "8 GiB" }, hostPort: 6399, containerName: "${containerName}" } },
}];
`,
  );
  return join(folder, "bin", "redis-ops");
}

/** Sessions of about 300 bytes with a TTL; always the same ones. */
async function fill(container: Docker.Container, count: number, isMeant: (index: number) => boolean) {
  function* commands(): Generator<string> {
    for (let start = 0; start < count; start += KEYS_PER_PIECE) {
      const indices = Array.from({ length: Math.min(KEYS_PER_PIECE, count - start) }, (_, at) => start + at);
      yield indices.filter(isMeant).map(writing).join("");
    }
  }
  await fillServer(container, commands());
}

function writing(index: number): string {
  const hash = createHash("md5").update(`${index}`).digest("hex");
  const isMine = index % EVERY === 0;
  const user = `${isMine ? "a" : "b"}${hash.slice(1, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 20)}-${hash.slice(20)}`;
  const value = JSON.stringify({
    userId: user,
    email: `user${index}@example.com`,
    organisationId: isMine ? ORGANISATION : `${100 + (index % 9973)}`,
    role: "member",
    createdAt: 1_795_000_000_000 + index,
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    csrfToken: hash,
  });
  const words = ["SET", `session:${user}`, value, "EX", "86400"];
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

async function measure(way: Way, program: string, container: Docker.Container, folder: string): Promise<Run> {
  await succeed(container, "redis-cli slowlog reset");
  const stop = await watchLatency(join(folder, "redis.sock"), (await container.inspect()).State.Pid);
  const started = performance.now();
  const megabytes = way.argv === undefined ? undefined : await runProgram(program, way.argv);
  if (way.script !== undefined) {
    await succeed(container, way.script);
  }
  const seconds = (performance.now() - started) / 1000;
  const latency = await stop();
  const slowest = await succeed(
    container,
    `redis-cli eval 'local worst = 1000; for _, one in ipairs(redis.call("slowlog", "get", -1)) do worst = math.max(worst, one[3]) end; return worst' 0`,
  );
  return {
    name: way.name,
    seconds,
    ...(megabytes === undefined ? {} : { megabytes }),
    latency,
    slowest: Number(slowest) / 1000,
  };
}

/** Runs `redis-ops sessions` to its end; returns its most memory in MB. */
async function runProgram(program: string, argv: readonly string[]): Promise<number> {
  const env = {
    ...process.env,
    REDIS_ENGINE: process.env.REDIS_ENGINE ?? "debian-7.0.15",
    NODE_OPTIONS: `--require ${join(__dirname, "print-usage.js")}`,
  };
  const child = spawn(program, ["sessions", ...argv], { env, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const heard = ["", ""];
  for (const [at, stream] of [child.stdio[2], child.stdio[3]].entries()) {
    (stream as Readable).setEncoding("utf8").on("data", (text: string) => {
      heard[at] += text;
    });
  }
  const exitCode = await new Promise((resolve) => child.once("close", resolve));
  if (exitCode !== 0) {
    throw new Error(`${argv.join(" ")} ended with ${exitCode}: ${heard[0]}`);
  }
  return (JSON.parse(heard[1] ?? "").maxKiB * 1024) / 1e6;
}

async function succeed(
  container: Docker.Container,
  script: string,
  ...argv: readonly string[]
): Promise<string> {
  const { exitCode, stdout, stderr } = await exec(container, ["sh", "-c", script, "bench", ...argv]);
  if (exitCode !== 0) {
    throw new Error(`${script} ended with ${exitCode}: ${stderr}`);
  }
  return stdout.trim();
}

/** Seconds that the loop would take for `count` keys, from what it takes for `few`. */
async function loop(container: Docker.Container, count: number, few: number): Promise<number> {
  const timed = async (script: string, ...argv: readonly string[]) => {
    const started = performance.now();
    await succeed(container, script, ...argv);
    return (performance.now() - started) / 1000;
  };
  const listing = await timed(`redis-cli keys 'session:*' >/tmp/keys`);
  return listing + ((await timed(LOOP, `${few}`)) * count) / few;
}

function tableOf(runs: readonly Run[]): string {
  const table = new Table({
    head: [
      "what",
      "seconds: best",
      "median",
      "memory",
      "PING: median",
      "99 %",
      "99.9 %",
      "worst",
      "later than 5 ms",
      "no wait",
      "slowest command",
    ],
    colAligns: ["left", ...Array<"right">(10).fill("right")],
    style: { head: [], border: [] },
  });
  for (const { name } of WAYS) {
    const same = runs.filter((run) => run.name === name).sort((one, other) => one.seconds - other.seconds);
    const middle = same[Math.floor((same.length - 1) / 2)];
    const most = (of: (run: Run) => number) => Math.max(...same.map(of));
    const least = (of: (run: Run) => number, digits = 2) => Math.min(...same.map(of)).toFixed(digits);
    table.push([
      name,
      least(({ seconds }) => seconds),
      middle?.seconds.toFixed(2) ?? "",
      middle?.megabytes === undefined ? "" : `${most(({ megabytes = 0 }) => megabytes).toFixed(0)} MB`,
      `${least(({ latency }) => latency.p50)} ms`,
      `${least(({ latency }) => latency.p99)} ms`,
      `${least(({ latency }) => latency.p999)} ms`,
      `${least(({ latency }) => latency.worst)} to ${most(({ latency }) => latency.worst).toFixed(2)} ms`,
      `${least(({ latency }) => latency.late, 0)} to ${most(({ latency }) => latency.late)} of ${middle?.latency.pings}`,
      `${most(({ latency }) => latency.worstUnwaited).toFixed(2)} ms`,
      `${least(({ slowest }) => slowest)} to ${most(({ slowest }) => slowest).toFixed(2)} ms`,
    ]);
  }
  return table.toString();
}

void main().then((code) => {
  process.exitCode = code;
});
