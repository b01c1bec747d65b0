import { levelAbove } from "../../core/levels";

test.each([
  [70, undefined],
  [70.01, "warning"],
  [90, "warning"],
  [90.01, "critical"],
  [0, undefined],
])("%d is above level %s of 70 and 90", (value, level) => {
  expect(levelAbove(value, { warning: 70, critical: 90 })).toBe(level);
});

test("above nothing is one", () => {
  expect([0, 1].map((value) => levelAbove(value, { warning: 0, critical: 10 }))).toEqual([
    undefined,
    "warning",
  ]);
});
