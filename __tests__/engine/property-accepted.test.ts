import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import type { EngineName } from "../../config/engines";
import { readStacks } from "../../config/load-stacks";
import { formatProblem, Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { dockerEngine } from "../../ops/docker-engine";
import { comparable, expectedSettings } from "../support/expected-settings";
import { LAB_ENGINE } from "../support/scratch";
import { ServerRunner } from "../support/server-runner";
import { repository, single, template, today } from "../support/stack-fixtures";
import { type ValidCase, validCase } from "../support/valid-service";

/**
 * Whatever the product accepts starts the real redis-server, which then says of itself what the service's file says.
 * `npm run soak` tries many times as many. To repeat a failure, give the seed that it prints as `PROPERTY_SEED`.
 * `PROPERTY_BINARY` and `PROPERTY_ENGINE` try another redis-server than the image's, as that row of `config/engines.ts`.
 */
const { SOAK, PROPERTY_SEED = "20261121", PROPERTY_BINARY, PROPERTY_ENGINE = LAB_ENGINE } = process.env;
const [RUNS, SECONDS] = SOAK === undefined ? [120, 100] : [2500, 1200];

/** File descriptors that Redis keeps for itself: with fewer it lowers `maxclients`, and only says so in its log. */
const RESERVED_FILES = 32;

const runner = new ServerRunner({ docker: dockerEngine({}), binary: PROPERTY_BINARY });

/** What the servers said of themselves. */
const versions = new Set<string>();

afterAll(() => runner.stop());

async function startsAndGivesBack(given: ValidCase): Promise<void> {
  const { service, environment } = given;
  const { stacks, problems } = readStacks({
    template,
    today,
    services: [service],
    environments: { [environment.name]: environment },
  });
  expect(problems.map(formatProblem)).toEqual([]);
  const { props } = single(stacks);
  const unfilled = new Problems();
  const redisConf = renderRedisConf(template, props.server, props.exporter !== undefined, unfilled);
  expect(unfilled.list).toEqual([]);
  const { config, exitCode, log } = await runner.observe(redisConf, props.server);
  const expected = expectedSettings(given, props);
  for (const [, version = ""] of log.matchAll(/Redis version=([\d.]+)/g)) {
    versions.add(version);
  }
  expect(config === undefined ? log : comparable(config, Object.keys(expected))).toEqual(expected);
  expect({ exitCode, log }).toEqual({ exitCode: 0, log: expect.not.stringMatching(/BUG REPORT|Fatal/) });
}

it(
  `${RUNS} configurations that are accepted start Redis, which gives every value back`,
  async () => {
    await promisify(execFile)(join(repository, "lab", "image", "build-redis.sh"));
    const maxclients = Math.min(100_000, (await runner.openFiles()) - RESERVED_FILES);
    const started = performance.now();
    const arbitrary = validCase({ engine: PROPERTY_ENGINE as EngineName, maxclients });
    await fc.assert(fc.asyncProperty(arbitrary, startsAndGivesBack), {
      numRuns: RUNS,
      seed: Number(PROPERTY_SEED),
      // Before jest's own limit, so that a failure is still told with its seed.
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: true,
    });
    if (SOAK !== undefined) {
      const milliseconds = (performance.now() - started) / RUNS;
      process.stdout.write(
        `${RUNS} configurations for ${PROPERTY_ENGINE}, seed ${PROPERTY_SEED}: each was accepted, started redis-server ` +
          `${[...versions].join(", ")} and came back value by value, in ${milliseconds.toFixed(0)} ms\n`,
      );
    }
  },
  (SECONDS + 60) * 1000,
);
