/** What INFO said: field to text, of all sections. */
export type Info = ReadonlyMap<string, string>;

/** Reads the answer of INFO. Headings and what is no field are left out; of a field written twice, the last holds. */
export function parseInfo(text: string): Info {
  const info = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) {
      info.set(line.slice(0, colon), line.slice(colon + 1));
    }
  }
  return info;
}

/** A field's number. Undefined: this server has no such field, or it is no number. */
export function infoNumber(info: Info, name: string): number | undefined {
  return numberOf(info.get(name));
}

/** The fields that start with `prefix`, by the rest of their names: `cmdstat_`, `errorstat_`, `db`, `latency_percentiles_usec_`. */
export function infoGroup(info: Info, prefix: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    [...info]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), partsOf(value)]),
  );
}

/** A part's number. Undefined: there is no such part, or it is no number. */
export function partNumber(parts: ReadonlyMap<string, string>, name: string): number | undefined {
  return numberOf(parts.get(name));
}

/** Reads that found a key, from 0 to 1. Undefined: nothing was read. */
export function hitRatioOf(hits: number, misses: number): number | undefined {
  return hits + misses === 0 ? undefined : hits / (hits + misses);
}

function partsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(",")
      .map((part) => part.split("="))
      .filter((words): words is [string, string] => words.length === 2),
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || !/^-?\d+(\.\d+)?$/.test(text) ? undefined : Number(text);
}
