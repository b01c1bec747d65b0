import { formatManifest, type Manifest, parseManifest } from "../../../ops/backup/manifest";
import { manifestOf } from "../../support/manifests";

const ID = "20261121T150411Z-3fa9";
const parsed = (more: Partial<Manifest>) => parseManifest(formatManifest(manifestOf(ID, more)));
const key = { database: 0, key: "aw==", type: "string" };
const databases = [
  { database: 0, keys: 2, expiring: 1 },
  { database: 65_535, keys: 3, expiring: 0 },
];

test.each<[string, Partial<Manifest>]>([
  ["counts that are the sum", { keys: { total: 5, expiring: 1, databases } }],
  ["counts alone", { keys: { total: 5, expiring: 1 } }],
  ["the last database and the last moment", { sample: [{ ...key, database: 65_535, expiresAt: 8.64e15 }] }],
])("%s are good", (_, more) => {
  expect(parsed(more)).toEqual(manifestOf(ID, more));
});

test.each<[string, Partial<Manifest>, string]>([
  ["a total", { keys: { total: 6, expiring: 1, databases } }, "keys.total: not the sum of databases[].keys"],
  [
    "those that expire",
    { keys: { total: 5, expiring: 0, databases } },
    "keys.expiring: not the sum of databases[].expiring",
  ],
  [
    "a moment",
    { sample: [{ ...key, expiresAt: 8.64e15 + 2 }] },
    "sample.0.expiresAt: Too big: expected number to be <=8640000000000000",
  ],
  [
    "a database",
    { sample: [{ ...key, database: 65_536 }] },
    "sample.0.database: Too big: expected number to be <=65535",
  ],
])("%s that cannot be is refused", (_, more, problem) => {
  expect(parsed(more)).toBe(`is not a manifest: ${problem}`);
});
