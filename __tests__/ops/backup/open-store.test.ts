import { join } from "node:path";
import Docker from "dockerode";
import { DirectoryStore } from "../../../ops/backup/directory-store";
import { openStore, readingStores, writingStore } from "../../../ops/backup/open-store";
import { S3Store } from "../../../ops/backup/s3-store";
import { VolumeStore } from "../../../ops/backup/volume-store";
import { repository, shopStack } from "../../support/stack-fixtures";

const docker = new Docker({ socketPath: "/nowhere" });
const stack = shopStack("prod");

test.each([
  ["backups", DirectoryStore, "backups"],
  ["/var/backups/redis", DirectoryStore, "/var/backups/redis"],
  ["volume:shop-prod-backups", VolumeStore, "volume:shop-prod-backups"],
  ["s3://bucket", S3Store, "s3://bucket"],
  ["s3://bucket/", S3Store, "s3://bucket"],
  ["s3://my.bucket-1/a/b/", S3Store, "s3://my.bucket-1/a/b"],
])("%s", (where, store, shown) => {
  const opened = openStore(where, stack, docker);
  expect(opened).toBeInstanceOf(store);
  expect(opened.where).toBe(shown);
});

test("a relative directory is in the repository's folder, wherever the command runs", () => {
  expect(openStore("backups", stack, docker)).toEqual(new DirectoryStore("backups", join(repository)));
});

test.each([
  ["", "a directory, volume:NAME or s3://BUCKET/PREFIX", "write one, or leave --at out"],
  ["  ", "a directory, volume:NAME or s3://BUCKET/PREFIX", "write one, or leave --at out"],
  [
    "~/backups",
    "a path that the shell has expanded",
    "write $HOME in place of ~, or --at and a blank before ~",
  ],
  ["back\nups", "a directory, volume:NAME or s3://BUCKET/PREFIX", "write it without control characters"],
  ["volume:", "volume: and the name of a Docker volume", "copy the name from docker volume ls"],
  ["volume:/etc", "volume: and the name of a Docker volume", "copy the name from docker volume ls"],
  ["volume:a:b", "volume: and the name of a Docker volume", "copy the name from docker volume ls"],
  ...["s3://", "s3:///prefix", "s3://Bucket", "s3://ab"].map((where) => [
    where,
    "s3:// and a bucket of 3 to 63 lower-case letters, digits, `.` and `-`",
    "write s3://BUCKET/PREFIX",
  ]),
  ["https://example.com/x", "a directory, volume:NAME or s3://BUCKET/PREFIX", "use one of these three"],
])("%j is refused", (where, expected, fix) => {
  expect(() => openStore(where ?? "", stack, docker)).toThrow(
    `1 problem, nothing was changed\n  --at: got ${JSON.stringify(where)}, expected ${expected}. Fix: ${fix}.`,
  );
});

test("of a long value the beginning is told", () => {
  expect(() => openStore(`x://${"y".repeat(300)}`, stack, docker)).toThrow(
    `got "x://${"y".repeat(196)}…", expected`,
  );
});

describe("nothing is written to a volume of", () => {
  const { props } = stack;
  const secrets = props.server.auth.mode === "requirepass" ? props.server.auth.secretsVolume : "";
  test.each([
    [props.dataVolume.name, "data", stack.id],
    [secrets, "passwords", stack.id],
    [props.backups.schedule?.secretsVolume, "passwords", stack.id],
    ["vedfolnir_redis_data", "data", "vedfolnir-prod"],
  ])("%s", (name, what, id) => {
    expect(() => writingStore(`volume:${name}`, stack, docker, "--to")).toThrow(
      `--to: got "volume:${name}", expected a place for backups alone. Fix: choose another: that volume has the ${what} of ${id}.`,
    );
    expect(openStore(`volume:${name}`, stack, docker).where).toBe(`volume:${name}`);
  });

  test("no other", () => {
    const name = props.backups.schedule?.volumeName;
    expect(writingStore(`volume:${name}`, stack, docker).where).toBe(`volume:${name}`);
  });
});

describe("where is looked", () => {
  const places = (at?: string, of = stack) => readingStores(of, at, docker).map(({ where }) => where);

  test("where the environment says, and in the volume of the schedule", () => {
    expect(places()).toEqual(["backups", "volume:shop-prod-backups"]);
  });

  test("without a schedule, where the environment says", () => {
    expect(places(undefined, shopStack("dev"))).toEqual(["backups"]);
  });

  test("where it is told, and nowhere else", () => {
    expect(places("s3://bucket/x")).toEqual(["s3://bucket/x"]);
  });
});
