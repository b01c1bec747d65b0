import { connect, createServer, type Server, type Socket } from "node:net";
import { freePorts } from "../support/free-ports";
import { container, ProviderScratch } from "../support/provider-scratch";
import { LAB_IMAGE } from "../support/scratch";
import type { Resources } from "../support/stand-in";

/** What the stand-in refuses, and several Terraforms at once. */

let lab: ProviderScratch;

beforeAll(async () => {
  lab = await ProviderScratch.create();
}, 120_000);

afterAll(() => lab.remove());

describe("what is refused", () => {
  it("is named, every attribute of it, before anything is made", async () => {
    const name = lab.unique("refused");
    const terraform = await lab.folder();
    const upload = [{ file: "/etc/redis.conf", content: "maxmemory 1mb" }];
    await terraform.write(container({ name, privileged: true, upload, restart: "sometimes" }));
    const { exitCode, stderr } = await terraform.run("validate");
    expect(exitCode).toBe(1);
    for (const attribute of ["privileged", "upload"]) {
      expect(stderr).toContain(
        `docker_container.${attribute}: got a value, expected nothing: the lab's stand-in provider does not implement ` +
          "it. Fix: remove it, or use the real provider kreuzwerker/docker 4.5.0.",
      );
    }
    expect(stderr).toContain(
      'docker_container.restart: got "sometimes", expected one of no, on-failure, always, unless-stopped.',
    );
  });

  it("does not include what is named and left empty", async () => {
    const terraform = await lab.folder();
    const empty = { privileged: false, upload: [], devices: null, gpus: "", dns_opts: [], storage_opts: {} };
    await terraform.write(container({ name: lab.unique("empty"), ...empty }));
    await terraform.mustRun("validate");
  });

  it("is a name that another container has, in the engine's words", async () => {
    const name = lab.unique("taken");
    await lab.docker.createContainer({ name, Image: LAB_IMAGE });
    const terraform = await lab.folder();
    await terraform.write(container({ name }));
    const { stderr } = await terraform.run("apply", "-auto-approve");
    expect(stderr).toContain(`docker_container ${name}: the engine refused to create it: Conflict.`);
  });

  it("is said without command and environment", async () => {
    const terraform = await lab.folder();
    const secret = "correct-horse-battery";
    const given = { entrypoint: [`/bin/${secret}`], command: [secret], env: [`PASSWORD=${secret}`] };
    await terraform.write(container({ name: lab.unique("secret"), ...given }));
    const { exitCode, output } = await terraform.run("apply", "-auto-approve");
    expect(exitCode).toBe(1);
    // What follows is Terraform's own quotation of the configuration.
    const [ours] = output.slice(output.indexOf("Error:")).split("\n");
    expect(ours).toContain('exec: "…"');
    expect(ours).not.toContain(secret);
  });

  it("is an image that is nowhere", async () => {
    const terraform = await lab.folder();
    await terraform.write(container({ name: lab.unique("nowhere"), image: "127.0.0.1:1/no/such:1" }));
    const { stderr } = await terraform.run("apply", "-auto-approve");
    expect(stderr).toContain("image 127.0.0.1:1/no/such:1: got ");
    expect(stderr).toContain("Fix: check the name, or build or load the image first.");
  });
});

describe("several Terraforms at once", () => {
  const clients = new Set<Socket>();
  let proxy: Server;
  let port: number;

  /** The engine's socket under another address. */
  beforeAll(async () => {
    const socket = (process.env.DOCKER_HOST ?? "").replace(/^unix:\/\//, "") || "/var/run/docker.sock";
    proxy = createServer((client) => {
      const engine = connect(socket);
      clients.add(client);
      client.pipe(engine).pipe(client);
      client.on("close", () => engine.destroy());
      client.on("error", () => client.destroy());
      engine.on("error", () => client.destroy());
    });
    [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => {
      proxy.listen(port, "127.0.0.1", resolve);
    });
  });

  afterAll(() => {
    proxy.close();
    for (const client of clients) {
      client.destroy();
    }
  });

  it("each have the Docker host they ask for", async () => {
    const [here, there, nowhere] = await Promise.all([lab.folder(), lab.folder(), lab.folder()]);
    const name = lab.unique("at-once");
    const volume = (suffix: string): Resources => ({ docker_volume: { it: { name: `${name}-${suffix}` } } });
    await here.write(volume("here"));
    await there.write(volume("there"), { host: `tcp://127.0.0.1:${port}` });
    await nowhere.write(volume("nowhere"), { host: "tcp://127.0.0.1:1" });
    const [, , failure] = await Promise.all([
      here.apply(),
      there.apply(),
      nowhere.run("apply", "-auto-approve"),
    ]);
    expect(failure.stderr).toContain(
      "the Docker engine: got connect ECONNREFUSED 127.0.0.1:1, expected an answer.",
    );
    const { Volumes } = await lab.docker.listVolumes({ filters: { name: [name] } });
    expect(Volumes.map((made) => made.Name).sort()).toEqual([`${name}-here`, `${name}-there`]);
  });

  it("make ten things at a time", async () => {
    const terraform = await lab.folder();
    const name = lab.unique("many");
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`v${i}`, { name: `${name}-${i}` }]));
    await terraform.write({ docker_volume: ten });
    await terraform.apply("-parallelism=10");
    expect(await terraform.plan()).toEqual({});
    await terraform.apply("-destroy", "-parallelism=10");
  });
});
