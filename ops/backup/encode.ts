import { Readable } from "node:stream";
import type { Problem } from "../../core/problem";
import { encryptFor } from "./age-cipher";
import { isRecipient } from "./age-keys";
import { Digest, type Measured } from "./digest";
import type { Manifest } from "./manifest";
import { compressFrames } from "./zstd-frames";

export interface EncodeOptions {
  readonly compression: Manifest["compression"];
  /** Public keys of age. Empty: not encrypted. */
  readonly recipients: readonly string[];
}

/** Content on its way into a store. */
export interface Encoded {
  readonly stream: Readable;
  /** For the manifest. Throws before `stream` has ended. */
  readonly measured: () => { readonly content: Measured; readonly file: Measured };
}

/**
 * Compresses and encrypts `content` as far as `options` say, in bounded memory. What `content` throws is thrown by the
 * stream; when the stream is destroyed, `content` is.
 */
export function encode(content: Readable, { compression, recipients }: EncodeOptions): Encoded {
  const before = new Digest();
  const after = new Digest();
  let hasEnded = false;
  async function* encoded(): AsyncGenerator<Buffer> {
    const compressed = compression === "zstd" ? compressFrames(before.of(content)) : before.of(content);
    yield* after.of(recipients.length > 0 ? encryptFor(recipients, compressed) : compressed);
    hasEnded = true;
  }
  return {
    stream: Readable.from(encoded(), { objectMode: false }),
    measured: () => {
      if (!hasEnded) {
        throw new Error("measured before the stream has ended");
      }
      return { content: before.measured, file: after.measured };
    },
  };
}

/** What the name of a data file ends with after `.rdb` or `.aof.tar`: nothing, `.zst`, `.age` or `.zst.age`. */
export function encodedSuffix(compression: Manifest["compression"], encryption: Manifest["encryption"]) {
  return `${compression === "zstd" ? ".zst" : ""}${encryption === "age" ? ".age" : ""}`;
}

/** What is wrong with the public keys that a person has given. */
export function recipientProblems(field: string, recipients: readonly string[]): Problem[] {
  return recipients
    .filter((recipient) => !isRecipient(recipient))
    .map((recipient) => ({
      field,
      // Somebody may have given the secret key.
      got: /secret/i.test(recipient) ? "a secret key" : JSON.stringify(recipient),
      expected: "a public key of age: age1 and 58 characters, the last six of which are a checksum",
      fix: "copy the line `public key:` from the file that age-keygen wrote",
    }));
}
