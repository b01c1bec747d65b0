import type Docker from "dockerode";
import { parseConf } from "../../ops/backup/deployed";
import { redisCommand } from "../../ops/redis-command";
import { readDataFiles } from "../../ops/transition/data-files";
import { transitionFacts } from "../../ops/transition/facts";
import { startRefusal } from "../../ops/transition/start-refusal";
import { shopStack } from "../support/stack-fixtures";

jest.mock("../../ops/redis-command");
jest.mock("../../ops/transition/start-refusal");
jest.mock("../../ops/transition/data-files", () => ({
  ...jest.requireActual("../../ops/transition/data-files"),
  readDataFiles: jest.fn(),
}));

const next = shopStack("dev");
const FILES = { hasManifest: true, rdbVersions: [12] };
const REFUSAL = "as the start script says";
const ANSWER =
  "redis_version:7.4.11\nloading:0\naof_enabled:1\naof_rewrite_in_progress:0\naof_rewrite_scheduled:0\n" +
  "aof_last_bgrewrite_status:ok\ndb0:keys=3,expires=0\n";
const LOADING = ANSWER.replace("loading:0", "loading:1");
const STARTING = { Running: true, Health: { Status: "starting" } };
const DEPLOYED = ["redis-start", "appendonly yes"];

interface State {
  readonly Running: boolean;
  readonly Paused?: boolean;
  readonly Restarting?: boolean;
  readonly Health?: { readonly Status: string };
}

/** What is seen of a container in this state, whose server gives this answer to INFO; empty: none. */
function seen(state: State, answer: string, restarts = 0, command = DEPLOYED) {
  jest.mocked(readDataFiles).mockResolvedValue(FILES);
  jest.mocked(startRefusal).mockResolvedValue(REFUSAL);
  jest
    .mocked(redisCommand)
    .mockImplementation(async (_container, _auth, words) =>
      answer === ""
        ? { exitCode: 1, stdout: "", stderr: "Could not connect\n" }
        : { exitCode: 0, stdout: words.includes("GET") ? "save\n\n" : answer, stderr: "" },
    );
  const inspect = async () => ({
    State: { Paused: false, Restarting: false, ...state },
    RestartCount: restarts,
    Mounts: [{ Destination: "/data", Name: "shop-dev-data" }],
    Config: { Image: "redis:7.4", Cmd: command, Labels: {} },
  });
  const found = () => ({ inspect });
  const docker = { getContainer: found, getVolume: found, getImage: found } as unknown as Docker;
  return transitionFacts(docker, next, parseConf("appendonly yes"));
}

test("a server that answers is asked, and the start script is not", async () => {
  const facts = await seen({ Running: true, Health: { Status: "healthy" } }, ANSWER);
  expect(facts).toMatchObject({ live: { keys: 3 }, isRestarting: false, isForeign: false, files: FILES });
  expect(facts).not.toHaveProperty("startRefusal");
});

test.each<[string, State, string]>([
  ["waits for its next start", { Running: true, Restarting: true }, ""],
  ["has just been started once more", STARTING, ""],
  ["loads its data once more", STARTING, LOADING],
])("one that %s is looked at as one that is stopped", async (_, state, answer) => {
  const facts = await seen(state, answer, 1);
  expect(facts).toMatchObject({ isRestarting: true, startRefusal: REFUSAL, files: FILES });
  expect(facts).not.toHaveProperty("unanswered");
});

test.each<[string, State, number]>([
  ["was started once", STARTING, 0],
  ["was healthy since its last start", { Running: true, Health: { Status: "unhealthy" } }, 1],
])("one that does not answer and %s has to be waited for", async (_, state, restarts) => {
  const facts = await seen(state, "", restarts);
  const fix = "wait until it has loaded, mend it, or stop it with docker stop";
  expect(facts).toMatchObject({ isRestarting: false, unanswered: { why: "Could not connect", fix } });
  expect(facts).not.toHaveProperty("startRefusal");
});

test("one that was restarted and answers is in no loop", async () => {
  expect(await seen(STARTING, ANSWER, 1)).toMatchObject({ isRestarting: false, live: { keys: 3 } });
});

test("a paused one is not taken for one that is stopped", async () => {
  const facts = await seen({ Running: true, Paused: true }, "");
  const fix = `docker unpause ${next.props.server.containerName}`;
  expect(facts).toMatchObject({ unanswered: { why: "it is paused", fix }, files: FILES });
  expect(facts).not.toHaveProperty("startRefusal");
});

test("one that somebody else made is known as that", async () => {
  const facts = await seen({ Running: true }, ANSWER, 0, ["redis-server"]);
  expect(facts).toMatchObject({ isForeign: true, isRestarting: false, deployed: undefined });
  expect(facts).not.toHaveProperty("startRefusal");
});
