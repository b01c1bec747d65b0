import type { BackupSchedule, Deployment } from "../../config/service";
import { problemsOf, shopStack, unchecked } from "../support/stack-fixtures";

const ofProd = (backups: Deployment["backups"]) =>
  problemsOf("prod", {
    deployment: backups === undefined ? {} : { backups },
    environment: { gates: "warn" },
  });
const at = (place: string) => problemsOf("prod", { environment: { backups: { at: place, schedule: "on" } } });

describe("the schedule of backups", () => {
  it("follows the environment, and a service changes what it likes", () => {
    const schedule = (backups?: Deployment["backups"]) =>
      shopStack("prod", {
        environment: { gates: "warn" },
        deployment: backups === undefined ? {} : { backups },
      }).props.backups.schedule;
    expect(schedule()).toMatchObject({
      containerName: "shop-prod-backup",
      volumeName: "shop-prod-backups",
      secretsVolume: "shop-prod-backup-secrets",
      keepLast: 12,
    });
    expect(`${schedule()?.every} ${schedule()?.keepFor}`).toBe("6 h 72 h");
    expect(`${schedule({ every: "30 min" })?.every}`).toBe("30 min");
    expect(schedule("off")).toBeUndefined();
  });

  it("is made in an environment without it when the service has one, without a secret where there is no password", () => {
    expect(shopStack("dev").props.backups).toEqual({ at: "backups" });
    expect(shopStack("dev", { deployment: { backups: {} } }).props.backups.schedule).not.toHaveProperty(
      "secretsVolume",
    );
  });

  it.each<BackupSchedule>([
    { every: "5 min" },
    { every: "168 h" },
    { keepLast: 1 },
    { keepLast: 1000 },
    { keepFor: "0 s" },
    { keepFor: "87600 h" },
  ])("may be %j", (schedule) => {
    expect(ofProd(schedule)).toEqual([]);
  });

  it.each<[BackupSchedule, string]>([
    [
      { every: "299 s" },
      'every: got 299 s, expected whole seconds from 300 s to 604800 s. Fix: use "300 s" or more.',
    ],
    [
      { every: "604801 s" },
      'every: got 604801 s, expected whole seconds from 300 s to 604800 s. Fix: use "604800 s" or less.',
    ],
    [
      { every: "300500 ms" },
      'every: got 300500 ms, expected whole seconds from 300 s to 604800 s. Fix: write "301 s".',
    ],
    [{ keepLast: 0 }, "keepLast: got 0, expected a whole number from 1 to 1000. Fix: use 1 or more."],
    [
      { keepLast: 1001 },
      "keepLast: got 1001, expected a whole number from 1 to 1000. Fix: use 1000 or less.",
    ],
    [
      { keepFor: "87601 h" },
      'keepFor: got 87601 h, expected whole seconds from 0 s to 315360000 s. Fix: use "315360000 s" or less.',
    ],
  ])("may not be %j", (schedule, says) => {
    expect(ofProd(schedule)).toEqual([`shop.environments.prod.backups.${says}`]);
  });

  it("has no other fields", () => {
    expect(ofProd(unchecked({ everyday: true }))).toHaveLength(1);
  });
});

describe("the place of backups", () => {
  it.each(["b", "backups", "../b", "/srv/b", "C", "s3://abc", "s3://my.bucket/a/b", "x".repeat(255)])(
    "may be %s",
    (place) => {
      expect(at(place)).toEqual([]);
    },
  );

  it.each([
    ["", '""'],
    ["a\nb", '"a\\nb"'],
    ["x".repeat(256), "256 characters"],
    ["s3://", '"s3://"'],
    ["s3://ab", '"s3://ab"'],
    ["S3://abc", '"S3://abc"'],
    ["s3://abc//d", '"s3://abc//d"'],
    ["s3://abc/d?e", '"s3://abc/d?e"'],
    ["volume:shop", '"volume:shop"'],
    ["https://s3.example/abc", '"https://s3.example/abc"'],
  ])("may not be %j", (place, got) => {
    expect(at(place)).toEqual([
      `environments/prod.backups.at: got ${got}, expected a directory, or s3://BUCKET or s3://BUCKET/PREFIX, ` +
        'of 255 characters at most. Fix: write at: "backups" for a folder of this repository, ' +
        'or at: "s3://my-bucket/redis".',
    ]);
  });
});

it("a moment can be restored only from an append-only file", () => {
  const withFile = (appendonly: boolean) =>
    problemsOf("dev", { service: { persistence: { appendonly, pointInTime: true, save: [] } } });
  expect(withFile(true)).toEqual([]);
  expect(withFile(false)).toEqual([
    "shop.persistence.pointInTime: got true, with appendonly: false, expected an append-only file, which is what a " +
      "moment is looked for in. Fix: write appendonly: true, or leave pointInTime out.",
  ]);
});
