import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";

/** The archive has something else in it than the files of one append-only set. */
export class NotAnAof extends Error {}

const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * The archive of an append-only set without its folder, so that it can be unpacked into any. Only plain files with plain
 * names pass: nothing in it can reach a place outside of the folder. Its manifest gets the name that every server here reads.
 */
export function repackAof(archive: Readable): Readable {
  const extract = tar.extract();
  const pack = tar.pack();
  const received = pipeline(archive, extract);
  received.catch((error: Error) => pack.destroy(error));
  let manifest: string | undefined;
  const repacked = (async () => {
    for await (const entry of extract) {
      const { name, type, size = 0 } = entry.header;
      const [file = "", ...folders] = name.replace(/^\.\//, "").split("/").reverse();
      if (type === "directory") {
        entry.resume();
        continue;
      }
      if (type !== "file" || folders.length > 1 || folders[0] === ".." || !FILE_NAME.test(file)) {
        throw new NotAnAof(`got ${type ?? "nothing"} ${JSON.stringify(name)}, expected files of one folder`);
      }
      const isManifest = file.endsWith(".manifest");
      if (isManifest && manifest !== undefined) {
        throw new NotAnAof(
          `got ${JSON.stringify(manifest)} and ${JSON.stringify(name)}, expected one manifest`,
        );
      }
      manifest = isManifest ? name : manifest;
      const target = pack.entry({
        name: isManifest ? "appendonly.aof.manifest" : file,
        size,
        mode: 0o600,
        mtime: new Date(0),
      });
      await pipeline(entry, target);
    }
    await received;
    pack.finalize();
  })();
  repacked.catch((error: Error) => pack.destroy(error));
  return Readable.from(pack, { objectMode: false });
}
