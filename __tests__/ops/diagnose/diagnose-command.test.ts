import { diagnose } from "../../../ops/commands/diagnose";
import { gatherFacts } from "../../../ops/diagnose/gather";
import { connectEngine } from "../../../ops/docker-engine";
import { type Changes, factsWith } from "../../support/diagnose-facts";
import { recorded } from "../../support/recorded";
import { redisOps } from "../../support/recording-terminal";
import { shopStack } from "../../support/stack-fixtures";

jest.mock("../../../ops/diagnose/gather");
jest.mock("../../../ops/docker-engine", () => ({
  ...jest.requireActual("../../../ops/docker-engine"),
  connectEngine: jest.fn(),
}));

const stack = shopStack("prod");

async function diagnosedWith(changes: Changes, options: Parameters<typeof diagnose>[1] = { json: false }) {
  jest.mocked(connectEngine).mockResolvedValue({} as never);
  jest.mocked(gatherFacts).mockResolvedValue(factsWith(changes));
  return recorded((terminal) => diagnose(stack, options, terminal));
}

test("a healthy stack gets one line, and exit code 0", async () => {
  expect(await diagnosedWith({})).toMatchObject({
    exitCode: 0,
    out: "shop-prod: nothing wrong in 42 steps",
  });
});

test("a finding says what was looked at, what was seen, what it means and what to do, and its consequence only why", async () => {
  const { exitCode, out } = await diagnosedWith({
    container: { status: "paused" },
    facts: { metrics: { value: "redis_up 0\u001b[2J" } },
  });
  expect(exitCode).toBe(1);
  expect(out.split("\nnot seen")[0]).toMatchInlineSnapshot(`
    "shop-prod: 2 findings, the cause first

    critical  stopped: the container is paused
      looked at  the state of the container
      saw        paused
      means      Its processes are frozen with everything in memory. Nothing is lost, and clients wait.
      Next:      1. let it go on
                    $ docker unpause shop-prod
                 2. prove that it works again
                    $ bin/redis-ops verify shop-prod
      page       docs/runbooks/stopped.md

    warning  exporter-absent: the exporter does not reach Redis
      because of the container is paused (stopped)
      looked at  what the exporter says on its port
      saw        redis_up 0\\u001b[2J
      page       docs/runbooks/exporter-absent.md
    "
  `);
});

test.each([
  [{ onCall: "#shop", escalation: "lead" }, "call: on call: #shop; escalation: lead"],
  [{}, "call: nobody is named; write contacts in config/services/shop.ts"],
])("with a critical finding it says whom to call, and not with a lesser one: %j", async (contacts, line) => {
  const named = { ...stack, props: { ...stack.props, contacts } };
  const run = async (changes: Changes, json: boolean) => {
    await diagnosedWith(changes);
    return (await recorded((terminal) => diagnose(named, { json }, terminal))).out;
  };
  const paused = { container: { status: "paused" } } as const;
  expect((await run(paused, false)).split("\n").at(-1)).toBe(line);
  expect(JSON.parse(await run(paused, true)).contacts).toEqual(contacts);
  expect(await run({ facts: { metrics: { value: "redis_up 0" } } }, false)).not.toContain("call:");
});

test("a note is told, and is no reason for exit code 1", async () => {
  const { exitCode, out } = await diagnosedWith({
    inside: { overcommit: "0" },
  });
  expect(exitCode).toBe(0);
  expect(out).toContain("note  out-of-memory-kill: the kernel may refuse the memory for a snapshot");
});

test("where nobody can see whether it answers, the exit code is 1", async () => {
  const { exitCode, out } = await diagnosedWith({
    facts: { answer: { unknown: "no answer within 12 s" } },
  });
  expect(exitCode).toBe(1);
  expect(out).toContain("  ? no answer within 12 s");
});

test("a procedure of a server that is down is not healthy, whatever its own steps see", async () => {
  const down = { container: { status: "exited", exitCode: 137 } } as const;
  const unseen = { info: { unknown: "no running server" }, answer: { unknown: "no running server" } };
  for (const incident of ["hit-ratio", "memory-exhaustion", "unresponsive"] as const) {
    const { exitCode, out } = await diagnosedWith({ ...down, facts: unseen }, { json: true, incident });
    expect([incident, exitCode, JSON.parse(out).healthy]).toEqual([incident, 1, false]);
  }
  const told = await diagnosedWith(down, { json: false, incident: "disk-full" });
  expect(told.exitCode).toBe(1);
  expect(told.out.split("\n").at(-1)).toMatch(/^! {3}.+\. Next: bin\/redis-ops diagnose shop-prod$/);
  const itself = await diagnosedWith(down, { json: false, incident: "stopped" });
  expect(itself.out).not.toContain("bin/redis-ops diagnose shop-prod\n");
});

test("with one procedure, a step that cannot be taken, and a server that does not answer, are exit code 1", async () => {
  const options = { json: true, incident: "disk-full" } as const;
  const silent = await diagnosedWith({ facts: { answer: { unknown: "no answer within 12 s" } } }, options);
  expect([silent.exitCode, JSON.parse(silent.out).healthy]).toEqual([1, false]);
  const unseen = await diagnosedWith({ facts: { volume: { unknown: "no image" } } }, options);
  expect([unseen.exitCode, JSON.parse(unseen.out).healthy]).toEqual([1, false]);
  const other = await diagnosedWith({ facts: { backups: { unknown: "no store" } } }, options);
  expect([other.exitCode, JSON.parse(other.out).healthy]).toEqual([0, true]);
});

test("one procedure prints each of its steps", async () => {
  const { exitCode, out } = await diagnosedWith(
    { volume: { unwritable: ["/data"] } },
    { json: false, incident: "disk-full" },
  );
  expect(exitCode).toBe(1);
  expect(out).toMatchInlineSnapshot(`
    "ok  room on the disk of /data
        $ docker exec shop-prod df -h /data; docker exec shop-prod df -i /data
        saw      5.0 GiB of 10.0 GiB are free
        means    There is room.
    !   whether the server's user can write to /data and to its files
        $ docker run --rm --user 999:1000 --network none --volume shop-prod-data:/data redis:7.4.11-alpine ls -ln /data
        saw      user 999 cannot write to /data
        means    Redis may not write to its data. Owner or mode of files was changed: a copy by root, or a restore by hand. What is there is whole.
      Next:      1. give them back to Redis' user; nothing is removed
                    $ docker run --rm --user 0 --network none --volume shop-prod-data:/data redis:7.4.11-alpine sh -c 'chown -R 999:1000 /data && chmod -R u+rwX /data'
                 2. where the server runs: write a snapshot; once more where it says that one is in progress: that one began too early
                    $ docker exec shop-prod sh -c 'REDISCLI_AUTH=$(cat /run/secrets/redis_ops_password) redis-cli --user ops BGSAVE'
                 3. where it does not: start it
                    $ docker start shop-prod
                 4. prove that it works again
                    $ bin/redis-ops verify shop-prod"
  `);
});

test("--list names the procedures, and needs no stack", async () => {
  const { exitCode, out } = await redisOps("diagnose", "--list");
  expect(exitCode).toBe(0);
  expect(out).toContain("disk-full             The disk of the data is full, or cannot be written");
});

test("without a stack it says what is missing", async () => {
  const { exitCode, err } = await redisOps("diagnose");
  expect(exitCode).toBe(2);
  expect(err).toContain(
    "stack: got none, expected the name of a stack, or --list. Fix: run bin/redis-ops stacks, which lists them.",
  );
});
