import { checkConfig } from "../../lab/provider/check-config";
import { containerRules } from "../../lab/provider/container-rules";
import { type Plan, planChange } from "../../lab/provider/plan-change";
import { resourceTypes } from "../../lab/provider/resources";
import type { Rules } from "../../lab/provider/rules";
import { settleAfterApply, settleAfterRead } from "../../lab/provider/settle-state";
import { type Attributes, fieldsOf, UNKNOWN, type Value } from "../../lab/provider/values";

function typeNamed(name: string) {
  const found = resourceTypes.get(name);
  if (found === undefined) {
    throw new Error(`${name}: not served`);
  }
  return found;
}

const container = typeNamed("docker_container");

/** A container's attributes, null where nothing is given; blocks are empty, as Terraform sends them. */
function attributes(given: Attributes): Attributes {
  const blocks = container.block.block_types ?? {};
  const names = Object.keys(fieldsOf(container.type));
  const empty = names.map((name): [string, Value] => [
    name,
    name in blocks && name !== "timeouts" ? [] : null,
  ]);
  return { ...Object.fromEntries(empty), ...given };
}

const NAMED = { name: "redis", image: "redis:7" };

/** A container that exists, as its state was written. */
function existing(given: Attributes): Attributes {
  const { planned } = planChange(container.block, container.rules, null, attributes({ ...NAMED, ...given }));
  return settleAfterApply(planned, { id: "1" }, container.type);
}

function planned(prior: Attributes, change: Attributes): Plan {
  return planChange(container.block, container.rules, prior, { ...prior, ...change });
}

