import { finished, PassThrough, Readable } from "node:stream";
import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { errorCode } from "../error-code";
import {
  BackupFileMissing,
  type BackupStore,
  isManifest,
  pathInStore,
  type StoredFile,
  StoreFailure,
} from "./backup-store";
import { Watched } from "./watched";

/** S3 takes 10,000 parts: 8 MiB each are 78 GiB. Larger files are refused by the upload itself. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_IN_FLIGHT = 2;

/** Manifests that are read at the same time. */
const READS_IN_FLIGHT = 16;

/** S3's own limit for one request. */
const MAX_REMOVED = 1000;

/** A dead endpoint is told after some 10 s: three attempts with pauses of below a second. */
const MAX_ATTEMPTS = 3;
/** Milliseconds. */
const CONNECTION_TIMEOUT = 3_000;
/** Milliseconds without a byte in either direction. */
const SOCKET_TIMEOUT = 20_000;

/** Milliseconds for a listing, with its attempts: the first thing that is asked, so that a silent endpoint is told soon. */
const LIST_TIMEOUT = 12_000;

const MISSING = new Set(["NoSuchKey", "NotFound"]);

const REACH = "look whether AWS_ENDPOINT_URL_S3 is right and the network is there";

/** What S3 says, and what to do about it. */
const FAILURES: Readonly<Record<string, readonly [reason: string, next: string]>> = {
  NoSuchBucket: ["there is no such bucket", "make it, or correct its name"],
  AccessDenied: [
    "access denied",
    "give these credentials s3:ListBucket, GetObject, PutObject and DeleteObject there",
  ],
  InvalidAccessKeyId: ["the access key is not known", "correct AWS_ACCESS_KEY_ID"],
  SignatureDoesNotMatch: ["the secret key is wrong", "correct AWS_SECRET_ACCESS_KEY"],
  ExpiredToken: ["the session has expired", "sign in again, and set AWS_SESSION_TOKEN"],
  PermanentRedirect: ["the bucket is in another region", "set AWS_REGION to the bucket's"],
  AuthorizationHeaderMalformed: ["the region is wrong", "set AWS_REGION to the bucket's"],
  CredentialsProviderError: [
    "no credentials",
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
  ],
  TimeoutError: ["no answer in time", REACH],
  AbortError: ["no answer in time", REACH],
  EntityTooLarge: ["the file is larger than the store takes", "use another place with --at"],
};

/** What the way to it says. */
const UNREACHABLE =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE)\b/;

/**
 * A bucket of S3, or of a store that speaks as S3 does: `<prefix>/<stack>/<name>`. Credentials, region and endpoint come
 * from the variables of the AWS SDK: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3 and others.
 */
export class S3Store implements BackupStore {
  readonly where: string;
  private client: Promise<S3Client> | undefined;

