import { InvalidValueError } from "../../core/problem";
import { PORTS, wholeNumber } from "../../core/whole-number";

describe("wholeNumber", () => {
  it.each([1, 65535])("accepts port %d", (port) => {
    expect(wholeNumber(port, PORTS)).toBe(port);
  });

  it.each([
    [0, "use 1 or more"],
    [-1, "use 1 or more"],
    [65536, "use 65535 or less"],
    [Number.POSITIVE_INFINITY, "use 65535 or less"],
    [80.4, "write 80"],
    [80.5, "write 81"],
    [65534.5, "write 65535"],
    [Number.NEGATIVE_INFINITY, "use 1 or more"],
    [Number.NaN, "write a number, such as 1"],
  ])("refuses port %d", (port, fix) => {
    expect(() => wholeNumber(port, PORTS)).toThrow(
      new InvalidValueError(`${port}`, "a whole number from 1 to 65535", fix),
    );
  });
});
