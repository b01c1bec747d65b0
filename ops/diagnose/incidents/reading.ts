import { type Info, infoNumber } from "../../look/info";
import { type ContainerFacts, type Fact, type Facts, known, type LogLine } from "../facts";
import { from, ok, type Seen, unknown } from "../incident";

/** A field of INFO that is judged; unknown where this server has none. */
export function field<K extends string>(
  info: Info,
  name: string,
  judge: (value: number) => Seen<K>,
): Seen<K> {
  const value = infoNumber(info, name);
  return value === undefined ? unknown(`INFO has no ${name}`) : judge(value);
}

const MAX_EVIDENCE = 3;

/** The lines that match, the newest of each text, at most three. */
export function matching(lines: readonly LogLine[], pattern: RegExp): readonly string[] {
  return [...new Set(lines.map(({ text }) => text).filter((text) => pattern.test(text)))].slice(
    -MAX_EVIDENCE,
  );
}

const MAX_HOLDERS = 5;

/** Who holds the most connections. */
export const holders = (facts: Facts) =>
  (known(facts.inside)?.peers ?? [])
    .slice(0, MAX_HOLDERS)
    .map(({ address, connections }) => `${address} holds ${connections} connections`);

/** Whether a container that stands beside the server runs. */
export function beside<K extends string>(
  fact: Fact<ContainerFacts | "none" | undefined>,
  absent: string,
  outcome: K,
): Seen<K> {
  return from(fact, (container) => {
    if (container === undefined) {
      return ok(absent);
    }
    const saw = container === "none" ? "there is no container" : container.status;
    return saw === "running" ? ok(saw) : { outcome, saw };
  });
}
