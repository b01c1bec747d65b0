import type { Service } from "../../config/service";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { digestOf, writeAllTypes } from "../support/all-types";
import { restored } from "../support/restored";
import { Scratch } from "../support/scratch";
import { rdbOf, storeBackup } from "../support/stored-backup";
import { TestStack } from "../support/test-stack";

const SAVE = [{ after: "1 h", changes: 1 }] as const;
const MODES = {
  "append-only file": { appendonly: true, appendfsync: "everysec", save: [] },
  snapshots: { appendonly: false, save: SAVE },
  both: { appendonly: true, appendfsync: "everysec", save: SAVE },
  "no persistence": { appendonly: false, save: [] },
} as const satisfies Readonly<Record<string, Service["persistence"]>>;

/** Prod: a password, CONFIG and SHUTDOWN renamed. All eight with SOAK=1. */
const CASES = (Object.keys(MODES) as (keyof typeof MODES)[]).flatMap((mode, index) =>
  (["dev", "prod"] as const)
    .filter((_, side) => process.env.SOAK === "1" || side === index % 2)
    .map((environment) => ({ mode, environment })),
);

describe.each(CASES)("$mode, $environment", ({ mode, environment }) => {
  const original = environment === "dev" ? devCache : sentraPortal;
  let scratch: Scratch;
  let stack: TestStack;
  let store: string;
  let then: string;
  let acknowledged: number;

  beforeAll(async () => {
    scratch = await Scratch.create();
    const stores = original.stores.map((store) => ({ ...store, lossAcceptable: true }));
    const service = { ...original, stores, persistence: MODES[mode] };
    stack = await TestStack.deploySmall(scratch, service, environment);
    await writeAllTypes(stack);
    await stack.redis("PING");
    then = await digestOf(stack);
    store = storeBackup(`${scratch.folder}/backups`, stack.resolved.id, await rdbOf(stack));
    await stack.redis("SET", "later", "1");
    await stack.redis("DEL", "list");
  }, 120_000);

  afterAll(() => scratch.remove());

  it("restores every key with its time to live", async () => {
    // A client that writes until the server ends.
    const writing = stack.redis("-r", "1000000", "-i", "0.001", "INCR", "acknowledged");
    const { exitCode, output } = await restored(stack, { from: "latest", at: store });
    acknowledged = Number((await writing).split("\n").at(-1));
    expect(output).toContain("kept in before-restore-");
    expect(exitCode).toBe(0);
    expect(await digestOf(stack)).toBe(then);
  });

  it("has it after a second restart as well", async () => {
    await stack.container.restart();
    await stack.becomeHealthy();
    expect(await digestOf(stack)).toBe(then);
  });

  it("takes back what was there before, with every write that was acknowledged", async () => {
    const { exitCode, output } = await restored(stack, { undo: true });
    expect(output).toContain("runs with what was kept");
    expect(exitCode).toBe(0);
    expect(await stack.redis("GET", "later")).toBe("1");
    expect(acknowledged).toBeGreaterThan(0);
    expect(Number(await stack.redis("GET", "acknowledged"))).toBeGreaterThanOrEqual(acknowledged);
    expect(await stack.redis("EXISTS", "list")).toBe("0");
  });
});
