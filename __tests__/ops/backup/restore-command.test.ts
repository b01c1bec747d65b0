import { restoreCommand } from "../../../ops/backup/restore-command";

const id = "20261121T150411Z-3fa9";
const line = `bin/redis-ops restore shop-prod --from ${id}`;

test.each([
  ["none", undefined, line],
  ["none", "s3://backups/redis", `${line} --at s3://backups/redis`],
  ["none", "volume:copies", `${line} --at volume:copies`],
  ["none", "/mnt/my disk", `${line} --at '/mnt/my disk'`],
  ["none", "it's", `${line} --at 'it'\\''s'`],
  ["none", "", `${line} --at ''`],
  ["none", "$HOME", `${line} --at '$HOME'`],
  ["age", undefined, `${line} --identity FILE`],
  ["age", "a b", `${line} --at 'a b' --identity FILE`],
] as const)("encryption %s, --at %j", (encryption, at, expected) => {
  expect(restoreCommand("shop-prod", { id, encryption }, at)).toBe(expected);
});
