import fc from "fast-check";
import { expiredBackups, idMoment, isOfFuture } from "../../../ops/backup/retention";
import { manifestOf } from "../../support/manifests";

const HOUR = 3600;
const now = new Date("2026-11-21T12:00:00Z");

const at = (hour: string) => manifestOf(`20261121T${hour}0000Z-0000`);
const five = ["08", "10", "07", "11", "09"].map(at);
const hours = (policy: { keepLast: number; keepForSeconds: number }) =>
  expiredBackups(five, { ...policy, now }).map(({ id }) => id.slice(9, 11));

test.each([
  [{ keepLast: 1, keepForSeconds: 0 }, ["07", "08", "09", "10"]],
  [{ keepLast: 2, keepForSeconds: 0 }, ["07", "08", "09"]],
  [{ keepLast: 5, keepForSeconds: 0 }, []],
  [{ keepLast: 6, keepForSeconds: 0 }, []],
  [{ keepLast: 1, keepForSeconds: 3 * HOUR }, ["07", "08", "09"]],
  [{ keepLast: 1, keepForSeconds: 3 * HOUR + 1 }, ["07", "08"]],
  [{ keepLast: 4, keepForSeconds: 3 * HOUR }, ["07"]],
  [{ keepLast: 0, keepForSeconds: 0 }, ["07", "08", "09", "10"]],
])("%j: %j", (policy, expected) => {
  expect(hours(policy)).toEqual(expected);
});

test("those of the future, by a clock that was wrong, neither count nor go", () => {
  const future = ["20270101T000000Z-0000", "20270102T000000Z-0000"].map((id) => manifestOf(id));
  const gone = expiredBackups([...future, ...five], { keepLast: 2, keepForSeconds: 0, now });
  expect(gone.map(({ id }) => id.slice(9, 11))).toEqual(["07", "08", "09"]);
});

test.each([
  ["20261121T120500Z-ffff", undefined, false],
  ["20261121T120501Z-0000", undefined, true],
  ["20261121T120000Z-0000", "2026-11-21T12:05:00.001Z", true],
  ["20270101T000000Z-0000", "2026-11-21T12:00:00Z", true],
])("%s, begun %s, is of the future: %s", (id, startedAt, expected) => {
  expect(isOfFuture(manifestOf(id, startedAt === undefined ? {} : { startedAt }), now)).toBe(expected);
});

test("of any backups and any policy: the newest stays, and what goes is older than all that stay by their number", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 500 * HOUR }),
      (ages, keepLast, keepForSeconds) => {
        const backups = ages.map((age) => {
          const begun = new Date(now.getTime() - age * HOUR * 1000);
          return manifestOf(`${idMoment(begun)}-${age}`);
        });
        const gone = expiredBackups(backups, { keepLast, keepForSeconds, now }).map(({ id }) =>
          Number(id.split("-")[1]),
        );
        const byAge = [...ages].sort((one, other) => one - other);
        expect(gone).toEqual(
          byAge
            .filter((age, place) => place >= Math.max(1, keepLast) && age * HOUR >= keepForSeconds)
            .reverse(),
        );
      },
    ),
  );
});
