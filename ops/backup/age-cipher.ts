import { InvalidInputError } from "../../core/problem";
import { asBuffer } from "./digest";
import { DamagedBackup } from "./failures";
import { Watched } from "./watched";

/** The header of a file for 1,000 recipients has some 100 KiB. */
const MAX_HEADER_BYTES = 256 * 1024;

/** What the package says when no identity opens the file. */
const NO_MATCH = "no identity matched any of the file's recipients";

/** `source` as an age file (age-encryption.org/v1) that each of `recipients` can open. */
export async function* encryptFor(
  recipients: readonly string[],
  source: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    encrypter.addRecipient(recipient);
  }
  for await (const bytes of await encrypter.encrypt(webStream(source))) {
    yield asBuffer(bytes);
  }
}

/**
 * The content of an age file, in bounded memory whatever `source` is. What `source` throws is thrown as it is.
 * @throws DamagedBackup when it is no age file or was changed
 * @throws InvalidInputError when all of `source` could be read and none of `identities` opens it
 */
export async function* decryptWith(
  identities: readonly string[],
  source: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) {
    decrypter.addIdentity(identity);
  }
  const input = new Watched();
  let isOpen = false;
  try {
    const content = await decrypter.decrypt(webStream(input.of(withBoundedHeader(source, () => isOpen))));
    isOpen = true;
    for await (const bytes of content) {
      yield asBuffer(bytes);
    }
  } catch (error) {
    if (input.failure !== undefined) {
      throw input.failure;
    }
    if (error instanceof Error && error.message === NO_MATCH) {
      // A changed header looks the same. Whoever gave `source` says so at its end.
      await drain(source);
      throw wrongIdentity(identities.length);
    }
    throw new DamagedBackup(`cannot be decrypted: ${(error as Error).message}`);
  } finally {
    await source.return(undefined);
  }
}

/** Without ending `source`, which `decryptWith` may have to read to its end by itself. */
async function* withBoundedHeader(
  source: AsyncGenerator<Buffer>,
  isOpen: () => boolean,
): AsyncGenerator<Buffer> {
  let received = 0;
  for (let next = await source.next(); !next.done; next = await source.next()) {
    received += next.value.length;
    yield next.value;
    if (!isOpen() && received > MAX_HEADER_BYTES) {
      throw new DamagedBackup("cannot be decrypted: it does not start as an age file does");
    }
  }
}

/** Asks for the next piece only when somebody reads. */
function webStream(source: AsyncGenerator<Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function drain(source: AsyncGenerator<Buffer>): Promise<void> {
  let next = await source.next();
  while (!next.done) {
    next = await source.next();
  }
}

function wrongIdentity(count: number): InvalidInputError {
  return new InvalidInputError([
    {
      field: "--identity",
      got: count === 1 ? "a key that does not open the backup" : `${count} keys that do not open the backup`,
      expected: "the secret key of one of its recipients",
      fix: "give the file with the key that belongs to --recipient of redis-ops backup create",
    },
  ]);
}
