import { sentraPortal } from "../../config/services/sentra-portal";
import { verify } from "../../ops/commands/verify";
import { ExitCode } from "../../ops/exit-code";
import { eventually } from "../support/eventually";
import { recorded } from "../support/recorded";
import { plainEnvironment, runProgram } from "../support/run-program";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

let scratch: Scratch;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  await stack.redis("SET", "session:1", "alice");
}, 120_000);

afterAll(() => scratch.remove());

const verified = () =>
  recorded((to) => verify(stack.resolved, { timeoutSeconds: 3, files: true, json: false }, to));

/** As root with all privileges, in the stack's data volume. */
async function inVolume(script: string): Promise<void> {
  const { exitCode, output } = await runProgram(
    "docker",
    [
      ...["run", "--rm", "--network", "none", "--user", "0:0"],
      ...["--volume", `${stack.props.dataVolume.name}:/data`, LAB_IMAGE, "sh", "-c", script],
    ],
    { cwd: scratch.folder, env: plainEnvironment() },
  );
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
}

it("checks the files that Redis would load, and finds them good", async () => {
  const { exitCode, out } = await verified();
  expect(out).toContain("ok    persistence: the last snapshot and the append-only file were written");
  expect(out).toContain("ok    appendonlydir/appendonly.aof.manifest: All AOF files and manifest are valid");
  expect(exitCode).toBe(ExitCode.ok);
});

it("tells an append-only file that somebody switched off", async () => {
  await stack.redis("OPS_CONFIG", "SET", "appendonly", "no");
  const { exitCode, out } = await verified();
  await stack.redis("OPS_CONFIG", "SET", "appendonly", "yes");
  expect(out).toContain(
    "FAIL  persistence: the append-only file is off, and configured on; run bin/redis-ops preflight",
  );
  expect(exitCode).toBe(ExitCode.unhealthy);
  expect((await eventually(verified, (said) => said.exitCode === ExitCode.ok)).exitCode).toBe(ExitCode.ok);
});

it("tells a snapshot that cannot be written from data that is lost, and says what not to do", async () => {
  await inVolume("chown 0:0 /data && chmod 0755 /data");
  await stack.redis("BGSAVE");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { exitCode, out } = await verified();
  await inVolume("chown 999:1000 /data");
  await stack.redis("SAVE");
  expect(out).toContain(
    "FAIL  persistence: rdb_last_bgsave_status:err; the data is in memory alone: keep the server running and its files, " +
      "make room on the disk or mend the owner of /data, then write a snapshot by BGSAVE",
  );
  expect(exitCode).toBe(ExitCode.unhealthy);
  expect((await verified()).exitCode).toBe(ExitCode.ok);
});

/** Returns when the engine is about to start it again. */
async function untilRestarting(): Promise<void> {
  while (!(await stack.container.inspect()).State.Restarting) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it("waits for a server that the engine starts again, and not long for one that ends at each start", async () => {
  const patient = () =>
    recorded((to) => verify(stack.resolved, { timeoutSeconds: 60, files: false, json: false }, to));
  stack.redis("OPS_SHUTDOWN", "NOSAVE").catch(() => undefined);
  await untilRestarting();
  expect(await patient()).toMatchObject({ exitCode: ExitCode.ok });
  await inVolume("mv /data/appendonlydir /data/away && mkdir -m 0 /data/appendonlydir");
  stack.redis("OPS_SHUTDOWN", "NOSAVE").catch(() => undefined);
  await untilRestarting();
  const { exitCode, out } = await patient();
  await inVolume("rmdir /data/appendonlydir && mv /data/away /data/appendonlydir");
  expect(out).toMatch(/^FAIL {2}health: unhealthy after [2-9] s$/m);
  expect(exitCode).toBe(ExitCode.unhealthy);
  await stack.becomeHealthy();
});

it("finds a file that Redis could not load, and changes nothing in it", async () => {
  await stack.container.stop({ t: 30 });
  expect((await verified()).out).toContain("FAIL  health: exited; start it with docker start or bin/up");
  await inVolume('for file in /data/appendonlydir/*.incr.aof; do printf torn >>"$file"; done');
  const { exitCode, out } = await verified();
  expect(out).toMatch(/^FAIL {2}appendonlydir\/appendonly.aof.manifest: .*diff=4.* is not valid/m);
  expect(out).toMatch(/^ok {4}dump.rdb: \[info] 1 keys read$/m);
  expect(exitCode).toBe(ExitCode.unhealthy);
  await inVolume("tail -c 4 /data/appendonlydir/*.incr.aof | grep -qx torn");
});
