import { connectionUrl } from "../../ops/commands/connection";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { shopStack } from "../support/stack-fixtures";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();

const connection = async (...words: readonly string[]) => {
  const { exitCode, out, err } = await redisOps("connection", ...words);
  expect(exitCode).toBe(0);
  return { out, err };
};

describe("from the host, where a port is published", () => {
  test("as lines of an env file", async () => {
    expect(await connection("cache-dev")).toMatchInlineSnapshot(`
      {
        "err": "",
        "out": "REDIS_URL="redis://127.0.0.1:6380"
      REDIS_CONNECTION_TIMEOUT="5000"
      REDIS_COMMAND_TIMEOUT="5000"
      REDIS_POOL_SIZE="10"",
      }
    `);
  });

  test("as JSON", async () => {
    const { out } = await connection("cache-dev", "--format", "json");
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "REDIS_COMMAND_TIMEOUT": "5000",
        "REDIS_CONNECTION_TIMEOUT": "5000",
        "REDIS_POOL_SIZE": "10",
        "REDIS_URL": "redis://127.0.0.1:6380",
        "from": "host",
        "network": "page-network",
        "password": null,
        "stack": "cache-dev",
      }
    `);
  });

  test("as a URL and nothing else", async () => {
    expect(await connection("cache-dev", "--format", "url")).toEqual({
      out: "redis://127.0.0.1:6380",
      err: "",
    });
  });
});

describe("from the host, where the port is published on another address", () => {
  const urlAt = (hostAddress: string, database = 0) => {
    const deployment = { hostPort: 6390, hostAddress };
    const stack = shopStack("dev", { deployment, service: { client: { database } } });
    return connectionUrl(stack.props, "host");
  };

  test.each([
    ["192.0.2.7", "redis://192.0.2.7:6390"],
    ["2001:db8::7", "redis://[2001:db8::7]:6390"],
    // Every address of the host: loopback is one of them.
    ["0.0.0.0", "redis://127.0.0.1:6390"],
    ["::", "redis://[::1]:6390"],
  ])("%s gives %s", (hostAddress, url) => {
    expect(urlAt(hostAddress)).toBe(url);
  });

  test.each([
    [1, "redis://192.0.2.7:6390/1"],
    [15, "redis://192.0.2.7:6390/15"],
  ])("with logical database %d it is %s", (database, url) => {
    expect(urlAt("192.0.2.7", database)).toBe(url);
  });
});

describe("from the network", () => {
  test("a stack that publishes a port has the container's name and port there", async () => {
    expect(await connection("cache-dev", "--from", "network", "--format", "url")).toEqual({
      out: "redis://page_cache:6379",
      err: "",
    });
  });

  test("it is the default where no port is published, and says where the password is", async () => {
    expect(await connection("shop-prod")).toMatchInlineSnapshot(`
      {
        "err": "The password is the file redis_password in volume shop-prod-secrets.",
        "out": "REDIS_URL="redis://shop-redis:6379"
      REDIS_CONNECTION_TIMEOUT="5000"
      REDIS_COMMAND_TIMEOUT="5000"
      REDIS_POOL_SIZE="10"",
      }
    `);
  });

  test("as JSON it names the password's file and volume", async () => {
    const { out } = await connection("shop-prod", "--format", "json");
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "REDIS_COMMAND_TIMEOUT": "5000",
        "REDIS_CONNECTION_TIMEOUT": "5000",
        "REDIS_POOL_SIZE": "10",
        "REDIS_URL": "redis://shop-redis:6379",
        "from": "network",
        "network": "shop-prod-network",
        "password": {
          "file": "redis_password",
          "volume": "shop-prod-secrets",
        },
        "stack": "shop-prod",
      }
    `);
  });

  test("as a URL it keeps what is for people off the standard output", async () => {
    const { out } = await connection("shop-prod", "--format", "url");
    expect(out).toBe("redis://shop-redis:6379");
  });
});

test("a stack without a published port is not reached from the host: refused, with the next step", async () => {
  const { exitCode, out, err } = await redisOps("connection", "shop-prod", "--from", "host");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "shop-prod publishes no port: it is reached on the network shop-prod-network only.
    Next: bin/redis-ops connection shop-prod --from network"
  `);
});
