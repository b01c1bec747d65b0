import { withEnvironmentOfItsOwn } from "../../support/environment";
import { redisOps } from "../../support/recording-terminal";

test.each([
  [
    ["status", "--watch", "0"],
    'got "0", expected 1 to 3600. Fix: write a whole number, and stacks before --watch: status STACK --watch.',
  ],
  [
    ["status", "--watch", "3601"],
    'got "3601", expected 1 to 3600. Fix: write a whole number, and stacks before --watch: status STACK --watch.',
  ],
  [
    ["status", "--watch", "dev-cache-dev"],
    'got "dev-cache-dev", expected 1 to 3600. Fix: write a whole number, and stacks before --watch: status STACK --watch.',
  ],
  [["slow", "dev-cache-dev", "--limit", "-1"], 'got "-1", expected 1 to 100000. Fix: write a whole number.'],
  [["latency", "dev-cache-dev", "--seconds", "61"], 'got "61", expected 1 to 60. Fix: write a whole number.'],
  [["hot", "dev-cache-dev", "--monitor", "99ms"], 'got "99ms", expected 100 ms to 10 s.'],
  [["hot", "dev-cache-dev", "--monitor", "11 s"], 'got "11 s", expected 100 ms to 10 s.'],
  [["hot", "dev-cache-dev", "--monitor", "long"], 'got "long", expected a whole number and a unit'],
  [["clients", "dev-cache-dev", "--sort", "name"], "Allowed choices are count, memory, idle, age."],
  [["status", "sentra-portal-prd"], 'Fix: did you mean "sentra-portal-prod"?'],
])("%j is refused: %s", async (words, message) => {
  const { exitCode, out, err } = await redisOps(...words);
  expect([exitCode, out]).toEqual([2, ""]);
  expect(err).toContain(message);
});

describe("an engine that cannot be asked", () => {
  withEnvironmentOfItsOwn();

  test("is exit code 2 of status and of what asks the server, since nothing was looked at", async () => {
    process.env.DOCKER_HOST = "tcp://127.0.0.1:1";
    const status = await redisOps("status", "dev-cache-dev");
    expect(status.exitCode).toBe(2);
    expect(status.out).toContain("no engine");
    for (const command of ["slow", "clients", "diagnose"]) {
      expect((await redisOps(command, "dev-cache-dev")).exitCode).toBe(2);
    }
  });

  test("is exit code 2 where DOCKER_HOST is no address, and no stack trace", async () => {
    process.env.DOCKER_HOST = "garbage";
    const { exitCode, err } = await redisOps("status", "dev-cache-dev");
    expect(exitCode).toBe(2);
    expect(err).toContain('DOCKER_HOST: got "garbage", expected an address such as');
  });
});
