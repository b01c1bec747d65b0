import { spawnSync } from "node:child_process";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { decode } from "../../../ops/backup/decode";
import { encode, encodedSuffix, recipientProblems } from "../../../ops/backup/encode";
import { eventually } from "../../support/eventually";
import { AGE_KEYS, encodedBackup } from "../../support/manifests";

const [mine, theirs] = AGE_KEYS;
const MIB = 1024 * 1024;

describe("a backup comes back as it was", () => {
  const options = fc.record({
    compression: fc.constantFrom("zstd" as const, "none" as const),
    recipients: fc.constantFrom<readonly string[]>([], [mine.recipient], [theirs.recipient, mine.recipient]),
  });

  test("any content, in any pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 20 }),
        options,
        async (pieces, how) => {
          const content = pieces.map((piece) => Buffer.from(piece));
          const { file, manifest } = await encodedBackup(content, how);
          const back = await buffer(decode(manifest, Readable.from([file]), [mine.identity]));
          expect(back.equals(Buffer.concat(content))).toBe(true);
        },
      ),
      { numRuns: process.env.SOAK === "1" ? 2000 : 60 },
    );
  });

  test.each([0, 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB])(
    "%d bytes, however the file is cut into pieces",
    async (length) => {
      const content = Buffer.alloc(length, "session:4711 ");
      content.write("the end", Math.max(0, length - 7));
      const { file, manifest } = await encodedBackup(content, {
        compression: "zstd",
        recipients: [mine.recipient],
      });
      const pieces: Buffer[] = [];
      for (let at = 0; at < file.length; at += 97) {
        pieces.push(file.subarray(at, at + 97));
      }
      const back = await buffer(decode(manifest, Readable.from(pieces), [mine.identity]));
      expect(back.equals(content)).toBe(true);
    },
  );

  test("what is compressed is a file that zstd itself reads", async () => {
    const content = Buffer.alloc(9 * MIB, "session:4711 ");
    const { file } = await encodedBackup(content, { compression: "zstd", recipients: [] });
    expect(file.length).toBeLessThan(content.length / 100);
    const tool = spawnSync("zstd", ["-dc"], { input: file, maxBuffer: 10 * MIB });
    // Not every machine has the tool; the format itself is compared by the other tests.
    if (tool.error === undefined) {
      expect(tool.stdout.equals(content)).toBe(true);
    }
  });
});

describe("what a file is called", () => {
  test.each([
    ["none", "none", ""],
    ["zstd", "none", ".zst"],
    ["none", "age", ".age"],
    ["zstd", "age", ".zst.age"],
  ] as const)("%s and %s: %s", (compression, encryption, suffix) => {
    expect(encodedSuffix(compression, encryption)).toBe(suffix);
  });
});

describe("what goes wrong on the way", () => {
  test.each(["zstd", "none"] as const)(
    "an error of the content is the stream's (%s)",
    async (compression) => {
      const failure = new Error("the server went away");
      const content = Readable.from(
        (async function* () {
          yield Buffer.alloc(MIB);
          throw failure;
        })(),
      );
      const { stream, measured } = encode(content, { compression, recipients: [mine.recipient] });
      await expect(buffer(stream)).rejects.toBe(failure);
      expect(() => measured()).toThrow("measured before the stream has ended");
    },
  );

  test("the content is closed when nobody wants the stream any more", async () => {
    let isClosed = false;
    const content = Readable.from(
      (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(MIB);
          }
        } finally {
          isClosed = true;
        }
      })(),
    );
    const { stream } = encode(content, { compression: "zstd", recipients: [mine.recipient] });
    for await (const _ of stream) {
      break;
    }
    expect(await eventually(() => isClosed, Boolean)).toBe(true);
  });
});

describe("public keys", () => {
  test("good ones are no problem", () => {
    expect(recipientProblems("--recipient", [mine.recipient, theirs.recipient])).toEqual([]);
  });

  test.each([
    ["", '""'],
    ["age1", '"age1"'],
    [`${mine.recipient.slice(0, -1)}${mine.recipient.endsWith("q") ? "p" : "q"}`, undefined],
    [mine.recipient.toUpperCase(), undefined],
    [`${mine.recipient} `, undefined],
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", undefined],
    [mine.identity, "a secret key"],
  ])("%j is one", (recipient, got = JSON.stringify(recipient)) => {
    expect(recipientProblems("--recipient", [mine.recipient, recipient])).toEqual([
      {
        field: "--recipient",
        got,
        expected: "a public key of age: age1 and 58 characters, the last six of which are a checksum",
        fix: "copy the line `public key:` from the file that age-keygen wrote",
      },
    ]);
  });
});
