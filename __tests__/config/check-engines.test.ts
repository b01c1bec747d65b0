import { soundEngines } from "../../config/check-engines";
import { type Engine, engines } from "../../config/engines";
import { formatProblem, Problems } from "../../core/problem";
import { problemsOf, unchecked } from "../support/stack-fixtures";

const row: Engine = { ...engines["redis-7.4"] };

/** What is wrong with the row of `engines/new` that has these values. */
function problemsWith(own: Partial<Engine>): readonly string[] {
  const problems = new Problems();
  const sound = soundEngines({ new: { ...row, ...own } }, problems);
  expect(sound).toEqual(problems.list.length === 0 ? ["new"] : []);
  return problems.list.map(formatProblem);
}

describe("the version of an engine", () => {
  it.each(["7.4", "7", "v7.4.11", "7.4.11-alpine", "7.4.x", ""])("may not be %j", (version) => {
    expect(problemsWith({ version })).toEqual([
      `engines/new.version: got "${version}", expected three numbers with dots, which decide the directives that are ` +
        'known. Fix: write the version that redis-server --version prints, such as "7.4.11".',
    ]);
  });

  it.each(["redis:7.4.11", "redis:v7.4.11-alpine", "redis:7.4-alpine", "redis:7", "redis", "redis:alpine"])(
    "may be 7.4.11 in %s",
    (image) => {
      expect(problemsWith({ image })).toEqual([]);
    },
  );

  it.each(["7.4.1", "7.4.110", "7.2.11", "8.0", "7.4.11.1"])("may not be 7.4.11 in redis:%s", (tag) => {
    expect(problemsWith({ image: `redis:${tag}` })).toEqual([
      `engines/new.version: got "7.4.11" with image "redis:${tag}", expected the version of the image, ${tag}. ` +
        "Fix: change both together.",
    ]);
  });
});

describe("the last day of an engine", () => {
  it.each(["2028-06-30", "2028-02-29"])("may be %s", (endOfLife) => {
    expect(problemsWith({ endOfLife })).toEqual([]);
  });

  it.each(["", "2027-02-29", "30.6.2028", "2028-6-30", "soon"])("may not be %j", (endOfLife) => {
    expect(problemsWith({ endOfLife })).toEqual([
      `engines/new.endOfLife: got "${endOfLife}", expected a day that there is, such as "2027-03-31". ` +
        "Fix: write year, month and day as YYYY-MM-DD, or leave it out where no date is announced.",
    ]);
  });
});

describe.each(["image", "exporterImage", "prometheusImage"] as const)("%s", (field) => {
  it.each([
    "redis",
    "registry.example:5000/base/redis:7.4.11",
    "localhost/a__b/c-d.e:7.4.11",
    "[2001:db8::7]:5000/redis:7.4.11",
    `redis@sha256:${"0af".repeat(21)}0`,
    `redis:${"t".repeat(128)}`,
  ])("may be %s", (image) => {
    expect(problemsWith({ [field]: image })).toEqual([]);
  });

  it.each([
    "",
    "Redis:7.4.11",
    "base/Redis:7.4.11",
    "redis:",
    "redis: 7.4.11",
    "redis:7.4.11\n",
    "redis:-7",
    `redis:${"t".repeat(129)}`,
    "redis@sha256:0123",
    "https://registry.example/redis:7.4.11",
    "a..b:7.4.11",
    "a/:7.4.11",
    `redis:\${tag}`,
  ])("may not be %j", (image) => {
    expect(problemsWith({ [field]: image })).toEqual([
      `engines/new.${field}: got ${JSON.stringify(image)}, expected a repository in lower case and a tag or a digest, ` +
        'as Docker takes it. Fix: write it as docker pull takes it, such as "redis:7.4.11-alpine".',
    ]);
  });
});

it("a row has the fields of a row, each with the kind of value it takes", () => {
  expect(problemsWith({ rdbVersion: unchecked("12"), image: unchecked(undefined) })).toEqual([
    "engines/new.image: got nothing, expected a text in quotes. Fix: write it as config/engines.ts describes it.",
    'engines/new.rdbVersion: got "12", expected a number. Fix: write 12, without quotes.',
  ]);
});

describe("the catalogue", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it("is checked whenever stacks are loaded, and a row that is refused decides nothing", () => {
    jest.replaceProperty(engines["redis-7.4"], "version", unchecked("7.4"));
    const expected = [expect.stringMatching(/^engines\/redis-7\.4\.version: got "7\.4", /)];
    expect(problemsOf("dev", { service: { engine: "redis-7.4" } })).toEqual(expected);
    expect(problemsOf("dev", { service: { engine: "redis-7.2" } })).toEqual(expected);
  });
});
