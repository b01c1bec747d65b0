import { directiveOf } from "../../config/directives";
import { checkValue } from "../../config/directives/check-value";
import { InvalidValueError } from "../../core/problem";

/** What is said of `value`, or undefined when a service may write it. */
function refusal(name: string, value: string, version = "7.4.11"): string | undefined {
  const shape = directiveOf(version, name)?.shape;
  if (shape === undefined) {
    throw new Error(`${name} has no shape in ${version}`);
  }
  try {
    checkValue(shape, value);
    return undefined;
  } catch (error) {
    return error instanceof InvalidValueError ? error.message : "";
  }
}

describe("a value that is taken", () => {
  it.each<[string, readonly string[]]>([
    ["latency-tracking", ["yes", "no", "YES", '"no"']],
    ["sanitize-dump-payload", ["no", "yes", "clients", "Clients"]],
    ["loglevel", ["debug", "nothing"]],
    ["busy-reply-threshold", ["0", "1", "9223372036854775807"]],
    ["lfu-decay-time", ["0", "2147483647"]],
    ["active-expire-effort", ["1", "10"]],
    ["hz", ["1", "500"]],
    ["databases", ["16", "1024"]],
    ["acllog-max-len", ["0", "10000"]],
    ["tcp-backlog", ["1", "65535"]],
    [
      "hll-sparse-max-bytes",
      ["0", "3000", "3k", "3kb", "1M", "1MB", "1g", "1gb", "10b", "007", "9223372036854775807"],
    ],
    ["client-query-buffer-limit", ["1mb", "1048576", "1024kb", "9223372036854775807"]],
    ["maxmemory-clients", ["0", "0mb", "1mb", "1048576", "1g", "1%", "100%"]],
    ["latency-tracking-info-percentiles", ["50", "0 100", "99.9 99.999999", '""']],
    [
      "client-output-buffer-limit",
      ["normal 0 0 0", "NORMAL 1mb 1mb 2147483647 pubsub 32mb 8mb 60", "slave 0 0 0"],
    ],
    ["locale-collate", ['""', "C", "POSIX"]],
    ["ignore-warnings", ['""', "ARM64-COW-BUG"]],
    ["server-cpulist", ['""', "0", "0-7:2", "1,3", "1,10-11"]],
    ["proc-title-template", ["x", '"{title} shop"', "'{port}'", '"{title} {listen-addr} {server-mode}"']],
  ])("%s: %j", (name, values) => {
    expect(values.flatMap((value) => refusal(name, value) ?? [])).toEqual([]);
  });
});

