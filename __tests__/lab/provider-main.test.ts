import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../lab/provider/engine";
import { type RunningProvider, startProvider } from "../../lab/provider/start-provider";
import { plainEnvironment, runProgram } from "../support/run-program";

const ROOT = join(__dirname, "..", "..");
const MAIN = ["tsx", "lab/provider/main.ts"];

let folder: string;
let socket: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "provider-main-"));
  socket = join(folder, "provider.sock");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the program", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "prints where it listens, says what it is, and leaves nothing behind at %s",
    async (signal) => {
      const [, entry = ""] = MAIN;
      const argv = ["--import", "tsx", entry, "--socket", socket];
      const child = spawn(process.execPath, argv, { cwd: ROOT, env: plainEnvironment() });
      let announced = "";
      child.stderr.on("data", (text) => {
        announced += text;
      });
      const line = await new Promise<string>((resolve) => {
        child.stdout.once("data", (text) => resolve(`${text}`));
      });
      const reattach = JSON.parse(line);
      expect(Object.keys(reattach)).toEqual([
        "registry.terraform.io/kreuzwerker/docker",
        "registry.opentofu.org/kreuzwerker/docker",
      ]);
      expect(reattach["registry.terraform.io/kreuzwerker/docker"]).toMatchObject({
        Protocol: "grpc",
        ProtocolVersion: 6,
        Pid: child.pid,
        Addr: { Network: "unix", String: socket },
      });
      const code = await new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill(signal);
      });
      expect(code).toBe(0);
      expect(announced).toBe(
        "lab: serving a stand-in for kreuzwerker/docker 4.5.0; for the lab, not for production\n",
      );
      expect(existsSync(socket)).toBe(false);
    },
    30_000,
  );

  it.each([
    ["no socket", [], "--socket: got nothing, expected a path. Fix: say where the provider shall listen."],
    ["an unknown flag", ["--sock", "x"], "Unknown option '--sock'"],
  ])(
    "exits 2 for %s",
    async (_name, argv, message) => {
      const result = await runProgram("npx", [...MAIN, ...argv], { cwd: ROOT, env: plainEnvironment() });
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain(message);
      expect(result.stdout).toBe("");
    },
    30_000,
  );
});

describe("a socket", () => {
  const running: RunningProvider[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((provider) => provider.stop()));
  });

  async function serve(path: string): Promise<RunningProvider> {
    const provider = await startProvider({ socket: path, note: () => undefined });
    running.push(provider);
    return provider;
  }

  it("that a dead provider left behind is taken, and removed at the end", async () => {
    await writeFile(socket, "");
    const provider = await serve(socket);
    expect(JSON.parse(provider.reattach)["registry.terraform.io/kreuzwerker/docker"].Addr.String).toBe(
      socket,
    );
    await provider.stop();
    expect(existsSync(socket)).toBe(false);
  });

  it("that another provider serves is left to it", async () => {
    await serve(socket);
    await expect(serve(socket)).rejects.toThrow(
      `--socket: got ${socket}, which another process serves, expected a free path. Fix: choose another.`,
    );
  });

  it("whose path is too long for the system is refused", async () => {
    await expect(serve(`/tmp/${"a".repeat(99)}`)).rejects.toThrow(
      "--socket: got a path of 104 bytes, expected 103 or fewer. Fix: choose a shorter one.",
    );
  });
});

describe("the engine", () => {
  it.each(["docker.example", "ftp://docker.example", "unix:/var/run/docker.sock"])("is not at %s", (host) => {
    expect(() => connect(host)).toThrow(
      `provider docker.host: got "${host}", expected unix://, npipe://, tcp://`,
    );
  });
});
