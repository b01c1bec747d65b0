import type { ResolvedStack } from "../../config/resolve-stack";
import { sentraPortal } from "../../config/services/sentra-portal";
import { verify } from "../../ops/commands/verify";
import { runThrowAway } from "../../ops/docker-run";
import { recorded } from "../support/recorded";
import { restored } from "../support/restored";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { rdbOf, storeBackup } from "../support/stored-backup";
import { TestStack } from "../support/test-stack";

const SET = "/data/appendonlydir";
const NEWEST = `${SET}/appendonly.aof.1.incr.aof`;

let scratch: Scratch;
let stack: TestStack;
/** The stack with backups in the scratch folder. */
let resolved: ResolvedStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, sentraPortal, "prod");
  const { props } = stack.resolved;
  const backups = { ...props.backups, at: `${scratch.folder}/backups` };
  resolved = { ...stack.resolved, props: { ...props, backups } };
  await stack.redis("SET", "session:1", "alice", "EX", "86400");
  await stack.redis("SET", "session:2", "bob");
}, 120_000);

afterAll(() => scratch.remove());

/** What a shell says in the stack's data volume, as Redis' own user. */
async function inVolume(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    argv: ["sh", "-c", script],
    binds: [`${stack.props.dataVolume.name}:/data`],
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.trim();
}

const hashes = () => inVolume(`cd ${SET} && sha256sum *`);
const repair = () => restored({ resolved }, { repair: true });
const id = () => resolved.id;

test("a server that runs, and files in which nothing is wrong, are left alone", async () => {
  await expect(repair()).rejects.toThrow(
    `1 problem, nothing was changed\n  --repair: got ${resolved.props.server.containerName}, which runs and has all of its data, ` +
      "expected a server that does not start with its files. Fix: bin/redis-ops verify " +
      `${id()} --files tells whether they are good; BGREWRITEAOF writes them anew from the data.`,
  );
  await stack.container.stop();
  const before = await hashes();
  await expect(repair()).rejects.toThrow(
    "--repair: got an append-only set in which redis-check-aof finds nothing wrong, expected one that is torn. " +
      `Fix: docker logs --tail 20 ${resolved.props.server.containerName} tells why the server does not start.`,
  );
  expect(await hashes()).toBe(before);
});

test("a torn set is repaired on a copy, which the server runs with, and the torn one is kept as it was", async () => {
  const good = Number(await inVolume(`stat -c %s ${NEWEST}`));
  const torn = await inVolume(`printf torn >>${NEWEST}; sha256sum <${NEWEST}`);
  const { exitCode, out, err } = await repair();
  const cut = `the same data without the last 4 of the ${good + 4} bytes of appendonly.aof.1.incr.aof (${((4 / (good + 4)) * 100).toFixed(1)} % of it), from byte ${good} on`;
  expect(err).toContain(`\n  becomes        ${cut}\n`);
  expect(err).toContain("\n  keys then      2 keys (db0 2)\n");
  expect(out).toContain(`${id()} runs with ${cut}: 2 keys (db0 2)\n`);
  expect(exitCode).toBe(0);
  await stack.becomeHealthy();
  expect(await stack.redis("MGET", "session:1", "session:2")).toBe("alice\nbob");
  const [, kept = ""] = /kept in (before-restore-\S+)/.exec(out) ?? [];
  expect(await inVolume(`sha256sum </data/${kept}/appendonlydir/appendonly.aof.1.incr.aof`)).toBe(torn);
  expect((await restored({ resolved }, { discard: true })).exitCode).toBe(0);
});

test("a file that is torn and not the newest is not cut", async () => {
  await stack.container.stop();
  await inVolume(
    `cd ${SET} && cp -a . /data/good && printf torn >>appendonly.aof.1.incr.aof && : >appendonly.aof.2.incr.aof && ` +
      "echo 'file appendonly.aof.2.incr.aof seq 2 type i' >>appendonly.aof.manifest",
  );
  const before = await hashes();
  await expect(repair()).rejects.toThrow(
    /--repair: got damage that cannot be cut off: AOF appendonly.aof.1.incr.aof .+, expected a newest file that is torn/,
  );
  expect(await hashes()).toBe(before);
  await inVolume(`rm -r ${SET} && mv /data/good ${SET}`);
  await stack.container.start();
  await stack.becomeHealthy();
  expect(await stack.redis("DBSIZE")).toBe("2");
});

test("a base that is damaged is not cut: what helps is the newest backup, which is named", async () => {
  const content = await rdbOf(stack);
  await stack.container.stop();
  await inVolume(`printf XX | dd of=${SET}/appendonly.aof.1.base.rdb bs=1 seek=40 conv=notrunc 2>/dev/null`);
  const before = await hashes();
  const damage =
    /--repair: got damage that cannot be cut off: .*RDB preamble of AOF file is not sane.*, expected a newest file that is torn at its end, and others that are whole\. Fix: /;
  const scheduled = await repair().catch((error: Error) => `${error}`);
  expect(scheduled).toMatch(damage);
  expect(scheduled).toMatch(
    /Fix: bin\/redis-ops restore \S+ --from \S+, the newest backup, \d+ \w+ old, \d+ B in volume:\S+-backups\.$/,
  );
  const startedAt = new Date().toISOString();
  const newest = `${startedAt.replace(/[-:]|\.\d+/g, "")}-0001`;
  const own = { id: newest, startedAt, finishedAt: startedAt };
  const at = storeBackup(resolved.props.backups.at, id(), content, own);
  const said = await repair().catch((error: Error) => `${error}`);
  expect(said).toMatch(damage);
  expect(said).toMatch(
    new RegExp(
      `Fix: bin/redis-ops restore ${id()} --from ${newest}, the newest backup, \\d+ s old, \\d+ B in ${at}\\.$`,
    ),
  );
  expect(await hashes()).toBe(before);
  const files = await recorded((terminal) =>
    verify(resolved, { timeoutSeconds: 1, files: true, json: false }, terminal),
  );
  expect(files.err).toContain(`Next: bin/redis-ops restore ${id()} --repair cuts off what is torn`);
  expect((await restored({ resolved }, { from: "latest" })).exitCode).toBe(0);
  expect(await stack.redis("GET", "session:2")).toBe("bob");
});
