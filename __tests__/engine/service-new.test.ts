import { freePorts } from "../support/free-ports";
import { ProjectCopy } from "../support/project-copy";

// The way of somebody new: a service from nothing to a server that answers, and back.
jest.setTimeout(10 * 60_000);

let copy: ProjectCopy;
beforeAll(async () => {
  copy = await ProjectCopy.make();
});
afterAll(() => copy.cleanUp());

test("a new service is written, brought up, used and removed in less than five minutes", async () => {
  const started = Date.now();
  const [port = 0, metrics = 0] = await freePorts(2);
  const stack = `${copy.prefix}-shop-dev`;
  const made = await copy.run("bin/redis-ops", [
    ...["service", "new", `${copy.prefix}-shop`, "--yes", "--description", "Baskets of the shop"],
    ...["--store", "sessions", "--store", "queue", "--maxmemory", "64 MiB"],
    ...["--environment", `dev hostPort=${port}`, "--environment", `prod exporter=${metrics}`],
  ]);
  expect(made).toMatchObject({ exitCode: 0 });
  const up = await copy.run("bin/up", [stack]);
  expect({ exitCode: up.exitCode, output: up.output }).toEqual({
    exitCode: 0,
    output: expect.stringContaining(`${stack} is up: redis://127.0.0.1:${port}\n`),
  });
  const again = await copy.run("bin/plan", [stack]);
  expect(again.output).toContain(`${stack}: no change`);
  const settings = await copy.shell(
    `docker exec ${stack} redis-cli config get maxmemory-policy && docker exec ${stack} redis-cli config get maxmemory`,
  );
  expect(settings.stdout.split("\n").slice(0, 4)).toEqual([
    "maxmemory-policy",
    "noeviction",
    "maxmemory",
    `${32 * 1024 ** 2}`,
  ]);
  const down = await copy.run("bin/down", [stack]);
  expect(down).toMatchObject({ exitCode: 0 });
  expect(copy.made()).toEqual({ containers: [], networks: [], volumes: [] });
  expect((Date.now() - started) / 1000).toBeLessThan(300);
});
