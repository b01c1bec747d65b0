/** Names of fields whose values let somebody in. */
const SECRET =
  /token|secret|passw|passphrase|passcode|csrf|xsrf|cookie|credential|signature|bearer|authori[sz]ation|jwt|otp|api.?key|private.?key|session.?(id|key)|^(pin|pw|pwd|key|sid|auth|nonce|code)$/i;

/** What stands in the place of a secret. */
export const MASK = "(hidden; --reveal shows it)";

/** The same with the mask in place of every value whose name looks like a secret's, however deep. Bytes are told by length. */
export function maskSecrets(value: unknown, isRevealed: boolean): unknown {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof Uint8Array) {
    return `(${value.length} bytes)`;
  }
  if (typeof value === "bigint") {
    return `${value}`;
  }
  if (Array.isArray(value)) {
    return value.map((one) => maskSecrets(one, isRevealed));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      !isRevealed && SECRET.test(name) && one !== null ? MASK : maskSecrets(one, isRevealed),
    ]),
  );
}
