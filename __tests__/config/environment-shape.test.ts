import type { Environment } from "../../config/environment";
import { environments } from "../../config/environments";
import { readStacks } from "../../config/load-stacks";
import { formatProblem } from "../../core/problem";
import { shop, template, today, unchecked } from "../support/stack-fixtures";

const services = [shop({ dev: { memory: { maxmemory: "256 MiB" } } })];

/** What is wrong when environment `dev` is this. */
function problemsWith(dev: object): readonly string[] {
  const { problems } = readStacks({
    template,
    today,
    services,
    environments: { dev: unchecked<Environment>(dev) },
  });
  return problems.map(formatProblem);
}

it("an environment with every field of the right kind has nothing wrong", () => {
  expect(problemsWith(environments.dev)).toEqual([]);
});

it("an environment is checked field by field, like a service", () => {
  const environment = {
    ...environments.dev,
    auth: "requirepas",
    network: undefined,
    gates: true,
    stopTimeout: 30,
    state: { backend: "s4" },
    host: "ssh://deploy@host",
    dataVolumes: "protected",
  };
  expect(problemsWith(environment)).toEqual([
    'environments/dev.auth: got "requirepas", expected one of "none", "requirepass". ' +
      'Fix: did you mean "requirepass"? Use that name.',
    'environments/dev.network: got nothing, expected one of "bridge", "internal". Fix: use one of bridge, internal.',
    "environments/dev.stopTimeout: got 30, expected a text in quotes. Fix: write it in quotes, and a size or a duration " +
      'with its unit: "256 MiB", "30 s".',
    'environments/dev.gates: got true, expected one of "refuse", "warn". Fix: use one of refuse, warn.',
    'environments/dev.state.backend: got "s4", expected { backend: "local" }, or "s3" with a bucket and its region. ' +
      "Fix: write it as config/environment.ts describes it.",
    'environments/dev: got field "host", expected a field that there is. Fix: move it to docker.',
    'environments/dev: got field "dataVolumes", expected a field that there is. ' +
      'Fix: did you mean "dataVolume"? Use that name.',
  ]);
});

it("an environment's state in a bucket needs its bucket and its region", () => {
  const state = { backend: "s3", bucket: "states", regoin: "eu-central-1" };
  expect(problemsWith({ ...environments.dev, state })).toEqual([
    "environments/dev.state.region: got nothing, expected a text in quotes. " +
      "Fix: write it as config/environment.ts describes it.",
    'environments/dev.state: got field "regoin", expected a field that there is. ' +
      'Fix: did you mean "region"? Use that name.',
  ]);
});

it.each([
  ["no object", "dev", 'environments/dev: got "dev", expected an object of fields.'],
  [
    "a state that is only named",
    { ...environments.dev, state: "local" },
    'environments/dev.state: got "local", expected { backend: "local" }, or "s3" with a bucket and its region.',
  ],
  [
    "renamed commands as a list",
    { ...environments.dev, renamedCommands: ["CONFIG"] },
    'environments/dev.renamedCommands: got ["CONFIG"], expected an object of fields.',
  ],
  [
    "disabled commands as text",
    { ...environments.dev, disabledCommands: "DEBUG" },
    'environments/dev.disabledCommands: got "DEBUG", expected a list.',
  ],
])("%s is refused", (_, environment, problem) => {
  expect(problemsWith(unchecked<object>(environment))).toEqual([
    `${problem} Fix: write it as config/environment.ts describes it.`,
  ]);
});
