import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import type { CreateOptions } from "../../ops/backup/create-backup";
import { backupCreate } from "../../ops/commands/backup-create";
import { exec } from "../../ops/docker-engine";
import { dataOf, send, wreck } from "../support/data-set";
import { eventually } from "../support/eventually";
import { EVERY_VALUE, SMALL_ENCODINGS } from "../support/every-value";
import { AGE_KEYS } from "../support/manifests";
import { type Recorded, recorded } from "../support/recorded";
import { restored } from "../support/restored";
import { withS3 } from "../support/s3-server";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** The same data by every other way: the schedule's backup, a moment of the append-only file, another stack. */

let scratch: Scratch;
/** With a password, other names of commands, and both kinds of files. */
let production: TestStack;
/** Without any of it, but for snapshots. */
let staging: TestStack;

beforeAll(async () => {
  scratch = await Scratch.create();
  const stores = sentraPortal.stores.map((store) => ({ ...store, lossAcceptable: true }));
  const save = [{ after: "1 h", changes: 1 }] as const;
  [production, staging] = await Promise.all([
    TestStack.deploySmall(
      scratch,
      {
        ...sentraPortal,
        ...SMALL_ENCODINGS,
        stores,
        persistence: { appendonly: true, appendfsync: "everysec", pointInTime: true, save },
      },
      "prod",
    ),
    TestStack.deploySmall(
      scratch,
      { ...devCache, ...SMALL_ENCODINGS, persistence: { appendonly: false, save } },
      "dev",
    ),
  ]);
  await send(production, EVERY_VALUE);
}, 120_000);

afterAll(() => scratch.remove());

const done = (said: Recorded) => expect(said).toMatchObject({ exitCode: 0 });

const create = (options: Omit<CreateOptions, "compression">) =>
  recorded((terminal) =>
    backupCreate(production.resolved, { compression: "zstd", json: false, ...options }, terminal),
  );

it("is restored from what the stack's own schedule made", async () => {
  const source = await dataOf(scratch, production);
  const { schedule } = production.props.backups;
  const backup = scratch.docker.getContainer(schedule?.containerName ?? "");
  // The one of the first deploy, before there was any data. Without it the schedule makes one when it starts.
  const folder = `/data/${production.resolved.id}`;
  await exec(backup, ["sh", "-c", `rm ${folder}/*`]);
  await backup.restart();
  const made = () => exec(backup, ["sh", "-c", `ls ${folder}/*.json`]);
  expect((await eventually(made, ({ exitCode }) => exitCode === 0)).exitCode).toBe(0);
  await wreck(production);

  done(await restored(production, { from: "latest", at: `volume:${schedule?.volumeName}` }));
  expect(await dataOf(scratch, production)).toEqual(source);
}, 60_000);

it("comes into another stack, encrypted and through S3, with the keys that match and no others", async () => {
  const [{ identity, recipient }] = AGE_KEYS;
  const key = join(scratch.folder, "age.key");
  writeFileSync(key, `${identity}\n`);
  const match = ["database:1[0-5]:[^0-3]", "*\\*\\?\\[*", "[l-n]i[^t]*:n?des", "expires:soo[\\a-n]", "\\z*"];
  await staging.redis("SET", "before", "1");

  const directory = join(scratch.folder, "s3");
  mkdirSync(directory);
  await withS3(directory, "backups", async () => {
    const at = "s3://backups/nightly";
    const made = await create({ at, kind: "rdb", recipients: [recipient] });
    done(made);
    expect(made.out).toMatch(/, verified, encrypted$/);
    done(await restored(staging, { from: "latest", at, identity: key, match }, production));
  });
  const part = await dataOf(scratch, production, match);
  const counts = part.databases.map((line) => Number(line.split(" ")[1]));
  expect(counts).toEqual([8, ...Array(9).fill(1), ...Array(5).fill(7), 8]);
  expect(await dataOf(scratch, staging)).toEqual(part);
}, 60_000);

it("is restored as it was at a moment before the disaster, which the backup has in it", async () => {
  await send(production, [
    "XADD stream 100-1 field late",
    "XREADGROUP GROUP readers late COUNT 2 STREAMS stream >",
    "HSET hash:table late 1",
    "PERSIST hash:table",
    "SELECT 12",
    "SET late 1 PXAT 4102444800999",
    "FUNCTION LOAD \"#!lua name=later\\nredis.register_function('late', function() return 4 end)\"",
    "FUNCTION DELETE later",
  ]);
  const source = await dataOf(scratch, production);
  const [seconds] = (await production.redis("TIME")).split("\n");
  const time = new Date(Number(seconds) * 1000).toISOString();
  await sleep(1100);
  await wreck(production);

  const at = join(scratch.folder, "aof");
  done(await create({ at, kind: "aof", recipients: [] }));
  done(await restored(production, { from: "latest", at, time }));
  expect(await dataOf(scratch, production)).toEqual({ ...source, streams: expect.anything() });
}, 60_000);
