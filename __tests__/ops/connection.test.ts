import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

withEnvironmentOfItsOwn();

const connection = async (...words: readonly string[]) => {
  const { exitCode, out, err } = await redisOps("connection", ...words);
  expect(exitCode).toBe(0);
  return { out, err };
};

describe("from the host, where a port is published", () => {
  test("as lines of an env file", async () => {
    expect(await connection("dev-cache-dev")).toMatchInlineSnapshot(`
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
    const { out } = await connection("dev-cache-dev", "--format", "json");
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "REDIS_COMMAND_TIMEOUT": "5000",
        "REDIS_CONNECTION_TIMEOUT": "5000",
        "REDIS_POOL_SIZE": "10",
        "REDIS_URL": "redis://127.0.0.1:6380",
        "from": "host",
        "network": "dev-network",
        "password": null,
        "stack": "dev-cache-dev",
      }
    `);
  });

  test("as a URL and nothing else", async () => {
    expect(await connection("dev-cache-dev", "--format", "url")).toEqual({
      out: "redis://127.0.0.1:6380",
      err: "",
    });
  });
});

describe("from the network", () => {
  test("a stack that publishes a port has the container's name and port there", async () => {
    expect(await connection("dev-cache-dev", "--from", "network", "--format", "url")).toEqual({
      out: "redis://app_dev_redis_cache:6379",
      err: "",
    });
  });

  test("it is the default where no port is published, and says where the password is", async () => {
    expect(await connection("sentra-portal-prod")).toMatchInlineSnapshot(`
      {
        "err": "The password is the file redis_password in volume sentra-portal-prod-secrets.",
        "out": "REDIS_URL="redis://sentra-redis:6379"
      REDIS_CONNECTION_TIMEOUT="5000"
      REDIS_COMMAND_TIMEOUT="5000"
      REDIS_POOL_SIZE="10"",
      }
    `);
  });

  test("as JSON it names the password's file and volume", async () => {
    const { out } = await connection("sentra-portal-prod", "--format", "json");
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "REDIS_COMMAND_TIMEOUT": "5000",
        "REDIS_CONNECTION_TIMEOUT": "5000",
        "REDIS_POOL_SIZE": "10",
        "REDIS_URL": "redis://sentra-redis:6379",
        "from": "network",
        "network": "sentra-portal-prod-network",
        "password": {
          "file": "redis_password",
          "volume": "sentra-portal-prod-secrets",
        },
        "stack": "sentra-portal-prod",
      }
    `);
  });

  test("as a URL it keeps what is for people off the standard output", async () => {
    const { out } = await connection("sentra-portal-prod", "--format", "url");
    expect(out).toBe("redis://sentra-redis:6379");
  });
});

test("a stack without a published port is not reached from the host: refused, with the next step", async () => {
  const { exitCode, out, err } = await redisOps("connection", "sentra-portal-prod", "--from", "host");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "sentra-portal-prod publishes no port: it is reached on the network sentra-portal-prod-network only.
    Next: bin/redis-ops connection sentra-portal-prod --from network"
  `);
});
