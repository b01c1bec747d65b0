import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect as dial, type Socket, type Server as SocketServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { Problem } from "./problem";
import { ProviderSession, type Request, type Response } from "./provider-session";

/** Where the provider listens, and where its notes go. */
export interface ProviderOptions {
  /**
   * Path of the unix socket.
   *
   * @default - in a directory of its own under the system's temporary directory
   */
  readonly socket?: string;

  /**
   * Takes the announcement, and the stack of anything unexpected.
   *
   * @default - stderr
   */
  readonly note?: (line: string) => void;
}

/** A provider that listens. */
export interface RunningProvider {
  /** Value of TF_REATTACH_PROVIDERS. */
  readonly reattach: string;

  /** Close it, and remove its socket. */
  stop(): Promise<void>;
}

const ADDRESSES = ["registry.terraform.io/kreuzwerker/docker", "registry.opentofu.org/kreuzwerker/docker"];
const ANNOUNCEMENT = "lab: serving a stand-in for kreuzwerker/docker 4.5.0; for the lab, not for production";
const LONGEST_SOCKET_PATH = 103;
const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Serve the stand-in provider until it is stopped. */
export async function startProvider(options: ProviderOptions = {}): Promise<RunningProvider> {
  const note = options.note ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const socket = options.socket ?? join(await mkdtemp(join(tmpdir(), "lab-provider-")), "provider.sock");
  await makeRoom(socket);
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
    connection.on("error", () => connection.destroy());
    serveSession(connection, note);
  });
  await listen(server, socket);
  note(ANNOUNCEMENT);
  return {
    reattach: reattachValue(socket),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) {
        connection.destroy();
      }
      await closed;
      rmSync(socket, { force: true });
      if (options.socket === undefined) {
        await rm(dirname(socket), { recursive: true, force: true });
      }
    },
  };
}

/** Each connection has a server and a session of its own, so that no Terraform meets another's configuration. */
function serveSession(connection: Socket, note: (line: string) => void): void {
  const server = new grpc.Server(UNLIMITED);
  server.addService(providerService(), handlers(new ProviderSession(note)));
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  injector.injectConnection(connection);
  connection.on("close", () => {
    injector.destroy();
    server.forceShutdown();
  });
}

function providerService(): grpc.ServiceDefinition {
  const proto = loadSync(join(__dirname, "plugin-protocol.proto"), {
    keepCase: true,
    enums: String,
    longs: Number,
    defaults: true,
    oneofs: true,
  });
  const root = grpc.loadPackageDefinition(proto).tfplugin6 as grpc.GrpcObject;
  return (root.Provider as grpc.ServiceClientConstructor).service;
}

type Answer = Response | Promise<Response>;

/** Whatever goes wrong inside a call is an error that Terraform shows; the server lives on. */
function handlers(session: ProviderSession): grpc.UntypedServiceImplementation {
  const calls: Record<string, (request: Request) => Answer> = {
    GetProviderSchema: () => session.getProviderSchema(),
    GetMetadata: () => session.getMetadata(),
    ValidateProviderConfig: (request) => session.validateProviderConfig(request),
    ValidateResourceConfig: (request) => session.validateResourceConfig(request),
    UpgradeResourceState: (request) => session.upgradeResourceState(request),
    ConfigureProvider: (request) => session.configureProvider(request),
    ReadResource: (request) => session.readResource(request),
    PlanResourceChange: (request) => session.planResourceChange(request),
    ApplyResourceChange: (request) => session.applyResourceChange(request),
    ImportResourceState: (request) => session.importResourceState(request),
    StopProvider: () => session.stopProvider(),
  };
  const answer = async (call: (request: Request) => Answer, request: Request): Promise<Response> => {
    try {
      return await call(request);
    } catch (error) {
      return { diagnostics: session.diagnose(error) };
    }
  };
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => {
      const handle: grpc.handleUnaryCall<Request, Response> = ({ request }, reply) => {
        answer(call, request).then((response) => reply(null, response), reply);
      };
      return [name, handle];
    }),
  );
}

function reattachValue(socket: string): string {
  const entry = {
    Protocol: "grpc",
    ProtocolVersion: 6,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "unix", String: socket },
  };
  return JSON.stringify(Object.fromEntries(ADDRESSES.map((address) => [address, entry])));
}

/** A socket that a dead provider left behind is removed; one that answers is not taken away from its owner. */
async function makeRoom(socket: string): Promise<void> {
  if (Buffer.byteLength(socket) > LONGEST_SOCKET_PATH) {
    throw new Problem(
      `--socket: got a path of ${Buffer.byteLength(socket)} bytes, expected ${LONGEST_SOCKET_PATH} or fewer. Fix: choose a shorter one.`,
    );
  }
  const isServed = await new Promise<boolean>((resolve) => {
    const probe = dial(socket);
    probe.once("connect", () => resolve(true));
    probe.once("error", () => resolve(false));
    probe.once("connect", () => probe.destroy());
  });
  if (isServed) {
    throw new Problem(
      `--socket: got ${socket}, which another process serves, expected a free path. Fix: choose another.`,
    );
  }
  rmSync(socket, { force: true });
}

function listen(server: SocketServer, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
}
