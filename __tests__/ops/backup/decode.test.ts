import { writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { compress } from "@mongodb-js/zstd";
import { InvalidInputError } from "../../../core/problem";
import { decode, readIdentities } from "../../../ops/backup/decode";
import { DamagedBackup } from "../../../ops/backup/failures";
import type { Manifest } from "../../../ops/backup/manifest";
import { AGE_KEYS, encodedBackup, manifestOf } from "../../support/manifests";
import { temporaryFolder } from "../../support/temporary-folder";

const [mine, theirs] = AGE_KEYS;
/** For each way: 1,000 in all. */
const PLACES = process.env.SOAK === "1" ? 10_000 : 250;
const MIB = 1024 * 1024;

/** Compressible in part, and the same every time. */
const content = Buffer.from(
  Array.from({ length: 3000 }, (_, index) => `session:${index}=${(index * 2654435761) % 4294967296};`).join(
    "",
  ),
);

const ways = [
  ["as it is", { compression: "none", recipients: [] }],
  ["compressed", { compression: "zstd", recipients: [] }],
  ["encrypted", { compression: "none", recipients: [mine.recipient] }],
  ["compressed and encrypted", { compression: "zstd", recipients: [mine.recipient] }],
] as const;

const outcome = (manifest: Manifest, file: Buffer) =>
  buffer(decode(manifest, Readable.from([file]), [mine.identity])).then(
    () => "an end",
    (error: unknown) => (error instanceof DamagedBackup ? "damaged" : error),
  );

describe.each(ways)("a backup %s", (_, how) => {
  test("cut off at 50 places never comes to an end", async () => {
    const { file, manifest } = await encodedBackup(content, how);
    for (let cut = 0; cut < 50; cut++) {
      const length = cut < 5 ? file.length - 1 - cut : Math.floor((file.length * cut) / 50);
      expect([length, await outcome(manifest, file.subarray(0, length))]).toEqual([length, "damaged"]);
    }
  });

  test("with one bit changed at many places never comes to an end", async () => {
    const { file, manifest } = await encodedBackup(content, how);
    const step = Math.max(1, Math.floor(file.length / PLACES));
    for (let place = 0; place < PLACES; place++) {
      const at = (place * step) % file.length;
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (place % 8)), at);
      expect([at, await outcome(manifest, changed)]).toEqual([at, "damaged"]);
    }
  });

  test("with something behind it never comes to an end", async () => {
    const { file, manifest } = await encodedBackup(content, how);
    expect(await outcome(manifest, Buffer.concat([file, Buffer.from("x")]))).toBe("damaged");
    expect(await outcome(manifest, Buffer.concat([file, file]))).toBe("damaged");
  });
});

describe("what does not fit is told", () => {
  const plain = { compression: "none", recipients: [] } as const;
  const read = (manifest: Manifest, file: Buffer) => buffer(decode(manifest, Readable.from([file]), []));

  test("a file with fewer bytes, and with other ones", async () => {
    const { file, manifest } = await encodedBackup(Buffer.from("session"), plain);
    await expect(read(manifest, file.subarray(1))).rejects.toThrow(
      "the file has 6 bytes, and 7 in the manifest",
    );
    await expect(read(manifest, Buffer.from("sessiom"))).rejects.toThrow(
      /^the file has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} in the manifest$/,
    );
  });

  test("a content that is not that of the manifest, in a file that is", async () => {
    const { file, manifest } = await encodedBackup(content, { compression: "zstd", recipients: [] });
    const other = { ...manifest, content: { ...manifest.content, sha256: "0".repeat(64) } };
    await expect(read(other, file)).rejects.toThrow(/^the content has the SHA-256 /);
    const longer = { ...manifest, content: { ...manifest.content, bytes: content.length + 1 } };
    await expect(read(longer, file)).rejects.toThrow(
      `the content has ${content.length} bytes, and ${content.length + 1} in the manifest`,
    );
  });

  test("more than the manifest says is not given on", async () => {
    const { file, manifest } = await encodedBackup(content, { compression: "zstd", recipients: [] });
    const shorter = { ...manifest, content: { ...manifest.content, bytes: 10 } };
    const given: Buffer[] = [];
    const stream = decode(shorter, Readable.from([file]), []).on("data", (bytes) => given.push(bytes));
    await expect(new Promise((_, reject) => stream.once("error", reject))).rejects.toThrow(
      "the content has more than the 10 bytes of the manifest",
    );
    expect(given).toEqual([]);
  });

  test("what the file's stream throws is thrown as it is", async () => {
    const failure = new Error("the store went away");
    for (const [, how] of ways) {
      const { file, manifest } = await encodedBackup(content, how);
      const broken = Readable.from(
        (async function* () {
          yield file.subarray(0, 300);
          throw failure;
        })(),
      );
      await expect(buffer(decode(manifest, broken, [mine.identity]))).rejects.toBe(failure);
    }
  });
});

