import { ageText, bytesText } from "../../ops/amounts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [199_566_486, "190.3 MiB"],
  [1024 ** 3, "1.0 GiB"],
  [5 * 1024 ** 5, "5120.0 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [-1, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [3600, "1 h"],
  [86_399, "23 h"],
  [86_400, "1 day"],
  [172_800, "2 days"],
])("%d seconds are %s", (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});
