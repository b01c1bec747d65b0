import { Readable } from "node:stream";
import { InvalidInputError, type Problem } from "../../core/problem";
import { readText } from "../read-text";
import { decryptWith } from "./age-cipher";
import { isIdentity } from "./age-keys";
import { verified } from "./digest";
import type { Manifest } from "./manifest";
import { decompressFrames } from "./zstd-frames";

/**
 * The content of a backup, decrypted and decompressed in bounded memory. The stream ends only when both the file and the
 * content are, byte for byte, what the manifest says: whoever sees its end has seen the backup. Otherwise it errors with
 * DamagedBackup, or with what `file` threw, or with InvalidInputError when no identity opens it.
 * @throws InvalidInputError when the backup is encrypted and there are no identities
 */
export function decode(
  manifest: Pick<Manifest, "id" | "file" | "content" | "compression" | "encryption">,
  file: Readable,
  identities: readonly string[],
): Readable {
  if (manifest.encryption === "age" && identities.length === 0) {
    file.destroy();
    throw new InvalidInputError([
      {
        field: "--identity",
        got: "none",
        expected: `a file with the secret key that opens ${manifest.id}, which is encrypted`,
        fix: "give --identity FILE, as age-keygen wrote it",
      },
    ]);
  }
  const stored = verified(file, manifest.file, "the file");
  const decrypted = manifest.encryption === "age" ? decryptWith(identities, stored) : stored;
  const content = manifest.compression === "zstd" ? decompressFrames(decrypted) : decrypted;
  return Readable.from(verified(content, manifest.content, "the content"), { objectMode: false });
}

/**
 * The secret keys of a file as `age-keygen` writes it: one a line, with empty lines and comments.
 * @throws InvalidInputError which never says a key
 */
export function readIdentities(path: string): string[] {
  const refuse = (problems: readonly Pick<Problem, "got" | "expected">[]) =>
    new InvalidInputError(
      problems.map((problem) => ({
        field: `--identity ${path}`,
        ...problem,
        fix: "make one with age-keygen, or give the file that it wrote",
      })),
    );
  const lines = readText("--identity", path)
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const wrong = lines.filter(({ line }) => !isIdentity(line));
  if (lines.length === 0) {
    throw refuse([{ got: "no key in it", expected: "a line AGE-SECRET-KEY-1…" }]);
  }
  if (wrong.length > 0) {
    throw refuse(
      wrong.map(({ number }) => ({
        got: `something else in line ${number}`,
        expected: "AGE-SECRET-KEY-1… whose checksum is right, or a comment with #",
      })),
    );
  }
  return lines.map(({ line }) => line);
}