describe("a hostile file takes no more memory than a good one", () => {
  const manifest = manifestOf("20261121T150411Z-3fa9", {
    compression: "zstd",
    content: { bytes: 10 * 1024 * MIB, sha256: "0".repeat(64) },
    file: { name: "x", bytes: 10 * 1024 * MIB, sha256: "0".repeat(64) },
  });

  async function* endless(start: Buffer, piece: Buffer) {
    yield start;
    for (;;) {
      yield piece;
    }
  }

  test("a frame that does not end", async () => {
    const whole = await compress(Buffer.alloc(MIB), 1);
    const header = whole.subarray(0, 6);
    const raw = Buffer.alloc(3 + 131_072);
    raw.writeUIntLE(131_072 << 3, 0, 3);
    await expect(buffer(decode(manifest, Readable.from(endless(header, raw)), []))).rejects.toThrow(
      "a zstd frame has more than 4227072 bytes",
    );
    const repeated = Buffer.from([2, 0, 16, 0]);
    repeated.writeUIntLE((131_072 << 3) | 2, 0, 3);
    await expect(buffer(decode(manifest, Readable.from(endless(header, repeated)), []))).rejects.toThrow(
      "a zstd frame is larger than those that redis-ops writes",
    );
  });

  test("a header of age that does not end", async () => {
    const encrypted = { ...manifest, compression: "none", encryption: "age" } as const;
    const input = endless(Buffer.from("age-encryption.org/v1\n"), Buffer.alloc(1000, "x"));
    await expect(buffer(decode(encrypted, Readable.from(input), [mine.identity]))).rejects.toThrow(
      "cannot be decrypted: it does not start as an age file does",
    );
  });
});

describe("keys", () => {
  const file = temporaryFolder();
  const problemOf = (action: () => unknown) => {
    try {
      return action();
    } catch (error) {
      return error instanceof InvalidInputError ? error.message.split("\n").slice(1) : error;
    }
  };

  test("none for an encrypted backup", async () => {
    const { file: bytes, manifest } = await encodedBackup(content, ways[3][1]);
    expect(problemOf(() => decode(manifest, Readable.from([bytes]), []))).toEqual([
      "  --identity: got none, expected a file with the secret key that opens 20261121T150411Z-3fa9, which is encrypted. Fix: give --identity FILE, as age-keygen wrote it.",
    ]);
  });

  test("another's", async () => {
    const { file: bytes, manifest } = await encodedBackup(content, ways[3][1]);
    const reading = buffer(decode(manifest, Readable.from([bytes]), [theirs.identity]));
    await expect(reading).rejects.toThrow(
      new InvalidInputError([
        {
          field: "--identity",
          got: "a key that does not open the backup",
          expected: "the secret key of one of its recipients",
          fix: "give the file with the key that belongs to --recipient of redis-ops backup create",
        },
      ]),
    );
  });

  test("a file as age-keygen writes it, with more than one", () => {
    writeFileSync(
      file("key"),
      `# created: 2026-11-21T15:00:00Z\n# public key: ${mine.recipient}\n${mine.identity}\r\n\n${theirs.identity}`,
    );
    expect(readIdentities(file("key"))).toEqual([mine.identity, theirs.identity]);
  });

  test("files without one, and with something else, are refused without saying what it is", () => {
    const path = file("wrong");
    const fix = "Fix: make one with age-keygen, or give the file that it wrote.";
    writeFileSync(path, "# nothing\n");
    expect(problemOf(() => readIdentities(path))).toEqual([
      `  --identity ${path}: got no key in it, expected a line AGE-SECRET-KEY-1…. ${fix}`,
    ]);
    const typo = `${mine.identity.slice(0, -1)}${mine.identity.endsWith("Q") ? "P" : "Q"}`;
    writeFileSync(path, `${mine.identity}\n${typo}\n${mine.identity.toLowerCase()}\nhunter2\n`);
    const expected = "expected AGE-SECRET-KEY-1… whose checksum is right, or a comment with #.";
    expect(problemOf(() => readIdentities(path))).toEqual([
      `  --identity ${path}: got something else in line 2, ${expected} ${fix}`,
      `  --identity ${path}: got something else in line 3, ${expected} ${fix}`,
      `  --identity ${path}: got something else in line 4, ${expected} ${fix}`,
    ]);
    expect(problemOf(() => readIdentities(file("none")))).toEqual([
      `  --identity: got ENOENT from "${file("none")}", expected a file that can be read. Fix: check the path.`,
    ]);
  });
});
