import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadStacks } from "../config/load-stacks";
import type { RedisStackProps } from "../core/redis-stack-props";
import { loadOptions } from "../ops/load";
import { type Attributes, synthStack } from "./support/synthesized-stack";

const WRITTEN = join(__dirname, "__snapshots__", `${basename(__filename)}.snap`);

/** `address = name in Docker` of every resource of a stack. */
function addressesOf(id: string, props: RedisStackProps): readonly string[] {
  const { resource } = synthStack(id, props);
  return Object.entries<Readonly<Record<string, Attributes>>>(resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, attributes]) => `${type}.${name} = ${attributes.name}`),
  );
}

/** The lists of the snapshots, by stack. */
function writtenAddresses(): ReadonlyMap<string, readonly string[]> {
  const text = existsSync(WRITTEN) ? readFileSync(WRITTEN, "utf8") : "";
  return new Map(
    [...text.matchAll(/ of (\S+) stay .* = `([^`]*)`/g)].map(([, id = "", list = ""]) => [
      id,
      [...list.matchAll(/"(.*)"/g)].map(([, address = ""]) => address),
    ]),
  );
}

/**
 * Terraform finds a resource by its address and Docker finds it by its name. With another address or name, Terraform
 * destroys the old resource and creates an empty one. So a change of these lists is a data migration: it needs a record
 * in docs/decisions/ that says how the data gets from the old to the new one.
 *
 * `npm run snapshots` adds the list of a new stack. No command changes one: a list that changes on purpose, or whose stack
 * goes, is taken out of __snapshots__/addresses.test.ts.snap by hand, where a reviewer sees it.
 */
describe("the Terraform addresses and Docker names", () => {
  const stacks = loadStacks({ ...loadOptions(), engine: undefined });
  const addresses = new Map(stacks.map(({ id, props }) => [id, addressesOf(id, props)]));
  const written = writtenAddresses();

  it.each([...new Set([...written.keys(), ...addresses.keys()])])(
    "of %s stay what they are (a new stack: npm run snapshots)",
    (id) => {
      const list = addresses.get(id) ?? "no such stack";
      // Before the snapshot, which -u would write anew.
      expect(list).toEqual(written.get(id) ?? list);
      expect(list).toMatchSnapshot();
    },
  );
});
