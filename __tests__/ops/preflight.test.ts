import { EmptyEngine } from "../support/empty-engine";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { temporaryFolder, writeScript } from "../support/temporary-folder";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();
const inFolder = temporaryFolder();

let engine: EmptyEngine;
beforeAll(async () => {
  engine = await EmptyEngine.listen(inFolder("docker.sock"));
});
afterAll(() => engine.close());
beforeEach(() => {
  engine.asked.length = 0;
  process.env.DOCKER_HOST = engine.address;
  process.env.TERRAFORM_BINARY_NAME = writeScript(inFolder("terraform"), "echo Terraform v1.11.4");
});

const fields = (err: string) =>
  err
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(":")[0]);

test("a stack that can be deployed is said to be ready", async () => {
  expect(await redisOps("preflight", "cache-dev", "shop-dev")).toEqual({
    exitCode: 0,
    out: "ready to deploy cache-dev, shop-dev",
    err: "",
  });
});

test("without a name it looks at every stack, and names each secret that is missing", async () => {
  const { exitCode, out, err } = await redisOps("preflight");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "6 problems, nothing was changed
      shop-prod secret redis_password: got missing in volume shop-prod-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod.
      shop-prod secret redis_ops_password: got missing in volume shop-prod-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod.
      shop-prod secret redis_backup_password: got missing in volume shop-prod-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod.
      shop-prod secret redis_exporter_password: got missing in volume shop-prod-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod.
      shop-prod secret redis_exporter_passwords.json: got missing in volume shop-prod-exporter-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod.
      shop-prod secret redis_backup_password: got missing in volume shop-prod-backup-secrets, expected a secret that only its container can read. Fix: run bin/redis-ops secrets init shop-prod."
  `);
});

test("it changes nothing on the engine", async () => {
  await redisOps("preflight");
  expect(engine.asked.length).toBeGreaterThan(2);
  expect(engine.asked.filter((request) => !request.startsWith("GET "))).toEqual([]);
});

test("everything that is wrong is told in one run", async () => {
  process.env.TERRAFORM_BINARY_NAME = "/nonexistent/terraform";
  process.env.DOCKER_HOST = "unix:///nonexistent.sock";
  process.env.REDIS_ENGINE = "redis-7.3";
  const { exitCode, out, err } = await redisOps("preflight", "shop-prd", "cache-dev");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "4 problems, nothing was changed
      stack: got "shop-prd", expected one of cache-dev, shop-dev, shop-prod. Fix: did you mean "shop-prod"? Use that name.
      REDIS_ENGINE: got "redis-7.3", expected the name of an engine in config/engines.ts. Fix: did you mean "redis-7.2"? Use that name.
      terraform: got no answer from "/nonexistent/terraform", expected Terraform 1.11 or OpenTofu 1.8, or newer. Fix: install it, or set TERRAFORM_BINARY_NAME to where it is.
      docker: got no answer from unix:///nonexistent.sock, expected a running Docker engine. Fix: start Docker (bin/up does it on Debian and Ubuntu), or set DOCKER_HOST."
  `);
});

test("an unknown stack does not hide that the engine does not answer", async () => {
  process.env.DOCKER_HOST = "unix:///nonexistent.sock";
  const { err } = await redisOps("preflight", "shop-prd");
  expect(fields(err)).toEqual(["stack", "docker"]);
});

test("a Terraform that is too old is told with both versions", async () => {
  process.env.TERRAFORM_BINARY_NAME = writeScript(inFolder("old"), "echo Terraform v1.5.0");
  expect(await redisOps("preflight", "cache-dev")).toEqual({
    exitCode: 2,
    out: "",
    err:
      "1 problem, nothing was changed\n" +
      "  terraform: got Terraform 1.5, expected Terraform 1.11 or OpenTofu 1.8, or newer. " +
      "Fix: install it, or set TERRAFORM_BINARY_NAME to where it is.",
  });
});

test("OpenTofu is taken as well", async () => {
  process.env.TERRAFORM_BINARY_NAME = writeScript(inFolder("tofu"), "echo OpenTofu v1.9.0");
  expect(await redisOps("preflight", "cache-dev")).toMatchObject({
    exitCode: 0,
    err: "",
  });
});

test("--without-docker asks no engine, and so no secrets", async () => {
  process.env.DOCKER_HOST = "unix:///nonexistent.sock";
  expect(await redisOps("preflight", "--without-docker", "shop-prod")).toEqual({
    exitCode: 0,
    out: "ready to deploy shop-prod",
    err: "",
  });
});

test("--without-secrets and --without-data ask whether the engine answers, and no more", async () => {
  expect(await redisOps("preflight", "--without-secrets", "--without-data", "shop-prod")).toEqual({
    exitCode: 0,
    out: "ready to deploy shop-prod",
    err: "",
  });
  expect(engine.asked).toEqual(["GET /_ping"]);
});

test("--json gives scripts the problems, with the same exit codes", async () => {
  expect(await redisOps("preflight", "cache-dev", "--json")).toEqual({
    exitCode: 0,
    out: JSON.stringify({ stacks: ["cache-dev"], problems: [], transitions: [] }, null, 2),
    err: "",
  });
  process.env.TERRAFORM_BINARY_NAME = "/nonexistent/terraform";
  const { exitCode, out, err } = await redisOps("preflight", "cache-dev", "cash-dev", "--json");
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: "" });
  expect(JSON.parse(out)).toMatchInlineSnapshot(`
    {
      "problems": [
        {
          "expected": "one of cache-dev, shop-dev, shop-prod",
          "field": "stack",
          "fix": "did you mean "cache-dev"? Use that name",
          "got": ""cash-dev"",
        },
        {
          "expected": "Terraform 1.11 or OpenTofu 1.8, or newer",
          "field": "terraform",
          "fix": "install it, or set TERRAFORM_BINARY_NAME to where it is",
          "got": "no answer from "/nonexistent/terraform"",
        },
      ],
      "stacks": [
        "cache-dev",
      ],
      "transitions": [],
    }
  `);
});

test("--accept takes the rules that a person may decide, and no other word", async () => {
  expect(await redisOps("preflight", "cache-dev", "--accept", "policy-evicting", "--apply")).toEqual({
    exitCode: 0,
    out: "ready to deploy cache-dev",
    err: "",
  });
  const { exitCode, out, err } = await redisOps(
    "preflight",
    "cache-dev",
    "--accept",
    "volume",
    "--accept",
    "?",
  );
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(fields(err)).toEqual(["--accept", "--accept"]);
  expect(err).toContain(
    'got "volume", expected a rule that a person may decide: unanswered, engine-upgrade,',
  );
});
