import { createHash } from "node:crypto";
import type Docker from "dockerode";
import { deployedConf, parseConf } from "../../../ops/backup/deployed";

const TEXT = [
  "port 6379",
  'save ""',
  "SAVE 60 1",
  'requirepass "@secret:redis_password@"',
  'rename-command FLUSHALL ""',
  "rename-command config conf_4711",
  "# appendonly no",
  "  appendonly   yes  ",
  "",
].join("\n");

const conf = parseConf(TEXT);

test.each([
  ["port", "6379"],
  ["save", "60 1"],
  ["Appendonly", "yes"],
  ["requirepass", '"@secret:redis_password@"'],
  ["dir", undefined],
])("directive %s is %s", (name, value) => {
  expect(conf.directive(name)).toBe(value);
});

test.each([
  ["CONFIG", "conf_4711"],
  ["config", "conf_4711"],
  ["FLUSHALL", undefined],
  ["SYNC", "SYNC"],
])("%s answers to %s", (command, name) => {
  expect(conf.commandName(command)).toBe(name);
});

const containerWith = (inspect: () => Promise<unknown>) => ({ inspect }) as unknown as Docker.Container;

test("the configuration is the word after the start script", async () => {
  const container = containerWith(async () => ({
    Config: { Cmd: ["sh", "-c", "exec redis-server", "redis-start", TEXT] },
  }));
  const found = await deployedConf(container);
  expect(found?.text).toBe(TEXT);
  expect(found?.sha256).toBe(createHash("sha256").update(TEXT).digest("hex"));
});

test.each([
  ["redis-server", ["redis-server", "--port", "6379"]],
  ["a start script without a configuration", ["sh", "-c", "x", "redis-start"]],
  ["nothing", null],
])("a container that runs %s was not deployed by this project", async (_, words) => {
  expect(await deployedConf(containerWith(async () => ({ Config: { Cmd: words } })))).toBeUndefined();
});

test("a container that is not there has no configuration; any other failure is thrown", async () => {
  const missing = containerWith(() => Promise.reject(Object.assign(new Error("none"), { statusCode: 404 })));
  expect(await deployedConf(missing)).toBeUndefined();
  const broken = containerWith(() => Promise.reject(Object.assign(new Error("broken"), { statusCode: 500 })));
  await expect(deployedConf(broken)).rejects.toThrow("broken");
});
