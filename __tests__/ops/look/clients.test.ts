import { groupClients, LEAK, leaksIn, parseClients } from "../../../ops/look/clients";

const line = (id: number, more = "") =>
  `id=${id} addr=10.0.0.5:${50_000 + id} laddr=10.0.0.2:6379 fd=8 name=shop age=900 idle=301 flags=N db=0 sub=0 qbuf=0 omem=7 tot-mem=2048 cmd=get user=default ${more}`;
const lines = (count: number, more = "") =>
  Array.from({ length: count }, (_, id) => line(id, more)).join("\n");

test("a line of CLIENT LIST, and our own connection left out", () => {
  expect(parseClients(`${line(1, "lib-name=redis-py lib-ver=5.0")}\n${line(2)}\n`, "2")).toEqual([
    {
      id: "1",
      host: "10.0.0.5",
      name: "shop",
      user: "default",
      library: "redis-py 5.0",
      database: 0,
      age: 900,
      idle: 301,
      command: "get",
      isBlocked: false,
      isWaiting: false,
      memoryBytes: 2048,
      outputBytes: 7,
      isInternal: false,
    },
  ]);
});

test.each(["health", "exporter", "backup", "ops"])("user %s is our own", (user) => {
  const [client] = parseClients(line(1).replace("user=default", `user=${user}`));
  expect(client?.isInternal).toBe(true);
});

test("one more than ten that were idle for more than five minutes is a leak", () => {
  const leaks = (text: string) => leaksIn(groupClients(parseClients(text), "count"));
  expect(leaks(lines(LEAK.connections))).toEqual([]);
  expect(leaks(lines(LEAK.connections + 1))).toMatchObject([
    { host: "10.0.0.5", name: "shop", idleLong: 11 },
  ]);
  expect(leaks(lines(20).replaceAll("idle=301", "idle=300"))).toEqual([]);
  expect(leaks(lines(20).replaceAll("flags=N", "flags=P"))).toEqual([]);
  expect(leaks(lines(20).replaceAll("user=default", "user=exporter"))).toEqual([]);
});

test("groups say how many, how old, how much memory and who is blocked by what, in the order that was asked for", () => {
  const text = [
    ...["flags=b", "flags=b", "flags=N"].map((flags, id) =>
      line(id).replace("flags=N", flags).replace("cmd=get", "cmd=blpop"),
    ),
    line(9).replace("10.0.0.5", "10.0.0.6").replace("tot-mem=2048", "tot-mem=99999"),
  ].join("\n");
  const clients = parseClients(text);
  expect(groupClients(clients, "count")).toMatchObject([
    {
      host: "10.0.0.5",
      count: 3,
      oldest: 900,
      idlest: 301,
      memoryBytes: 6144,
      outputBytes: 21,
      blocked: { blpop: 2 },
    },
    { host: "10.0.0.6", count: 1, blocked: {} },
  ]);
  expect(groupClients(clients, "memory").map(({ host }) => host)).toEqual(["10.0.0.6", "10.0.0.5"]);
});