describe("a value that is refused", () => {
  const WHOLE = "a whole number from 0 to 9223372036854775807";
  const MILLISECONDS = "a whole number of milliseconds from 0 to 9223372036854775807";
  const AMOUNT = "write a whole number of bytes, or one followed by k, kb, m, mb, g or gb, such as 64mb";
  const CLIENTS =
    "0 or an amount of memory from 1mb to 9223372036854775807, or 1% to 100%; " +
    "one client takes 40 KiB, and above the limit clients are disconnected";
  const BUFFERS =
    "class: one of normal, replica, slave, pubsub; " +
    "hard limit: 0 or an amount of memory from 1mb to 9223372036854775807; " +
    "soft limit: 0 or an amount of memory from 1mb to 9223372036854775807; " +
    "soft seconds: a whole number from 0 to 2147483647; once or more; " +
    "a shorter reply, such as that of INFO, would disconnect the exporter";
  const PERCENTILES = "percentile: a number from 0 to 100 with 6 decimals at most; once or more";

  it.each([
    ["latency-tracking", "true", "yes or no", "write yes or no"],
    ["latency-tracking", "1", "yes or no", "write yes or no"],
    [
      "loglevel",
      "notise",
      "one of debug, verbose, notice, warning, nothing",
      'did you mean "notice"? Use that name',
    ],
    ["busy-reply-threshold", "-1", MILLISECONDS, "use 0 or more"],
    ["busy-reply-threshold", "9223372036854775808", MILLISECONDS, "use 9223372036854775807 or less"],
    ["busy-reply-threshold", "100us", MILLISECONDS, "write the number alone, in milliseconds"],
    ["busy-reply-threshold", "1.5", MILLISECONDS, "write the number alone, in milliseconds"],
    ["zset-max-listpack-entries", "+1", WHOLE, "write the number alone"],
    ["zset-max-listpack-entries", "01", WHOLE, "write the number alone"],
    ["zset-max-listpack-entries", "-0", WHOLE, "write the number alone"],
    ["zset-max-listpack-entries", '""', WHOLE, "write the number alone"],
    ["zset-max-listpack-entries", "1 2", WHOLE, "write one value; a text with blanks needs quotes"],
    ["active-defrag-cycle-min", "0", "a whole number of percent from 1 to 99", "use 1 or more"],
    ["active-defrag-cycle-min", "100", "a whole number of percent from 1 to 99", "use 99 or less"],
    ["hz", "501", "a whole number of times a second from 1 to 500; Redis uses no other", "use 500 or less"],
    [
      "databases",
      "15",
      "a whole number from 16 to 1024; a client may be told to use 0 to 15, and each one takes memory",
      "use 16 or more",
    ],
    [
      "hll-sparse-max-bytes",
      "1 mb",
      "an amount of memory from 0 to 9223372036854775807",
      "write one value; a text with blanks needs quotes",
    ],
    ["hll-sparse-max-bytes", "mb", "an amount of memory from 0 to 9223372036854775807", AMOUNT],
    ["hll-sparse-max-bytes", "1.5gb", "an amount of memory from 0 to 9223372036854775807", AMOUNT],
    ["hll-sparse-max-bytes", "-1", "an amount of memory from 0 to 9223372036854775807", AMOUNT],
    ["hll-sparse-max-bytes", "1MiB", "an amount of memory from 0 to 9223372036854775807", AMOUNT],
    [
      "hll-sparse-max-bytes",
      "17179869184gb",
      "an amount of memory from 0 to 9223372036854775807",
      "use 9223372036854775807 or less",
    ],
    [
      "client-query-buffer-limit",
      "1048575",
      "an amount of memory from 1mb to 9223372036854775807",
      "use 1mb or more",
    ],
    ["maxmemory-clients", "1", CLIENTS, "use 1mb or more"],
    ["maxmemory-clients", "0%", CLIENTS, "use 1% or more"],
    ["maxmemory-clients", "101%", CLIENTS, "use 100% or less"],
    ["maxmemory-clients", "-5%", CLIENTS, AMOUNT],
    ["latency-tracking-info-percentiles", "nan", PERCENTILES, "write such as 99.9"],
    ["latency-tracking-info-percentiles", "100.1", PERCENTILES, "write such as 99.9"],
    ["client-output-buffer-limit", "normal 0 0", BUFFERS, "write 4 words each time"],
    [
      "locale-collate",
      "en_US.UTF-8",
      'C, POSIX or "", which every image has; Redis does not start with a locale that is missing',
      'write such as "POSIX"',
    ],
    ["ignore-warnings", "all", 'ARM64-COW-BUG or ""', 'write such as "ARM64-COW-BUG"'],
    [
      "loglevel",
      '"debug',
      "words, or texts in quotes, without a backslash",
      "close every quote and leave out backslashes",
    ],
    [
      "loglevel",
      "de\\bug",
      "words, or texts in quotes, without a backslash",
      "close every quote and leave out backslashes",
    ],
    [
      "loglevel",
      '"de"bug',
      "words, or texts in quotes, without a backslash",
      "close every quote and leave out backslashes",
    ],
  ])("%s: %j", (name, value, expected, fix) => {
    expect(refusal(name, value)).toBe(`got ${JSON.stringify(value)}, expected ${expected}. Fix: ${fix}.`);
  });

  it.each([
    [
      "client-output-buffer-limit",
      "master 0 0 0",
      '"master" in "master 0 0 0"',
      BUFFERS,
      "use one of normal, replica, slave, pubsub",
    ],
    ["client-output-buffer-limit", "normal 1 0 0", '"1" in "normal 1 0 0"', BUFFERS, "use 1mb or more"],
    ["client-output-buffer-limit", "normal 0 0 -1", '"-1" in "normal 0 0 -1"', BUFFERS, "use 0 or more"],
    ["latency-tracking-info-percentiles", "50 101", '"101" in "50 101"', PERCENTILES, "write such as 99.9"],
  ])("%s: %j, and which word it is", (name, value, got, expected, fix) => {
    expect(refusal(name, value)).toBe(`got ${got}, expected ${expected}. Fix: ${fix}.`);
  });

  it.each([
    ["server-cpulist", ["0-", "1,,2", "-1", "a", "0 1", "1000-2000"]],
    [
      "proc-title-template",
      ['""', '" "', "{", "}", "{titel}", "{title}", "{unixsocket}", "{config-file}", "a b", '"é"', '"a{{b"'],
    ],
  ])("%s: %j", (name, values) => {
    expect(values.filter((value) => refusal(name, value) === undefined)).toEqual([]);
  });

  it("where its engine is built without it", () => {
    const of = (version: string) => directiveOf(version, "activedefrag")?.shape?.words;
    expect(of("7.0.15")).toEqual([{ type: "choice", values: ["no"] }]);
    expect(of("7.2.16")).toEqual([{ type: "choice", values: ["yes", "no"] }]);
  });
});
