import {
  type HardenedContainerProps,
  hardenedContainer,
  REPLACEMENT_LABEL,
} from "../../constructs/hardened-container";
import { Duration } from "../../core/duration";
import { Size } from "../../core/size";
import { containerOf, labelOf, synthScope } from "../support/synthesized-stack";

const plain: HardenedContainerProps = {
  name: "shop",
  image: "redis:7.4.11-alpine",
  memoryLimit: Size.mebibytes(100),
  gracePeriod: Duration.seconds(90),
  ownerLabels: { stack: "shop-dev", service: "shop" },
  logMaxSize: Size.mebibytes(10),
  logMaxFiles: 3,
};

function synth(own: Partial<HardenedContainerProps> = {}) {
  const stack = synthScope((scope) => {
    hardenedContainer(scope, "container", { ...plain, ...own });
  });
  return containerOf(stack, "container");
}

describe("a hardened container", () => {
  it("has exactly these attributes, and nothing that the provider would fill in", () => {
    expect(synth()).toEqual({
      name: "shop",
      image: "redis:7.4.11-alpine",
      read_only: true,
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      restart: "unless-stopped",
      must_run: true,
      init: false,
      memory: 100,
      memory_swap: 100,
      destroy_grace_seconds: 90,
      stop_timeout: 90,
      log_driver: "json-file",
      log_opts: { "max-size": "10m", "max-file": "3" },
      labels: [
        { label: "redis-on-docker.stack", value: "shop-dev" },
        { label: "redis-on-docker.service", value: "shop" },
        { label: REPLACEMENT_LABEL, value: expect.stringMatching(/^healthcheck tmpfs init [0-9a-f]{16}$/) },
      ],
    });
  });

  it("gets no swap on top of its memory", () => {
    const { memory, memory_swap } = synth({ memoryLimit: Size.parse("2 GiB") });
    expect([memory, memory_swap]).toEqual([2048, 2048]);
  });

  it("is given its reservation in MiB, which the bindings do not know", () => {
    expect(synth({ memoryReservation: Size.parse("1 GiB") })).toMatchObject({ memory_reservation: 1024 });
  });

  it("is started again unless somebody stopped it, unless it is told otherwise", () => {
    expect(synth({}).restart).toBe("unless-stopped");
    expect(synth({ restart: "always" }).restart).toBe("always");
  });

  it("is given its grace period by Terraform and by Docker", () => {
    const { destroy_grace_seconds, stop_timeout } = synth({ gracePeriod: Duration.parse("2 min") });
    expect([destroy_grace_seconds, stop_timeout]).toEqual([120, 120]);
  });

  it.each([
    ["512 KiB", "512kb"],
    ["20 MiB", "20m"],
    ["1 GiB", "1gb"],
  ])("has its log rotated at %s, written as Docker reads it", (size, written) => {
    expect(synth({ logMaxSize: Size.parse(size), logMaxFiles: 5 }).log_opts).toEqual({
      "max-size": written,
      "max-file": "5",
    });
  });
});

describe("the replacement label", () => {
  const label = (own: Partial<HardenedContainerProps> = {}) => labelOf(synth(own), REPLACEMENT_LABEL);
  const healthcheck = { test: ["CMD", "true"], interval: "5s" };

  // The provider plans these "in place" and does nothing (kreuzwerker/docker 4.5.0).
  it.each<[string, Partial<HardenedContainerProps>]>([
    ["healthcheck", { healthcheck }],
    ["tmpfs", { tmpfs: { "/run": "rw" } }],
    ["init", { init: true }],
  ])("changes with %s", (_, own) => {
    expect(label(own)).not.toBe(label());
  });

  it("changes with each part of a healthcheck", () => {
    const labels = [
      healthcheck,
      { ...healthcheck, interval: "6s" },
      { ...healthcheck, retries: 4 },
      { ...healthcheck, test: ["CMD", "false"] },
    ].map((check) => label({ healthcheck: check }));
    expect(new Set(labels).size).toBe(4);
  });

  // Docker takes a 0 for "as it was", so that they cannot be taken away in place.
  it("changes when cpu_shares or memory_reservation come or go, and stays when they change", () => {
    const given = { cpuShares: 512, memoryReservation: Size.mebibytes(50) };
    const labels = [{}, { cpuShares: 512 }, { memoryReservation: Size.mebibytes(50) }, given].map(label);
    expect(new Set(labels).size).toBe(4);
    expect(label({ cpuShares: 256, memoryReservation: Size.mebibytes(40) })).toBe(label(given));
  });

  it("stays when anything else changes, which the provider handles itself", () => {
    const others: Partial<HardenedContainerProps>[] = [
      { name: "other" },
      { image: "redis:7.2.16-alpine" },
      { command: ["sh"] },
      { memoryLimit: Size.mebibytes(200) },
      { gracePeriod: Duration.seconds(10) },
      { ownerLabels: { stack: "other" } },
      { logMaxFiles: 5 },
      { ports: [{ internal: 6379 }] },
    ];
    expect(others.map(label)).toEqual(others.map(() => label()));
  });

  it("does not depend on the run or the machine, or every plan would replace every container", () => {
    expect(label({ healthcheck })).toBe("healthcheck tmpfs init e5fe2af068338881");
  });
});
