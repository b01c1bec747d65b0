import fc from "fast-check";
import { expiredBackups } from "../../../ops/backup/retention";
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

test("one from the future, by a clock that was wrong, is not expired by its age", () => {
  const future = manifestOf("20270101T000000Z-0000");
  expect(expiredBackups([future, ...five], { keepLast: 1, keepForSeconds: HOUR, now })).not.toContain(future);
});

test("of any backups and any policy: the newest stays, and what goes is older than all that stay by their number", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 500 * HOUR }),
      (ages, keepLast, keepForSeconds) => {
        const backups = ages.map((age) => {
          const startedAt = new Date(now.getTime() - age * HOUR * 1000).toISOString();
          return manifestOf("20261121T120000Z-0000", { id: `${age}`, startedAt });
        });
        const gone = expiredBackups(backups, { keepLast, keepForSeconds, now }).map(({ id }) => Number(id));
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
