import { isDay } from "../core/day";
import type { Problems } from "../core/problem";
import { hasEngineShape } from "./check-shape";
import type { Engine } from "./engines";

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::\\d+)?`;
const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
/** https://pkg.go.dev/github.com/distribution/reference */
const REFERENCE = new RegExp(
  `^(?:${REGISTRY}/)?${PART}(?:/${PART})*(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@sha256:[0-9a-f]{64})?$`,
);
/** 255 for the repository, and what a tag and a digest add. */
const MAX_REFERENCE = 455;

/** Names of the rows of which nothing is wrong; notes what is wrong with the others. */
export function soundEngines(rows: Readonly<Record<string, unknown>>, problems: Problems): readonly string[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const before = problems.list.length;
    if (hasEngineShape(name, row, problems)) {
      checkEngine(name, row, problems);
    }
    return problems.list.length === before ? [name] : [];
  });
}

function checkEngine(name: string, engine: Engine, problems: Problems): void {
  const { version, endOfLife } = engine;
  const isVersion = /^\d+\.\d+\.\d+$/.test(version);
  if (!isVersion) {
    problems.add({
      field: `engines/${name}.version`,
      got: JSON.stringify(version),
      expected: "three numbers with dots, which decide the directives that are known",
      fix: 'write the version that redis-server --version prints, such as "7.4.11"',
    });
  }
  if (endOfLife !== undefined && !isDay(endOfLife)) {
    problems.add({
      field: `engines/${name}.endOfLife`,
      got: JSON.stringify(endOfLife),
      expected: 'a day that there is, such as "2027-03-31"',
      fix: "write year, month and day as YYYY-MM-DD, or leave it out where no date is announced",
    });
  }
  for (const field of ["image", "exporterImage", "prometheusImage"] as const) {
    if (tagOf(engine[field]) === undefined) {
      problems.add({
        field: `engines/${name}.${field}`,
        got: JSON.stringify(engine[field]),
        expected: "a repository in lower case and a tag or a digest, as Docker takes it",
        fix: 'write it as docker pull takes it, such as "redis:7.4.11-alpine"',
      });
    }
  }
  const ofTag = /^v?(\d+(?:\.\d+)+)/.exec(tagOf(engine.image) ?? "")?.[1];
  if (isVersion && ofTag !== undefined && !`${version}.`.startsWith(`${ofTag}.`)) {
    problems.add({
      field: `engines/${name}.version`,
      got: `${JSON.stringify(version)} with image ${JSON.stringify(engine.image)}`,
      expected: `the version of the image, ${ofTag}`,
      fix: "change both together",
    });
  }
}

/** The tag of an image, empty where there is none; undefined for what Docker does not take. */
function tagOf(image: string): string | undefined {
  const match = image.length <= MAX_REFERENCE ? REFERENCE.exec(image) : null;
  return match === null ? undefined : (match.groups?.tag ?? "");
}
