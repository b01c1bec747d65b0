import { isDay } from "../../core/day";

it.each(["2027-03-31", "2028-02-29", "0000-01-01", "9999-12-31"])("%s is a day", (text) => {
  expect(isDay(text)).toBe(true);
});

it.each([
  "",
  "2027-02-29",
  "2027-13-01",
  "2027-00-10",
  "2027-3-1",
  "31.3.2027",
  "2027-03-31T00:00:00Z",
  "２０２７-03-31",
])("%j is none", (text) => {
  expect(isDay(text)).toBe(false);
});
