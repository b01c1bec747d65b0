/** A backup that is not what its manifest says: checksum, size, decompression or decryption does not fit. */
export class DamagedBackup extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "DamagedBackup";
  }
}
