/**
 * Addresses that stand for every address of the host, and how the host itself reaches what is published there. Docker
 * 20.10 was seen to answer only IPv6 on `::`, and only IPv4 on `0.0.0.0`.
 */
const WILDCARDS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Whether only the host itself reaches what is published on `address`. */
export function isLoopback(address: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(address) || address === "::1";
}

/** Whether `address`, in its shortest spelling, is one of multicast (224.0.0.0/4, ff00::/8) or the one of broadcast. */
export function isForMany(address: string): boolean {
  return /^2(2[4-9]|3\d)\./.test(address) || address === "255.255.255.255" || /^ff[\da-f]{2}:/.test(address);
}

/** The address by which the host itself reaches what is published on `address`. */
export function hostFromHost(address: string): string {
  return WILDCARDS[address] ?? address;
}

/** Address and port by which the host itself reaches what is published on `address`, as a URL has it. */
export function addressFromHost(address: string, port: number): string {
  const host = hostFromHost(address);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * An IPv4 or IPv6 address as Docker reports it, in its shortest spelling: `0:0:0:0:0:0:0:1` is `::1`, and
 * `::ffff:127.0.0.1` is `127.0.0.1`. Any other spelling would be planned as a change for ever.
 */
export function shortestAddress(address: string): string {
  if (!address.includes(":")) {
    return address;
  }
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(shortest);
  return mapped === null
    ? shortest
    : mapped
        .slice(1)
        .map((group) => Number.parseInt(group, 16))
        .flatMap((group) => [group >> 8, group & 255])
        .join(".");
}
