import { InvalidInputError, InvalidValueError, Problems } from "../../core/problem";

const port = { field: "shop.hostPort", got: "0", expected: "a whole number from 1 to 65535", fix: "use 1" };
const size = { field: "shop.memory", got: '"1"', expected: "a size", fix: "write a unit" };

describe("InvalidInputError", () => {
  it("prints its one problem with field, got, expected and fix", () => {
    expect(new InvalidInputError([port]).message).toBe(
      "1 problem, nothing was changed\n" +
        "  shop.hostPort: got 0, expected a whole number from 1 to 65535. Fix: use 1.",
    );
  });

  it("prints every problem on a line of its own, in the order found", () => {
    expect(new InvalidInputError([size, port]).message).toBe(
      "2 problems, nothing was changed\n" +
        '  shop.memory: got "1", expected a size. Fix: write a unit.\n' +
        "  shop.hostPort: got 0, expected a whole number from 1 to 65535. Fix: use 1.",
    );
  });

  it("keeps the problems as data", () => {
    expect(new InvalidInputError([size, port]).problems).toEqual([size, port]);
  });
});

describe("Problems", () => {
  it("returns what was read, and notes nothing", () => {
    const problems = new Problems();
    expect(problems.read("field", 1, () => 2)).toBe(2);
    expect(problems.list).toEqual([]);
  });

  it("returns the fallback and notes the field when a value was refused", () => {
    const problems = new Problems();
    const read = problems.read("shop.hostPort", 1, () => {
      throw new InvalidValueError(port.got, port.expected, port.fix);
    });
    expect(read).toBe(1);
    expect(problems.list).toEqual([port]);
  });

  it("does not take a bug for bad input", () => {
    const bug = new TypeError("undefined is not a function");
    const read = () =>
      new Problems().read("field", 1, () => {
        throw bug;
      });
    expect(read).toThrow(bug);
  });

  it("knows which fields were refused, by their whole name", () => {
    const problems = new Problems();
    problems.add(port);
    expect(problems.has("shop.hostPort")).toBe(true);
    expect(problems.has("shop")).toBe(false);
    expect(problems.has("shop.hostPort.min")).toBe(false);
  });

  it("throws all of them at once, and nothing when there are none", () => {
    const problems = new Problems();
    expect(() => problems.throwIfAny()).not.toThrow();
    problems.add(size);
    problems.add(port);
    expect(() => problems.throwIfAny()).toThrow(new InvalidInputError([size, port]));
  });
});
