import { namesOf } from "../../config/directives";
import { engines } from "../../config/engines";
import { problemsOf } from "../support/stack-fixtures";

const catalogue = Object.entries(engines);

describe("the catalogue of engines", () => {
  it.each(catalogue)("pins the image of %s to the exact version it says", (_, { image, version }) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(image.split(":")[1]).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")}(-|$)`));
  });

  it.each(catalogue)("names an exporter image with a tag for %s", (_, { exporterImage }) => {
    expect(exporterImage).toMatch(/^[^:]+:[^:]+$/);
    expect(exporterImage).not.toMatch(/:latest$/);
  });

  it.each(catalogue)("names a Prometheus image with a shell and a tag for %s", (_, { prometheusImage }) => {
    expect(prometheusImage).toMatch(
      /^prom\/prometheus:v\d+\.\d+\.\d+-busybox$|^redis-on-docker-lab\/prometheus:\w+$/,
    );
  });

  it("never lets a later line write an older file format", () => {
    const lines = catalogue.map(([, engine]) => engine).sort((a, b) => (a.version < b.version ? -1 : 1));
    const formats = lines.map(({ rdbVersion }) => rdbVersion);
    expect(formats).toEqual([...formats].sort((a, b) => a - b));
  });

  it.each(catalogue)("knows directives that %s has", (_, { version }) => {
    expect(namesOf(version)).toContain("maxmemory-policy");
  });

  it.each(Object.keys(engines))("has what a plain stack on %s needs", (engine) => {
    expect(problemsOf("prod", { engine })).toEqual([]);
  });
});
