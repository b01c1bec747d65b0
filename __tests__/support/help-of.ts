import { withEnvironmentOfItsOwn } from "./environment";
import { redisOps } from "./recording-terminal";

/** For a file of tests: gives the help of a command of `redis-ops`, 80 columns wide as without a terminal. */
export function helpOfCommands(): (...words: readonly string[]) => Promise<string> {
  withEnvironmentOfItsOwn();
  beforeAll(() => {
    Object.defineProperty(process.stdout, "isTTY", { value: false, configurable: true });
  });
  afterAll(() => {
    Reflect.deleteProperty(process.stdout, "isTTY");
  });
  return async (...words) => {
    const { exitCode, out, err } = await redisOps(...words, "--help");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    return out;
  };
}
