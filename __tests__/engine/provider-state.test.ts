import recorded from "../../lab/provider/recorded/state-4.5.0.json";
import { freePorts } from "../support/free-ports";
import { container, ProviderScratch } from "../support/provider-scratch";
import { LAB_IMAGE } from "../support/scratch";
import type { TerraformFolder } from "../support/stand-in";

/** What the stand-in writes to the state, and what it reads from the engine into it. */

let lab: ProviderScratch;

beforeAll(async () => {
  lab = await ProviderScratch.create();
}, 120_000);

afterAll(() => lab.remove());

describe("the state", () => {
  /** Ids, addresses and sizes of networks are the engine's to choose. */
  function withoutChance(value: unknown, names: readonly [string, string][]): unknown {
    const text = names.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(value));
    return JSON.parse(
      text
        .replace(/\b[0-9a-f]{64}/g, "<id>")
        .replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, "<mac>")
        .replace(/(?!127)\b\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g, "<address>")
        .replace(/"ip_prefix_length":\d+/g, '"ip_prefix_length":0')
        .replace(/"[^"]*\/volumes\//g, '"<volumes>/'),
    );
  }

  let terraform: TerraformFolder;
  let names: [string, string][];

  beforeAll(async () => {
    const [port] = await freePorts(1);
    names = [
      ["probe", lab.unique("state")],
      ["16391", `${port}`],
      ["redis:7-alpine", LAB_IMAGE],
    ];
    const config = names.reduce(
      (all, [from, to]) => all.replaceAll(from, to),
      JSON.stringify(recorded.config),
    );
    terraform = await lab.folder();
    await terraform.write(JSON.parse(config.replaceAll('"5s"', '"1s"')));
    await terraform.apply();
    await terraform.apply("-refresh-only");
  }, 60_000);

  it.each(Object.keys(recorded.values))("has what the real provider left for %s", async (address) => {
    const values = recorded.values[address as keyof typeof recorded.values];
    const quick = JSON.parse(JSON.stringify(values).replaceAll('"5s"', '"1s"'));
    const seen = await terraform.attributes(address);
    expect(withoutChance(seen, [])).toEqual(withoutChance(quick, names));
  });

  it("has the schema versions of the real provider", async () => {
    const versions = (await terraform.state()).map(({ type, instances }) => [
      type,
      instances[0]?.schema_version,
    ]);
    expect(Object.fromEntries(versions)).toEqual(recorded.schema_versions);
  });

  it("has the schema version in the private part, where the real provider looks for it", async () => {
    const versions = (await terraform.state()).map(({ type, instances }) => [
      type,
      JSON.parse(Buffer.from(instances[0]?.private ?? "", "base64").toString()).schema_version,
    ]);
    expect(Object.fromEntries(versions)).toEqual({
      docker_container: "2",
      docker_image: undefined,
      docker_network: "1",
      docker_volume: "1",
    });
  });

  it("leads to an empty plan", async () => {
    expect(await terraform.plan()).toEqual({});
  });
});

describe("an import", () => {
  it("takes over a container by its full id, and says what it could not read", async () => {
    const name = lab.unique("imported");
    const existing = await lab.docker.createContainer({
      name,
      Image: LAB_IMAGE,
      Cmd: ["redis-server"],
      HostConfig: { NetworkMode: "bridge" },
    });
    const terraform = await lab.folder();
    await terraform.write(container({ name, user: null, command: ["redis-server"], env: ["A=b"] }));
    await terraform.mustRun("import", "docker_container.it", existing.id);
    const state = await terraform.attributes("docker_container.it");
    expect(state).toMatchObject({
      id: existing.id,
      name,
      image: LAB_IMAGE,
      command: ["redis-server"],
      env: null,
    });
    expect(await terraform.plan()).toEqual({
      "docker_container.it": { actions: ["delete", "create"], replace_paths: [["env"]] },
    });
  });

  it("does not find a container by its name, as the real provider does not", async () => {
    const name = lab.unique("imported");
    await lab.docker.createContainer({ name, Image: LAB_IMAGE });
    const terraform = await lab.folder();
    await terraform.write(container({ name }));
    const { exitCode, stderr } = await terraform.run("import", "docker_container.it", name);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Cannot import non-existent remote object");
  });

  it("takes over a network and a volume, and leaves nothing to do", async () => {
    const name = lab.unique("imported");
    const network = await lab.docker.createNetwork({ Name: name });
    await lab.docker.createVolume({ Name: name });
    const terraform = await lab.folder();
    await terraform.write({ docker_network: { it: { name } }, docker_volume: { it: { name } } });
    await terraform.mustRun("import", "docker_network.it", network.id);
    await terraform.mustRun("import", "docker_volume.it", name);
    expect(await terraform.plan()).toEqual({});
  });

  it("refuses an image", async () => {
    const terraform = await lab.folder();
    await terraform.write({ docker_image: { it: { name: LAB_IMAGE } } });
    const { stderr } = await terraform.run("import", "docker_image.it", LAB_IMAGE);
    expect(stderr).toContain("docker_image cannot be imported");
  });
});
