// Compares `redis-ops backup create` with bare `redis-cli --rdb FILE` in the server's own container: bench/README.md.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type Docker from "dockerode";
import { loadStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import { type CreateOptions, createBackup } from "../ops/backup/create-backup";
import { connectEngine, exec } from "../ops/docker-engine";
import { loadOptions } from "../ops/load";
import { fillServer } from "./fill-server";

const USAGE = "Usage: npx tsx bench/backup.ts [--megabytes N] [--image IMAGE] [--json]";
const LAB_IMAGE = "redis-on-docker-lab/redis:7.0.15";
const REPEATS = 3;
const VALUE_BYTES = 1024;
const KEYS_PER_PIECE = 1000;
const CONF = `save ""\nrepl-diskless-sync-delay 0\ndir /tmp\n`;
const START = `printf '%s\\n' "$1" >/tmp/redis.conf; exec redis-server /tmp/redis.conf`;

const WAYS: Readonly<Record<string, Pick<CreateOptions, "compression">>> = {
  "as it is": { compression: "none" },
  zstd: { compression: "zstd" },
};

interface Row {
  readonly way: string;
  readonly bareSeconds: number;
  /** From the first byte asked for to the last one stored and flushed. */
  readonly takenSeconds: number;
  /** Speed to that of bare redis-cli: 1 is as fast. */
  readonly ratio: number;
  /** With the file read back through redis-check-rdb. */
  readonly verifiedSeconds: number;
  readonly storedBytes: number;
}

async function main(): Promise<number> {
  const options = {
    megabytes: { type: "string", default: "300" },
    image: { type: "string", default: LAB_IMAGE },
    json: { type: "boolean", default: false },
  } as const;
  let values: { megabytes: string; image: string; json: boolean };
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const docker = await connectEngine({});
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-bench-"));
  const container = await docker.createContainer({
    name: `redis-on-docker-bench-${randomBytes(4).toString("hex")}`,
    Image: values.image,
    Cmd: ["sh", "-c", START, "redis-start", CONF],
    User: "999:1000",
    HostConfig: { AutoRemove: true, NetworkMode: "none" },
  });
  try {
    await container.start();
    await fill(container, Math.ceil((Number(values.megabytes) * 1e6) / VALUE_BYTES));
    const rows = await measure(await stackOf(container), container, folder);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    console.log(
      values.json
        ? JSON.stringify({ node: process.version, rows, peakBytes }, null, 2)
        : `${tableOf(rows)}\npeak memory of this program: ${(peakBytes / 1e6).toFixed(0)} MB`,
    );
    return 0;
  } finally {
    await container.remove({ force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Any stack without a password, whose server is the container. */
async function stackOf(container: Docker.Container): Promise<ResolvedStack> {
  const [stack] = loadStacks(loadOptions()).filter(({ props }) => props.server.auth.mode === "none");
  if (stack === undefined) {
    throw new Error("no stack without a password");
  }
  const { Name, Config } = await container.inspect();
  const server = { ...stack.props.server, containerName: Name.slice(1), image: Config.Image };
  return { ...stack, id: "bench", props: { ...stack.props, server } };
}

/** Values of hexadecimal digits, which compress to about a half. */
async function fill(container: Docker.Container, count: number): Promise<void> {
  function* commands(): Generator<string> {
    for (let start = 0; start < count; start += KEYS_PER_PIECE) {
      const digits = randomBytes((KEYS_PER_PIECE * VALUE_BYTES) / 2).toString("hex");
      yield Array.from({ length: Math.min(KEYS_PER_PIECE, count - start) }, (_, index) => {
        const value = digits.slice(index * VALUE_BYTES, (index + 1) * VALUE_BYTES);
        return `SET key:${start + index} ${value}\r\n`;
      }).join("");
    }
  }
  await fillServer(container, commands());
}

async function measure(
  stack: ResolvedStack,
  container: Docker.Container,
  at: string,
): Promise<readonly Row[]> {
  const runs: Row[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [way, { compression }] of Object.entries(WAYS)) {
      console.error(`${way}: run ${repeat + 1} of ${REPEATS}`);
      const bareSeconds = await bare(container);
      const started = Date.now();
      const options = { at, kind: "rdb", compression, recipients: [] } as const;
      const { manifest, store } = await createBackup(stack, options, { out: () => {}, err: () => {} });
      const verifiedSeconds = (Date.now() - started) / 1000;
      const takenSeconds = (Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000;
      await store.remove(stack.id, [`${manifest.id}.json`, manifest.file.name]);
      const ratio = bareSeconds / takenSeconds;
      runs.push({ way, bareSeconds, takenSeconds, ratio, verifiedSeconds, storedBytes: manifest.file.bytes });
    }
  }
  return Object.keys(WAYS).map((way) => middle(runs.filter((run) => run.way === way)));
}

async function bare(container: Docker.Container): Promise<number> {
  const started = Date.now();
  const { exitCode, stderr } = await exec(container, ["redis-cli", "--rdb", "/tmp/bare.rdb"]);
  if (exitCode !== 0) {
    throw new Error(stderr);
  }
  return (Date.now() - started) / 1000;
}

/** The run with the median ratio. */
function middle(runs: readonly Row[]): Row {
  const sorted = [...runs].sort((one, other) => one.ratio - other.ratio);
  const row = sorted[Math.floor(sorted.length / 2)];
  if (row === undefined) {
    throw new Error("nothing was measured");
  }
  return row;
}

function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ["stored", "bare redis-cli --rdb", "taken", "ratio", "taken and verified", "bytes stored"],
    colAligns: ["left", ...Array<"right">(5).fill("right")],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.way,
      `${row.bareSeconds.toFixed(2)} s`,
      `${row.takenSeconds.toFixed(2)} s`,
      row.ratio.toFixed(2),
      `${row.verifiedSeconds.toFixed(2)} s`,
      row.storedBytes,
    ]);
  }
  return table.toString();
}

void main().then((code) => {
  process.exitCode = code;
});