describe("a create", () => {
  const { planned: plan, replace } = planChange(
    container.block,
    container.rules,
    null,
    attributes({ ...NAMED, ports: [{ internal: 6379, external: null, ip: null, protocol: null }] }),
  );

  it("fills in the defaults, also inside blocks", () => {
    expect(plan).toMatchObject({ restart: "no", must_run: true, wait_timeout: 60, network_mode: "bridge" });
    expect(plan.ports).toEqual([{ internal: 6379, external: UNKNOWN, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  it("leaves open what the engine decides, and nothing else", () => {
    const open = Object.keys(plan).filter((name) => plan[name] === UNKNOWN);
    expect(open.sort()).toEqual(
      [
        "bridge command container_logs entrypoint env exit_code healthcheck hostname id init ipc_mode labels",
        "log_driver network_data platform runtime security_opts shm_size stop_signal stop_timeout",
      ]
        .join(" ")
        .split(" "),
    );
  });

  it("replaces nothing", () => {
    expect(replace).toEqual([]);
  });
});

describe("an update", () => {
  it("is none when only null, zero and order differ", () => {
    const prior = existing({ env: ["B=2", "A=1"], dns: [], memory: 0, domainname: "" });
    const plan = planned(prior, { env: ["A=1", "B=2"], dns: null, memory: null, domainname: null });
    expect(plan).toEqual({ planned: prior, replace: [] });
  });

  it("keeps what is left out and the engine knows", () => {
    const prior = existing({ user: "999:1000", working_dir: "/data", labels: [{ label: "a", value: "1" }] });
    expect(planned(prior, { user: null, working_dir: "", labels: [] })).toEqual({
      planned: prior,
      replace: [],
    });
  });

  it("replaces for a set of the computed kind that was never read", () => {
    const plan = planned({ ...existing({}), env: null }, {});
    expect(plan.replace).toEqual([["env"]]);
    expect(plan.planned.env).toBe(UNKNOWN);
  });

  it("names the attribute inside a list of blocks, and only the block when all of it goes", () => {
    const port = { internal: 6379, external: 6379, ip: "127.0.0.1", protocol: "tcp" };
    const prior = existing({ ports: [port] });
    expect(planned(prior, { ports: [{ ...port, external: 6380 }] }).replace).toEqual([
      ["ports", 0, "external"],
    ]);
    expect(planned(prior, { ports: [] }).replace).toEqual([["ports"]]);
  });

  it("does not mind the order of ports", () => {
    const one = { internal: 6379, external: 6379, ip: "127.0.0.1", protocol: "tcp" };
    const other = { ...one, internal: 6380, external: 6380 };
    const prior = existing({ ports: [one, other] });
    expect(planned(prior, { ports: [other, one] })).toEqual({ planned: prior, replace: [] });
  });

  it("is there as soon as something is unknown", () => {
    const plan = planned(existing({}), { image: UNKNOWN });
    expect(plan.planned.image).toBe(UNKNOWN);
    expect(plan.replace).toEqual([["image"]]);
  });
});

describe("the rules", () => {
  function named(change: string): string[] {
    return Object.keys(containerRules).filter((name) => containerRules[name]?.change === change);
  }

  it("know what the real provider plans in place and never carries out", () => {
    expect(named("phantom").sort()).toEqual(["healthcheck", "init", "rm", "tmpfs"]);
  });

  it("know what the engine changes in a running container", () => {
    expect(named("live").sort()).toEqual([
      "cpu_set",
      "cpu_shares",
      "max_retry_count",
      "memory",
      "memory_reservation",
      "memory_swap",
      "restart",
    ]);
  });

  it.each([...resourceTypes.keys()])("of %s name attributes that it has", (name) => {
    const { rules, block } = typeNamed(name);
    const strangers = (some: Rules, schema = block): string[] =>
      Object.entries(some).flatMap(([attribute, rule]) => {
        const nested = schema.block_types?.[attribute]?.block;
        const isKnown = schema.attributes?.[attribute] !== undefined || nested !== undefined;
        return [...(isKnown ? [] : [attribute]), ...strangers(rule.nested ?? {}, nested ?? {})];
      });
    expect(strangers(rules)).toEqual([]);
  });

  it("serve the schema versions of the real provider", () => {
    const versions = [...resourceTypes.values()].map(({ name, version }) => [name, version]);
    expect(Object.fromEntries(versions)).toEqual({
      docker_container: 2,
      docker_image: 0,
      docker_network: 1,
      docker_volume: 1,
    });
  });
});

describe("a configuration", () => {
  function refusals(given: Attributes): string[] {
    const problems = checkConfig("docker_container", container.block, container.rules, attributes(given));
    return problems.map(({ message }) => message);
  }

  it("may name what is not implemented, with nothing in it", () => {
    expect(
      refusals({ ...NAMED, privileged: false, gpus: "", cpu_quota: 0, upload: [], group_add: [] }),
    ).toEqual([]);
  });

  it("is refused with each thing in it that is not implemented", () => {
    const refused = refusals({
      ...NAMED,
      privileged: true,
      gpus: UNKNOWN,
      host: [{ host: "a", ip: "1.1.1.1" }],
    });
    const rest =
      "got a value, expected nothing: the lab's stand-in provider does not implement it. " +
      "Fix: remove it, or use the real provider kreuzwerker/docker 4.5.0.";
    expect(refused).toEqual(
      ["gpus", "privileged", "host"].map((name) => `docker_container.${name}: ${rest}`),
    );
  });

  it("is refused for what a block has that is not implemented", () => {
    const network = { name: "n", aliases: [], mac_address: "02:42:ac:11:00:02" };
    expect(refusals({ ...NAMED, networks_advanced: [network] })).toEqual([
      expect.stringMatching(
        /^docker_container\.networks_advanced\.mac_address: got a value, expected nothing/,
      ),
    ]);
  });

  it.each([
    [{ restart: "unless-stoped" }, "restart"],
    [{ memory: -1 }, "memory"],
    [{ memory_swap: -2 }, "memory_swap"],
    [{ cpu_set: "0;1" }, "cpu_set"],
    [{ cpus: "half" }, "cpus"],
    [{ healthcheck: [{ interval: "5" }] }, "healthcheck.interval"],
    [{ mounts: [{ type: "nfs" }] }, "mounts.type"],
    [{ volumes: [{ host_path: "data" }] }, "volumes.host_path"],
  ])("is refused for %j", (given, name) => {
    expect(refusals({ ...NAMED, ...given })).toEqual([
      expect.stringMatching(new RegExp(`^docker_container\\.${name}: got .*, expected .*\\. Fix: `)),
    ]);
  });

  it.each([{ memory: 0 }, { memory_swap: -1 }, { cpu_set: "0-3,5" }, { cpus: "0.5" }, { restart: "no" }])(
    "may have %j",
    (given) => {
      expect(refusals({ ...NAMED, ...given })).toEqual([]);
    },
  );
});

describe("the state", () => {
  const wanted = existing({ dns: null, env: ["A=1"] });

  it("keeps null after an apply where only nothing was read, as it was planned", () => {
    expect(settleAfterApply(wanted, { dns: [], domainname: "" }, container.type)).toMatchObject({
      dns: null,
      domainname: "",
    });
  });

  it("says what was read after a refresh, and keeps what cannot be read", () => {
    const refreshed = settleAfterRead(wanted, { dns: [], memory: 0 }, container.type);
    expect(refreshed).toMatchObject({ dns: [], memory: 0, env: ["A=1"] });
  });

  it("has no null inside the blocks after a refresh", () => {
    const state = { ...wanted, volumes: [{ container_path: "/data", volume_name: "data", read_only: null }] };
    expect(settleAfterRead(state, {}, container.type).volumes).toEqual([
      {
        container_path: "/data",
        volume_name: "data",
        read_only: false,
        from_container: "",
        host_path: "",
        selinux_relabel: "",
      },
    ]);
  });

  it("has nothing unknown after an apply, even one that failed", () => {
    const { planned: open } = planChange(container.block, container.rules, null, attributes(NAMED));
    const left = settleAfterApply(open, { id: "1" }, container.type);
    expect(Object.values(left)).not.toContain(UNKNOWN);
  });
});
