import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { createBackup } from "../../ops/backup/create-backup";
import { openStore } from "../../ops/backup/open-store";
import { backupCreate } from "../../ops/commands/backup-create";
import { restore } from "../../ops/commands/restore";
import { withThrowAway } from "../../ops/docker-run";
import { writeNoise } from "../support/noise";
import { recorded } from "../support/recorded";
import { edited, renamed } from "../support/renamed-service";
import { YES } from "../support/restored";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Disks that get full in the middle: nothing of the running data may change, and no exit code says what is not so. */
const SILENT = { out: () => undefined, err: () => undefined };

let scratch: Scratch;
let stack: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, devCache, "dev");
}, 120_000);

afterAll(() => scratch.remove());

describe("a disk that gets full", () => {
  const KEYS = 30_000;
  const FILL = "cat /dev/zero >/data/ballast; true";

  /** A volume in memory, which takes no more than so much. */
  const small = async (name: string, mebibytes: number) => {
    const o = `size=${mebibytes}m,uid=999,gid=1000`;
    await scratch.docker.createVolume({ Name: name, DriverOpts: { type: "tmpfs", device: "tmpfs", o } });
    return name;
  };

  it("during a backup: nothing of it stays, and the exit code says so", async () => {
    await writeNoise(stack.container, KEYS, 1000);
    const volume = await small(`${scratch.prefix}-small`, 48);
    const where = `volume:${volume}`;
    const options = { kind: "rdb", compression: "none", recipients: [], at: where, json: false } as const;
    const untilWritten = `until ls /data/*/*.part-* >/dev/null 2>&1; do :; done; ${FILL}`;
    const argv = ["sh", "-c", `${untilWritten}; sleep 60`];
    const { exitCode, err } = await withThrowAway(
      scratch.docker,
      { image: LAB_IMAGE, argv, binds: [`${volume}:/data`] },
      () => recorded((terminal) => backupCreate(stack.resolved, options, terminal)),
    );
    expect(err).toMatch(/^no backup of \S+ was made: volume:\S+: .*No space left on device/m);
    expect(exitCode).toBe(1);
    expect(await openStore(where, stack.resolved, scratch.docker).list(stack.resolved.id)).toEqual([]);
  });

  describe("during a restore", () => {
    let full: TestStack;
    let at: string;

    beforeAll(async () => {
      at = join(scratch.folder, "large");
      await createBackup(stack.resolved, { kind: "rdb", compression: "zstd", recipients: [], at }, SILENT);
      // Without snapshots: Redis does not end while it cannot write one, until Docker kills it.
      const persistence = { appendonly: true, appendfsync: "everysec", save: [] } as const;
      const original = await renamed({ ...sentraPortal, persistence }, "dev", scratch);
      full = new TestStack(scratch, edited(original, { memory: { maxmemory: "64 MiB" } }));
      await small(full.props.dataVolume.name, 160);
      await full.deploy();
      await full.redis("SET", "of", "before");
    }, 60_000);

    it.each([
      [
        "while the backup is read into the volume",
        "reading ",
        /nothing was changed: .*No space left on device/,
      ],
      ["while the data is exchanged", "stopping ", /nothing was exchanged, and the server runs again/],
    ])("%s: the old data stays", async (_when, said, says) => {
      const lock = `redis-ops-restore-${full.resolved.id}`;
      const { exitCode, output } = await recorded((terminal) =>
        restore(
          full.resolved,
          stack.resolved,
          { ...YES, from: "latest", at },
          {
            out: terminal.out,
            err: (text) => {
              terminal.err(text);
              if (text.startsWith(said)) {
                execFileSync("docker", ["exec", lock, "sh", "-c", FILL], { stdio: "ignore" });
              }
            },
          },
        ),
      );
      await full.exec("rm", "/data/ballast");
      expect(output).toMatch(says);
      expect(exitCode).toBe(1);
      expect([await full.redis("GET", "of"), await full.redis("DBSIZE")]).toEqual(["before", "1"]);
      expect((await full.exec("ls", "/data")).stdout).not.toContain("restore-");
    });
  });
});
