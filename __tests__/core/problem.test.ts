import { formatProblem, InvalidInputError, InvalidValueError, Problems } from "../../core/problem";

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

describe("formatProblem", () => {
  it.each([
    ["a line break", "a\nb", "a\\u000ab"],
    ["an escape code", "\x1b[31m", "\\u001b[31m"],
    ["a C1 control", "\x85", "\\u0085"],
    ["a text turned around", "\u202eb", "\\u202eb"],
    ["a blank without width", "a\u200bb", "a\\u200bb"],
    ["a separator of lines", "\u2028", "\\u2028"],
    ["half a character", "\ud800", "\\ud800"],
    ["letters of any language", "é ü 私 🙂", "é ü 私 🙂"],
  ])("writes %s in one line that can be read", (_, written, shown) => {
    expect(formatProblem({ ...port, field: written, got: written, fix: written })).toBe(
      `${shown}: got ${shown}, expected a whole number from 1 to 65535. Fix: ${shown}.`,
    );
  });

  it("cuts what somebody wrote after 300 characters, and never what is expected", () => {
    const [whole, long] = ["x".repeat(300), "x".repeat(301)];
    expect(formatProblem({ field: whole, got: whole, expected: long, fix: whole })).toBe(
      `${whole}: got ${whole}, expected ${long}. Fix: ${whole}.`,
    );
    expect(formatProblem({ field: long, got: long, expected: long, fix: long })).toBe(
      `${whole}…: got ${whole}…, expected ${long}. Fix: ${whole}….`,
    );
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
