import type { Environment } from "../../config/environment";
import { environments } from "../../config/environments";
import { readStacks, selectStacks } from "../../config/load-stacks";
import { formatProblem } from "../../core/problem";
import { problemsOf, shop, template, today, unchecked } from "../support/stack-fixtures";

const { dev } = environments;

/** Problems of a service in the environment called `key`, and nowhere else. */
function problemsUnder(key: string, environment: Environment): readonly string[] {
  const services = [shop(unchecked({ [key]: { memory: { maxmemory: "256 MiB" } } }))];
  return readStacks({ template, today, services, environments: { [key]: environment } }).problems.map(
    formatProblem,
  );
}

describe("the name of an environment", () => {
  it.each(["dev", "a", "eu-2", "abcdefghijkl"])("may be %s", (key) => {
    expect(problemsUnder(key, { ...dev, name: key })).toEqual([]);
  });

  it.each(["Dev", "2nd", "a--b", "-a", "a-", "a_b", "abcdefghijklm"])("may not be %s", (key) => {
    expect(problemsUnder(key, { ...dev, name: key })).toEqual([
      `environments/${key}: got "${key}", expected 12 lower-case letters, digits and single dashes at most, a letter ` +
        "first. Fix: rename the environment in config/environments/index.ts; stacks and containers are named after it.",
    ]);
  });

  it("leaves room for the longest service and its exporter in a host name", () => {
    const [name, key] = ["s".repeat(40), "abcdefghijkl"];
    const deployment = { memory: { maxmemory: "256 MiB" }, exporter: { hostPort: 9121 } };
    const services = [shop(unchecked({ [key]: deployment }), { name })];
    const { stacks } = readStacks({
      template,
      today,
      services,
      environments: { [key]: { ...dev, name: key } },
    });
    expect(stacks.map(({ props }) => props.exporter?.containerName.length)).toEqual([62]);
  });

  it("is the one under which it is listed, or its stacks would be called after another environment", () => {
    expect(problemsUnder("staging", { ...dev, name: "prod" })).toEqual([
      'environments/staging.name: got "prod", expected "staging", as config/environments/index.ts calls it. ' +
        'Fix: write name: "staging".',
    ]);
  });
});

describe("environments that there are not", () => {
  const services = [shop({ dev: { memory: { maxmemory: "256 MiB" } } })];
  const problemsWith = (given: unknown) =>
    readStacks({ template, today, services, environments: unchecked(given) }).problems.map(formatProblem);

  it("are missed once, where there are none at all", () => {
    expect(problemsWith({})).toEqual([
      "config/environments: got none, expected one environment at least. " +
        "Fix: write export const environments = { dev } in config/environments/index.ts.",
    ]);
  });

  it("are told where they are listed, not where they are used", () => {
    expect(problemsWith({ dev: undefined })).toEqual([
      "environments/dev: got nothing, expected an object of fields. " +
        "Fix: write it as config/environment.ts describes it.",
    ]);
  });

  it("leave no stack to choose", () => {
    expect(selectStacks([], ["shop-dev"]).problems.map(formatProblem)).toEqual([
      'stack: got "shop-dev", expected a stack; there is none. Fix: check the spelling.',
    ]);
  });
});

describe("the address of the Docker engine", () => {
  const problemsWith = (host: string) => problemsOf("dev", { environment: { docker: { host } } });
  const refusal = (got: string) => [
    `environments/dev.docker.host: got ${got}, expected an address unix://, ssh://, tcp:// or npipe:// without a ` +
      "password. Fix: write it as ssh://deploy@host, or leave it out for what Docker's own tools use.",
  ];

  it.each([
    "unix:///var/run/docker.sock",
    "unix:///home/a b/docker.sock",
    "npipe:////./pipe/docker_engine",
    "ssh://host",
    "ssh://deploy@redis-1.example:65535",
    "ssh://deploy@redis-1.example/run/docker.sock",
    "tcp://127.0.0.1:1",
    "tcp://[2001:db8::7]:2376",
  ])("may be %s", (host) => {
    expect(problemsWith(host)).toEqual([]);
  });

  it.each([
    "",
    "redis-1",
    "http://host",
    "unix://docker.sock",
    "ssh://",
    "ssh://a b",
    "tcp://host:0",
    "tcp://host:65536",
    "tcp://deploy@host",
    "tcp://host?key=1",
    `unix:///\${path.module}/docker.sock`,
    "unix:///%{if true}",
    "unix:///a\nb",
  ])("may not be %j", (host) => {
    expect(problemsWith(host)).toEqual(refusal(JSON.stringify(host)));
  });

  it.each([
    "ssh://deploy:hunter2@host",
    "tcp://:hunter2@host",
    "ssh://deploy:hunter2 @ho st",
    "deploy:hunter2@host",
  ])("never has a password, which is not repeated", (host) => {
    expect(problemsWith(host)).toEqual(refusal("an address with a password"));
  });
});

describe("the place of the state", () => {
  const problemsWith = (bucket: string, region: string) =>
    problemsOf("dev", { environment: { state: { backend: "s3", bucket, region } } });

  it.each(["abc", "a.b-c", "1".repeat(63)])("may be bucket %s", (bucket) => {
    expect(problemsWith(bucket, "eu-central-1")).toEqual([]);
  });

  it.each([
    "",
    "ab",
    "a".repeat(64),
    "States",
    "a_b",
    "-ab",
    "ab-",
    "a..b",
    "192.0.2.7",
    "s3://states",
    `a\${b}`,
  ])("may not be bucket %j", (bucket) => {
    expect(problemsWith(bucket, "eu-central-1")).toEqual([
      `environments/dev.state.bucket: got ${JSON.stringify(bucket)}, expected 3 to 63 lower-case letters, digits, ` +
        "dots and dashes, a letter or digit at both ends, as S3 has it. " +
        "Fix: write the name of the bucket alone, without s3:// and without a path.",
    ]);
  });

  it.each(["", "EU", "eu central", "eu-central-1\n", `\${var.region}`])("may not be region %j", (region) => {
    expect(problemsWith("states", region)).toEqual([
      `environments/dev.state.region: got ${JSON.stringify(region)}, expected lower-case ` +
        'letters, digits and dashes. Fix: write the region of the bucket, such as "eu-central-1".',
    ]);
  });
});
