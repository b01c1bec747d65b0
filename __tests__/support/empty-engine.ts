import { createServer, type Server } from "node:http";

/** A Docker engine that answers and has nothing: no volume, no container, no image. */
export class EmptyEngine {
  /** What it was asked, e.g. `GET /_ping`. */
  readonly asked: string[] = [];
  private readonly server: Server;

  private constructor(readonly address: string) {
    this.server = createServer(({ method, url = "" }, response) => {
      this.asked.push(`${method} ${url}`);
      const isPing = url === "/_ping";
      response.writeHead(isPing ? 200 : 404, { "content-type": "application/json" });
      response.end(isPing ? '"OK"' : '{"message":"not found"}');
    });
  }

  static async listen(socket: string): Promise<EmptyEngine> {
    const engine = new EmptyEngine(`unix://${socket}`);
    await new Promise<void>((resolve) => engine.server.listen(socket, resolve));
    return engine;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
