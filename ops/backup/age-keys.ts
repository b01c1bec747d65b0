const CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** 32 bytes are 52 characters, and the checksum 6. */
const DATA_LENGTH = 58;

/** Whether `text` is a public key of age: `age1…`, X25519, whose checksum is right. */
export function isRecipient(text: string): boolean {
  return text.startsWith("age1") && isBech32("age", text.slice("age1".length));
}

/** Whether `text` is a secret key of age: `AGE-SECRET-KEY-1…`, X25519, whose checksum is right. */
export function isIdentity(text: string): boolean {
  const prefix = "AGE-SECRET-KEY-1";
  return (
    text.startsWith(prefix) &&
    text === text.toUpperCase() &&
    isBech32("age-secret-key-", text.slice(prefix.length).toLowerCase())
  );
}

/** BIP 173. */
function isBech32(prefix: string, data: string): boolean {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  const values = [...data].map((character) => CHARACTERS.indexOf(character));
  const all = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values];
  return data.length === DATA_LENGTH && !values.includes(-1) && checksum(all) === 1;
}

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const shifted = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATORS.reduce(
      (next, generator, bit) => (((sum >>> (25 + bit)) & 1) === 1 ? next ^ generator : next),
      shifted,
    );
  }, 1);
}
