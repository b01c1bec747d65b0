import { dockerEngine } from "../../../ops/docker-engine";
import { StackReader } from "../../../ops/look/stack-reader";
import { shopStack } from "../../support/stack-fixtures";

jest.mock("../../../ops/docker-engine", () => ({
  ...jest.requireActual("../../../ops/docker-engine"),
  dockerEngine: jest.fn(),
}));

const stack = shopStack("prod");
const { server, exporter, backups } = stack.props;
const RUNNING = { Status: "running" };
const STOPPED = { Status: "exited", ExitCode: 137, OOMKilled: false };

/** @param states by the container's name; one that is left out is not there */
async function problemsWith(states: Readonly<Record<string, object | undefined>>) {
  const getContainer = (name: string) => ({
    inspect: async () => {
      const State = states[name];
      if (State === undefined) {
        throw Object.assign(new Error("no such container"), { statusCode: 404 });
      }
      return { State };
    },
  });
  jest.mocked(dockerEngine).mockReturnValue({ getContainer } as never);
  return (await new StackReader(stack).read()).problems;
}

const EXPORTER = exporter?.containerName ?? "";
const SCHEDULE = backups.schedule?.containerName ?? "";

test("the exporter and the container of backups are told where they do not run, or are not there", async () => {
  const stopped = { [server.containerName]: STOPPED };
  const own = "stopped (exit 137)";
  expect(await problemsWith({ ...stopped, [EXPORTER]: RUNNING, [SCHEDULE]: RUNNING })).toEqual([own]);
  expect(await problemsWith({ ...stopped, [EXPORTER]: STOPPED, [SCHEDULE]: RUNNING })).toEqual([
    own,
    `exporter ${EXPORTER}: stopped (exit 137)`,
  ]);
  expect(await problemsWith({ ...stopped, [EXPORTER]: RUNNING })).toEqual([
    own,
    `container of backups ${SCHEDULE}: not there`,
  ]);
});

test("nothing is said of what stands beside a server that was never deployed", async () => {
  expect(await problemsWith({})).toEqual([]);
});
