// The package has no types.
const S3rver = require("s3rver");

/** Runs `use` while a store that speaks S3 listens on loopback and the AWS variables of this process lead to it. */
export async function withS3<T>(directory: string, bucket: string, use: () => Promise<T>): Promise<T> {
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "S3RVER",
    AWS_SECRET_ACCESS_KEY: "S3RVER",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
  try {
    return await use();
  } finally {
    process.env = before;
    await server.close();
  }
}