  /** @param prefix without slashes at its ends; may be empty */
  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
  ) {
    this.where = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  }

  async list(stack: string): Promise<readonly string[]> {
    return (await this.files(stack)).map(({ name }) => name);
  }

  async survey(stack: string): Promise<readonly StoredFile[]> {
    const files = await this.files(stack);
    const surveyed: (StoredFile | undefined)[] = [];
    for (let start = 0; start < files.length; start += READS_IN_FLIGHT) {
      const some = files.slice(start, start + READS_IN_FLIGHT);
      surveyed.push(...(await Promise.all(some.map((file) => this.withText(stack, file)))));
    }
    return surveyed.filter((file) => file !== undefined);
  }

  /** Undefined when it was removed in the meantime. */
  private async withText(stack: string, file: StoredFile): Promise<StoredFile | undefined> {
    if (!isManifest(file)) {
      return file;
    }
    return this.trying(async () => {
      const object = await this.object(this.key(stack, file.name));
      return object && { ...file, text: (await object.Body?.transformToString("utf8")) ?? "" };
    });
  }

  private async files(stack: string): Promise<readonly StoredFile[]> {
    const { paginateListObjectsV2 } = await sdk();
    const folder = `${this.key(stack)}/`;
    return this.trying(async (client) => {
      const files: StoredFile[] = [];
      const abortSignal = AbortSignal.timeout(LIST_TIMEOUT);
      const request = { Bucket: this.bucket, Prefix: folder, Delimiter: "/" };
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, request, { abortSignal })) {
        for (const { Key = "", Size = 0, LastModified: changedAt = new Date() } of Contents) {
          files.push({ name: Key.slice(folder.length), bytes: Size, changedAt });
        }
      }
      return files.filter(({ name }) => name !== "");
    });
  }

  async read(stack: string, name: string): Promise<Readable> {
    const object = await this.object(this.key(stack, name));
    if (object?.Body === undefined) {
      throw new BackupFileMissing(this.where, `${stack}/${name}`);
    }
    return this.handedOn(object.Body as Readable);
  }

  /** The same bytes; where they end too early, the stream fails with StoreFailure. */
  private handedOn(body: Readable): Readable {
    const output = new PassThrough();
    finished(body, (error) => {
      if (error) {
        output.destroy(this.failure(error) as Error);
      }
    });
    output.once("close", () => body.destroy());
    return body.pipe(output);
  }

  private async object(key: string): Promise<GetObjectCommandOutput | undefined> {
    const { GetObjectCommand } = await sdk();
    return this.trying(async (client) => {
      try {
        return await client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      } catch (error) {
        if (error instanceof Error && MISSING.has(error.name)) {
          return undefined;
        }
        throw error;
      }
    });
  }

  /** In parts of 8 MiB, two at a time. S3 shows an object only when all of it is there. */
  async write(stack: string, name: string, content: Readable): Promise<void> {
    const key = this.key(stack, name);
    const input = new Watched();
    const { Upload } = await import("@aws-sdk/lib-storage");
    try {
      await this.trying(async (client) => {
        const upload = new Upload({
          client,
          params: {
            Bucket: this.bucket,
            Key: key,
            Body: Readable.from(input.of(content), { objectMode: false }),
          },
          partSize: PART_BYTES,
          queueSize: PARTS_IN_FLIGHT,
          leavePartsOnError: false,
        });
        await upload.done();
      });
    } catch (error) {
      content.destroy();
      throw input.failure ?? error;
    }
  }

  async remove(stack: string, names: readonly string[]): Promise<void> {
    const { DeleteObjectsCommand } = await sdk();
    const keys = names.map((name) => ({ Key: this.key(stack, name) }));
    for (let start = 0; start < keys.length; start += MAX_REMOVED) {
      const Objects = keys.slice(start, start + MAX_REMOVED);
      const { Errors = [] } = await this.trying((client) =>
        client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } })),
      );
      const [first] = Errors;
      if (first !== undefined) {
        throw this.failure(Object.assign(new Error(first.Message), { name: first.Code ?? "" }));
      }
    }
  }

  private key(stack: string, name?: string): string {
    const path = pathInStore(stack, name);
    return this.prefix === "" ? path : `${this.prefix}/${path}`;
  }

  private async trying<T>(action: (client: S3Client) => Promise<T>): Promise<T> {
    this.client ??= connect();
    try {
      return await action(await this.client);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** What S3 or the way to it does not do; anything else is thrown as it is. */
  private failure(error: unknown): unknown {
    if (error instanceof StoreFailure) {
      return error;
    }
    const [code] = UNREACHABLE.exec(`${errorCode(error)} ${error}`) ?? [];
    if (code !== undefined) {
      return new StoreFailure(this.where, `no answer (${code})`, REACH);
    }
    if (!(error instanceof Error)) {
      return error;
    }
    const known = FAILURES[error.name];
    if (known !== undefined) {
      return new StoreFailure(this.where, ...known);
    }
    if (/region is missing/i.test(error.message)) {
      return new StoreFailure(this.where, "no region", "set AWS_REGION");
    }
    return "$metadata" in error || "$fault" in error
      ? new StoreFailure(this.where, `${error.name}: ${error.message}`, "look up what the store means by it")
      : error;
  }
}

/** The package takes half a second to load, and most commands do not need it. */
function sdk() {
  // That a later version of the package will need a later Node.js does not concern whoever makes a backup.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return import("@aws-sdk/client-s3");
}

async function connect(): Promise<S3Client> {
  const { S3Client } = await sdk();
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const config: S3ClientConfig = {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SOCKET_TIMEOUT },
    // Stores that are not Amazon's do not know the newer checksums; ours is in the manifest.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A bucket as a part of the host's name needs a DNS that only Amazon has.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
  };
  return new S3Client(config);
}
