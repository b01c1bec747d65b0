import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadNamedStacks, loadStack } from "../../ops/load";
import { redisCommand } from "../../ops/redis-command";
import { digestOf } from "./all-types";
import { type Diagnosed, diagnosed } from "./diagnosed";
import { eventually } from "./eventually";
import { redisOps } from "./recording-terminal";
import { plainEnvironment, runProgram } from "./run-program";
import type { Scratch } from "./scratch";
import { repository } from "./stack-fixtures";
import type { TestStack } from "./test-stack";

/** What a person does who follows the advice: words of a printed command without the stack, or what no command can do. */
type Followed = string | (() => Promise<unknown>);

/** One incident that is made to happen on a real stack. */
export interface Trial {
  readonly what: string;
  readonly inject: () => Promise<unknown>;
  /** Id of the first finding, and of others that have to be there. */
  readonly finds: readonly [string, ...string[]];
  /** Words of the first advice. */
  readonly says: string;
  /** In this order. A command has to be advised, and is run as it is printed. */
  readonly follow: readonly Followed[];
  /** What the incident itself takes, in words: then the data is not compared with that of before. */
  readonly takes?: string;
  /** Exit codes of commands that may be other than 0. With 2, a person who was asked said no. */
  readonly exits?: Readonly<Record<string, readonly number[]>>;
}

/** Waits until the server refuses a connection more, at most so many seconds. */
export async function untilRefused(stack: TestStack, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const { auth } = stack.props.server;
  for (;;) {
    const { stdout, stderr } = await redisCommand(stack.container, auth, ["PING"], 5);
    if (`${stdout}${stderr}`.includes("max number of clients reached")) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`there still is a connection after ${seconds} s: ${stdout}${stderr}`);
    }
    await sleep(100);
  }
}

/** Time in which `diagnose` has to be done with anything, in seconds. */
const MOST_SECONDS = 15;

/** What is slow is the machine's affair, on which other tests run. */
const MACHINE = /^slow-commands\/(once|slow|slow-fork|throttled)$/;

/** Makes incidents happen to one deployed stack, one after the other. Needs `ops/load` to be mocked. */
export class IncidentTrials {
  /** A line for each incident that was gone through. */
  readonly lines: string[] = [];

  constructor(
    private readonly scratch: Scratch,
    readonly stack: TestStack,
  ) {
    jest.mocked(loadStack).mockImplementation(() => stack.resolved);
    jest.mocked(loadNamedStacks).mockImplementation((...ids: string[]) => ids.map(() => stack.resolved));
  }

  /** What is found before anything is done to it. */
  async expectHealthy(): Promise<void> {
    const wrong = ({ findings }: Diagnosed) => findings.filter(({ id }) => !MACHINE.test(id));
    const found = await eventually(
      () => diagnosed(this.stack),
      (one) => wrong(one).length === 0,
    );
    expect(wrong(found).map(({ id, saw }) => `${id}: ${saw}`)).toEqual([]);
    expect(found.exitCode).toBe(found.findings.length === 0 ? 0 : 1);
  }

  async go({ what, inject, finds, says, follow, takes, exits = {} }: Trial): Promise<void> {
    const before = await digestOf(this.stack);
    await inject();
    const started = Date.now();
    const found = await diagnosed(this.stack);
    const seconds = (Date.now() - started) / 1000;
    const [first] = found.findings;
    const ids = found.findings.map(({ id }) => id);
    expect({ first: ids[0], exitCode: found.exitCode, healthy: found.healthy }).toEqual({
      first: finds[0],
      exitCode: 1,
      healthy: false,
    });
    expect(ids).toEqual(expect.arrayContaining([...finds]));
    expect(first?.next[0]?.what).toContain(says);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    let advice = first?.next ?? [];
    const done: string[] = [];
    const said: string[] = [];
    for (const one of follow) {
      if (typeof one !== "string") {
        await one();
        continue;
      }
      const at = advice.findIndex(({ command }) => this.isMeant(command, one));
      const command = advice[at]?.command;
      if (command === undefined) {
        throw new Error(`${first?.id} does not advise ${one} there: ${JSON.stringify(first?.next, null, 2)}`);
      }
      advice = advice.slice(at + 1);
      done.push(one);
      const allowed = exits[one] ?? [0];
      const { exitCode, output } = await this.run(command, !allowed.includes(2));
      said.push(`${command}: exit code ${exitCode}\n${output}`);
      if (!allowed.includes(exitCode)) {
        throw new Error(said.join("\n"));
      }
    }
    await this.stack.becomeHealthy();
    await this.expectHealthy();
    if (takes === undefined) {
      expect(await digestOf(this.stack)).toBe(before);
    }
    this.lines.push(
      `| ${what} | \`${finds[0]}\` | ${seconds.toFixed(1)} | ${done.map((one) => `\`${one}\``).join(", ")} | ${takes === undefined ? "all" : `all but ${takes}`} |`,
    );
  }

  private isMeant(command: string | undefined, words: string): boolean {
    return command?.replaceAll(` ${this.stack.resolved.id}`, "").includes(words) ?? false;
  }

  /** Runs a command as it is printed, with what only a person can fill in or answer. */
  private async run(
    printed: string,
    saysYes: boolean,
  ): Promise<{ readonly exitCode: number; readonly output: string }> {
    const disk = join(this.scratch.folder, "another-disk");
    if (!existsSync(disk)) {
      mkdirSync(disk);
    }
    const command = printed.replace("/ANOTHER/DISK", disk);
    const { id } = this.stack.resolved;
    if (command === `bin/up ${id}`) {
      return { exitCode: 0, output: await this.stack.apply() };
    }
    if (command === `bin/plan ${id}`) {
      return { exitCode: 0, output: (await this.stack.plan()).text };
    }
    const [program, ...words] = command.split(" ");
    if (program === "bin/redis-ops") {
      const asked = await this.redisOps(...words);
      if (words[0] === "restore" && asked.exitCode === 2 && saysYes) {
        return this.redisOps(...words, "--yes");
      }
      return asked.exitCode === 0 && words.includes("--dry-run")
        ? this.redisOps(...words.filter((word) => word !== "--dry-run"))
        : asked;
    }
    // The advice says so: what is in progress began before there was room.
    return eventually(
      () => runProgram("sh", ["-c", command], { cwd: repository, env: plainEnvironment() }),
      ({ output }) => !output.includes("Background save already in progress"),
    );
  }

  private async redisOps(...words: readonly string[]) {
    const { exitCode, out, err } = await redisOps(...words);
    return { exitCode, output: `${out}\n${err}` };
  }
}
