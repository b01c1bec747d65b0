import { join } from "node:path";
import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { backupCreate } from "../../ops/commands/backup-create";
import { type DataSet, dataOf, encodingsOf, send, wreck } from "../support/data-set";
import { eventually } from "../support/eventually";
import { ENCODINGS, EVERY_VALUE, SMALL_ENCODINGS } from "../support/every-value";
import { recorded } from "../support/recorded";
import { restored } from "../support/restored";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** Everything that Redis can hold: backup, disaster, restore, and the same again after one more restart. */

const SAVE = [{ after: "1 h", changes: 1 }] as const;
const MODES = {
  "no persistence": { appendonly: false, save: [] },
  snapshots: { appendonly: false, save: SAVE },
  "append-only file": { appendonly: true, appendfsync: "everysec", save: [] },
  both: { appendonly: true, appendfsync: "everysec", save: SAVE },
} as const satisfies Readonly<Record<string, Service["persistence"]>>;

/** Prod: a password, CONFIG and SHUTDOWN renamed, dangerous commands switched off. All eight with SOAK=1. */
const CASES = (Object.keys(MODES) as (keyof typeof MODES)[])
  .flatMap((mode) => (["dev", "prod"] as const).map((environment) => ({ mode, environment })))
  .filter(({ mode, environment }) => process.env.SOAK === "1" || `${mode} ${environment}` === "both prod");

describe.each(CASES)("$mode, $environment", ({ mode, environment }) => {
  let scratch: Scratch;
  let stack: TestStack;
  let source: DataSet;

  beforeAll(async () => {
    scratch = await Scratch.create();
    const original = environment === "dev" ? devCache : sentraPortal;
    const stores = original.stores.map((store) => ({ ...store, lossAcceptable: true }));
    const service = { ...original, ...SMALL_ENCODINGS, stores, persistence: MODES[mode] };
    stack = await TestStack.deploySmall(scratch, service, environment);
    await send(stack, EVERY_VALUE);
    source = await dataOf(scratch, stack);
  }, 120_000);

  afterAll(() => scratch.remove());

  it("is restored equal to its source, without what expired meanwhile", async () => {
    expect(await encodingsOf(stack)).toEqual(ENCODINGS);
    await send(stack, ["SET ttl:near 1 PX 2500", "SELECT 9", "RPUSH ttl:near 1", "EXPIRE ttl:near 3"]);
    const at = join(scratch.folder, "backups");
    const made = await recorded((terminal) =>
      backupCreate(
        stack.resolved,
        { at, kind: "rdb", compression: "zstd", recipients: [], json: true },
        terminal,
      ),
    );
    expect({ exitCode: made.exitCode, err: made.err }).toEqual({ exitCode: 0, err: "" });
    const keys = source.databases.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
    expect(JSON.parse(made.out).manifest).toMatchObject({ compression: "zstd", keys: { total: keys + 2 } });

    await wreck(stack);
    const ruin = await dataOf(scratch, stack);
    expect(ruin.digest).not.toBe(source.digest);
    expect(ruin.functions.map(({ library_name }) => library_name)).toEqual(["later", "three", "two"]);

    const { exitCode, output } = await restored(stack, { from: "latest", at });
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("kept in before-restore-"),
    });
    const near = async () =>
      (await send(stack, ["EXISTS ttl:near", "SELECT 9", "EXISTS ttl:near"])).join(" ");
    expect(await eventually(near, (found) => found === "0 OK 0")).toBe("0 OK 0");
    expect(await dataOf(scratch, stack)).toEqual(source);
    expect(await encodingsOf(stack)).toEqual(ENCODINGS);
  }, 120_000);

  it("is still equal after a second restart", async () => {
    await stack.container.restart();
    await stack.becomeHealthy();
    expect(await dataOf(scratch, stack)).toEqual(source);
    expect(await encodingsOf(stack)).toEqual(ENCODINGS);
  });
});
