import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import recorded from "../../lab/provider/recorded/behaviour-4.5.0.json";
import { freePorts } from "../support/free-ports";
import { LAB_IMAGE, Scratch } from "../support/scratch";
import { type PlannedChange, type Resources, sorted, TerraformFolder } from "../support/stand-in";

/** What the real provider planned, row by row. The recording's names, ports and image become ones of this run. */

interface CaseRow {
  readonly name: string;
  readonly change: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly plan?: Readonly<Record<string, PlannedChange>>;
  readonly error?: string;
}

interface DriftRow {
  readonly name: string;
  readonly done: string;
  readonly plan: Readonly<Record<string, PlannedChange>>;
}

const caseNames = recorded.cases.map(({ name }) => name);
const driftNames = recorded.drift.map(({ name }) => name);

let scratch: Scratch;
let here: (text: string) => string;
let base: Resources;
let terraform: TerraformFolder;

beforeAll(async () => {
  scratch = await Scratch.create();
  const [published, other] = await freePorts(2);
  here = (text) =>
    text
      .replace(/\bprobe\b/g, scratch.prefix)
      .replaceAll("16391", `${published}`)
      .replaceAll("16399", `${other}`)
      .replaceAll("redis:7-alpine", LAB_IMAGE);
  base = quick(ofThisRun(recorded.base));
  terraform = await TerraformFolder.create(join(scratch.folder, "plan"), scratch.provider.reattach);
  await terraform.write(base);
  await terraform.apply();
}, 120_000);

afterAll(() => scratch.remove());

/** With a check of health every second, so that no row waits for it. */
function quick(resources: Resources): Resources {
  const [healthcheck] = recorded.base.docker_container.redis.healthcheck;
  return changed(resources, {
    "docker_container.redis": { healthcheck: [{ ...healthcheck, interval: "1s" }] },
  });
}

function ofThisRun<T>(part: unknown): T {
  return JSON.parse(here(JSON.stringify(part)));
}

function named<Row extends { name: string }>(rows: readonly Row[], name: string): Row {
  const found = rows.find((row) => row.name === name);
  if (found === undefined) {
    throw new Error(`${name}: not recorded`);
  }
  return found;
}

/** The base with the attributes of one row in place of its own. */
function changed(resources: Resources, change: CaseRow["change"]): Resources {
  const copy = structuredClone(resources) as Record<string, Record<string, Record<string, unknown>>>;
  for (const [address, attributes] of Object.entries(change)) {
    const [type = "", name = ""] = address.split(".");
    Object.assign(copy[type]?.[name] ?? {}, attributes);
  }
  return copy;
}

function asPlanned(plan: Readonly<Record<string, PlannedChange>>): Record<string, PlannedChange> {
  return Object.fromEntries(
    Object.entries(plan).map(([address, { actions, replace_paths }]) => [
      address,
      { actions, ...(replace_paths === undefined ? {} : { replace_paths: sorted(replace_paths) }) },
    ]),
  );
}

describe("a changed configuration", () => {
  it.each(caseNames)("plans %s as recorded", async (name) => {
    const row: CaseRow = ofThisRun(named(recorded.cases, name));
    await terraform.write(changed(base, row.change));
    if (row.plan === undefined) {
      const refusal = await terraform.run("plan", "-lock=false");
      expect(refusal.exitCode).toBe(1);
      expect(refusal.stderr).toContain(`"${name}"`);
      return;
    }
    expect(await terraform.plan()).toEqual(asPlanned(row.plan));
  });
});

describe("a change behind Terraform's back", () => {
  it.each(driftNames)(
    "plans %s as recorded, and an apply puts it right",
    async (name) => {
      const row: DriftRow = ofThisRun(named(recorded.drift, name));
      const ports = name.includes("without ports") ? { ports: null } : {};
      await terraform.write(changed(base, { "docker_container.redis": ports }));
      await terraform.apply();
      const { id } = await terraform.attributes("docker_container.redis");

      const [program = "", ...argv] = row.done.split(" ");
      await promisify(execFile)(program, argv);

      expect(await terraform.plan()).toEqual(asPlanned(row.plan));
      await terraform.apply();
      expect(await terraform.plan()).toEqual({});
      const isReplaced = (await terraform.attributes("docker_container.redis")).id !== id;
      const [action] = row.plan["docker_container.redis"]?.actions ?? [];
      expect(isReplaced).toBe(action === "delete" || action === "create");
      await carryOn();
    },
    60_000,
  );
});

/** A paused container would stay paused: nothing in a plan is about that. */
async function carryOn(): Promise<void> {
  const container = scratch.docker.getContainer(scratch.prefix);
  if ((await container.inspect()).State.Paused) {
    await container.unpause();
  }
}
