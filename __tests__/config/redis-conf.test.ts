import { problemsOf, template } from "../support/stack-fixtures";

/** What an edit of redis.conf.tpl does to a stack with a password and one without. */
const problemsWith = (edited: string, kind: "dev" | "prod" = "prod") =>
  problemsOf(kind, { template: edited });

const OPEN = [
  ["an empty requirepass", `${template}requirepass ""\n`],
  ["a requirepass of its own", `${template}requirepass secret\n`],
  ["a default user without password", `${template}user default on nopass ~* &* +@all\n`],
  ["an ACL file", `${template}aclfile /data/users.acl\n`],
  ["an included file", `${template}include /data/more.conf\n`],
  [
    "the password as masterauth",
    template.replace("requirepass {{requirepass}}", "masterauth {{requirepass}}"),
  ],
] as const;

it("the template as it is has nothing wrong in it", () => {
  expect(problemsWith(template, "dev")).toEqual([]);
  expect(problemsWith(template, "prod")).toEqual([]);
});

it.each(OPEN)("%s is refused, since it would decide who may do what", (_, edited) => {
  const problems = problemsWith(edited);
  expect(problems.some((problem) => problem.startsWith("redis.conf.tpl: got"))).toBe(true);
  expect(problems.join()).toMatch(/access|server would be open/);
});

it("a password that is not asked for is refused in words", () => {
  expect(problemsWith(template.replace("requirepass {{requirepass}}", "masterauth {{requirepass}}"))).toEqual(
    [
      'redis.conf.tpl: got "masterauth \\"@secret:redis_password@\\"", expected no line about access but those of ' +
        "core/redis-conf.ts, in shop-prod. Fix: remove the line; who may do what is decided there.",
      'redis.conf.tpl: got no "requirepass \\"@secret:redis_password@\\"", expected that line in shop-prod, or the server ' +
        "would be open. Fix: restore requirepass {{requirepass}} and user {{user}}.",
    ],
  );
});

it.each([
  [
    "a directive that Redis does not know",
    `${template}maxmemmory 1gb\n`,
    'redis.conf.tpl: got "maxmemmory", expected a directive that Redis knows. Fix: correct or remove the line.',
  ],
  [
    "a directive that stands twice",
    `${template}port 6380\n`,
    'redis.conf.tpl: got "port" 2 times, expected each directive once. Fix: remove all but one line.',
  ],
  [
    "data beside the volume",
    template.replace("dir /data", "dir /tmp"),
    "redis.conf.tpl: got no line dir /data, expected the data in the volume, which is mounted at /data. Fix: write dir /data.",
  ],
  [
    "line ends of Windows",
    template.replace("port 6379\n", "port 6379\r\n"),
    "redis.conf.tpl: got line ends of Windows, expected line feeds alone. Fix: save the file with LF.",
  ],
])("%s is refused", (_, edited, problem) => {
  expect(problemsWith(edited, "dev")).toEqual([problem]);
});

it("a redis.conf is at most as long as one argument of a command may be", () => {
  const directives = (percentiles: number) => ({
    "latency-tracking-info-percentiles": "99.9 ".repeat(percentiles).trim(),
  });
  expect(problemsOf("dev", { service: { directives: directives(10_000) } })).toEqual([]);
  expect(problemsOf("dev", { service: { directives: directives(20_000) } })).toEqual([
    expect.stringMatching(
      /^shop\.directives: got 10\d{4} bytes of redis\.conf in shop-dev, expected 65536 at most: .*\. Fix: shorten /,
    ),
  ]);
});
