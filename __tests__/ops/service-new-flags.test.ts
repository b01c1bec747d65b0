import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lintOf } from "../support/biome";
import { ProgramCopy } from "../support/program-copy";

const copy = new ProgramCopy({
  alpha: 'dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6379 }',
  omega: 'prod: { memory: { maxmemory: "64 MiB" }, exporter: { hostPort: 9121 } }',
});
afterEach(() => copy.reset());
afterAll(() => copy.remove());

const newService = (...argv: readonly string[]) => copy.run("bin/redis-ops", "service", "new", ...argv);

const SHOP = ["--description", "Baskets of the shop", "--store", "sessions", "--maxmemory", "256MiB"];

test("--yes writes the service and its entry in the list, says what follows, and what comes next", async () => {
  const before = copy.files;
  const { exitCode, stdout, stderr } = await newService("shop", "--yes", ...SHOP);
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: "made config/services/shop.ts, and added it to config/services/index.ts\n",
    stderr: `shop             WHAT FOLLOWS, AND WHY
maxmemoryPolicy  noeviction
                 sessions must not be lost, and there is nothing else to evict
persistence      append-only file (everysec) and snapshots
                 sessions must not be lost: a power cut costs one second at most
shop-dev         64 MiB of data in a container of 206 MiB
                 2.2 × maxmemory + 65 MiB
                 reached at 127.0.0.1:6380
shop-prod        256 MiB of data in a container of 629 MiB
                 2.2 × maxmemory + 65 MiB
                 reached from containers in network shop-prod-network; metrics at 127.0.0.1:9122

Next: bin/redis-ops preflight shop-dev
Next: bin/plan shop-dev, and bin/up shop-dev when it is right
Next: npm run snapshots, read what is new in them, and commit it with the service
`,
  });
  expect(copy.files).toEqual({
    ...before,
    "index.ts": `import type { Service } from "../service";
import { alpha } from "./alpha";
import { omega } from "./omega";
import { shop } from "./shop";

/** Every service. */
export const services: readonly Service[] = [alpha, omega, shop];
`,
    "shop.ts":
      expect.stringContaining(`  stores: [{ kind: "sessions", keys: "shop:session:*", ttl: "24 h", lossAcceptable: false }],

  environments: {
    dev: {
      memory: { maxmemory: "64 MiB" },
      hostPort: 6380,
    },
    prod: {
      memory: { maxmemory: "256 MiB" },
      exporter: { hostPort: 9122 },
    },
  },
};
`),
  });
  expect(lintOf(copy.files)).toBe("");
});

test("what was written is loaded: its stacks are listed, pass every gate and are synthesized", async () => {
  const { exitCode } = await newService(
    "big-shop",
    "--yes",
    "--description",
    `Baskets, prices and "orders" of the shop's customers`,
    ...["--store", "sessions keys=basket:* ttl=2h", "--store", "cache", "--store", "queue keys=bull:*"],
    ...["--maxmemory", "1GiB", "--environment", "dev maxmemory=48MiB hostPort=6400"],
    ...["--environment", "prod exporter=9200", "--engine", "redis-7.2"],
  );
  expect(exitCode).toBe(0);
  const { stdout } = await copy.run("bin/redis-ops", "stacks", "--json");
  expect(JSON.parse(stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ stack: "big-shop-dev", maxmemory: "48 MiB", version: "7.2.16" }),
      expect.objectContaining({ stack: "big-shop-prod", maxmemory: "1 GiB", protected: true }),
    ]),
  );
  const synthesis = await copy.run("node_modules/.bin/tsx", "main.ts");
  expect(synthesis).toMatchObject({ exitCode: 0, stdout: "" });
  expect(readdirSync(join(copy.directory, "out", "stacks"))).toContain("big-shop-prod");
  const { resource } = JSON.parse(
    readFileSync(join(copy.directory, "out", "stacks", "big-shop-dev", "cdk.tf.json"), "utf8"),
  );
  expect(resource.docker_container.redis).toMatchObject({
    name: "big-shop-dev",
    image: "redis:7.2.16-alpine",
    ports: [{ internal: 6379, external: 6400, ip: "127.0.0.1" }],
  });
  expect(lintOf(copy.files)).toBe("");
});

test("--dry-run prints the file, with --json all of it, and neither writes", async () => {
  const before = copy.files;
  const { exitCode, stdout } = await newService("shop", "--yes", "--dry-run", ...SHOP);
  expect({ exitCode, lint: lintOf({ "shop.ts": stdout }) }).toEqual({ exitCode: 0, lint: "" });
  const forScripts = await newService("shop", "--yes", "--dry-run", "--json", ...SHOP);
  expect(forScripts).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(forScripts.stdout)).toMatchObject({
    service: { name: "shop", description: "Baskets of the shop" },
    stacks: [
      { stack: "shop-dev", maxmemory: "64 MiB", memoryLimit: "206 MiB", hostPort: 6380 },
      { stack: "shop-prod", maxmemoryPolicy: "noeviction", exporterPort: 9122 },
    ],
    findings: [],
    files: ["config/services/shop.ts", "config/services/index.ts"],
    text: stdout,
    written: false,
  });
  expect(copy.files).toEqual(before);
});

test("--json says what was written", async () => {
  const { exitCode, stdout, stderr } = await newService("shop", "--yes", "--json", ...SHOP);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ written: true, text: copy.files["shop.ts"] });
});

test("what a person chooses instead is written, and what gates say of it is told", async () => {
  const { exitCode, stdout, stderr } = await newService(
    "shop",
    ...[
      "--yes",
      "--dry-run",
      "--description",
      "Prices",
      "--maxmemory",
      "64 MiB",
      "--store",
      "cache ttl=none",
    ],
    ...["--maxmemory-policy", "noeviction", "--persistence", "appendonly"],
    ...["--environment", "prod exporter=off", "--environment", "dev hostPort=none exporter=9300"],
  );
  expect(exitCode).toBe(0);
  expect(
    stdout,
  ).toContain(`  stores: [{ kind: "cache", keys: "shop:cache:*", ttl: "none", lossAcceptable: true }],
  maxmemoryPolicy: "noeviction",
  persistence: { appendonly: true, save: [] },

  environments: {
    dev: {
      memory: { maxmemory: "32 MiB" },
      exporter: { hostPort: 9300 },
    },
    prod: {
      memory: { maxmemory: "64 MiB" },
      exporter: "off",
    },
  },
`);
  expect(stderr).toContain("maxmemoryPolicy  noeviction\n                 as you say\n");
  expect(stderr).toContain("persistence      append-only file (everysec)\n                 as you say\n");
  expect(stderr).toContain("\nshop-prod: warning: cache-noeviction: shop.maxmemoryPolicy: ");
});

test("--persistence none is what it says, and nobody's data is a quarter where only dev is wanted", async () => {
  const { stdout } = await newService(
    "shop",
    ...["--yes", "--dry-run", "--description", "Prices", "--maxmemory", "1 GiB", "--store", "cache"],
    ...["--persistence", "none", "--environment", "dev"],
  );
  expect(stdout).toContain("  persistence: { appendonly: false, save: [] },\n");
  expect(stdout).toContain(
    '    dev: {\n      memory: { maxmemory: "1 GiB" },\n      hostPort: 6380,\n    },\n  },\n',
  );
});
