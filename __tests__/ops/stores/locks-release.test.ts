import { locksRelease } from "../../../ops/commands/stored-delete";
import { shopStack } from "../../support/stack-fixtures";

const stores = [{ kind: "locks", keys: "lock:*", ttl: "30 s", lossAcceptable: false }] as const;
const stack = shopStack("dev", { service: { stores } });
const FLAGS = { key: [], withoutTtl: false, all: true, yes: false, json: false };
const silent = { out: () => undefined, err: () => undefined };

test.each(["token-1", "3f2a90cc1b7", "3f2a90cc1b7ee", "3F2A90CC1B7E", "3f2a90cc1b7e\n", ""])(
  "a holder of %j is refused",
  async (holder) => {
    await expect(locksRelease(stack, { ...FLAGS, holder }, silent)).rejects.toThrow(
      `--holder: got ${JSON.stringify(holder)}, expected 12 hexadecimal digits. ` +
        "Fix: write it as locks list prints it without --reveal.",
    );
  },
);
