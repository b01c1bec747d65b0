/** Addresses that stand for every address of the host. */
const WILDCARDS = ["0.0.0.0", "::"];

/** Whether only the host itself reaches what is published on `address`. */
export function isLoopback(address: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(address) || address === "::1";
}

/** Address and port by which the host itself reaches what is published on `address`, as a URL has it. */
export function addressFromHost(address: string, port: number): string {
  const own = WILDCARDS.includes(address) ? "127.0.0.1" : address;
  return own.includes(":") ? `[${own}]:${port}` : `${own}:${port}`;
}
