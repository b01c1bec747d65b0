import { hitRatioOf, infoGroup, infoNumber, parseInfo, partNumber } from "../../../ops/look/info";

const info = parseInfo(
  "# Stats\r\nused_memory:1024\r\nmem_fragmentation_ratio:1.25\r\nredis_version:7.0.15\r\n\r\n" +
    "executable:/usr/bin:/x\r\ncmdstat_get:calls=2,usec=10\r\ncmdstat_config|get:calls=1,usec=5\r\n",
);

test("fields of INFO, as text and as numbers", () => {
  expect([info.get("redis_version"), info.get("executable"), info.get("# Stats")]).toEqual([
    "7.0.15",
    "/usr/bin:/x",
    undefined,
  ]);
  expect(infoNumber(info, "used_memory")).toBe(1024);
  expect(infoNumber(info, "mem_fragmentation_ratio")).toBe(1.25);
  expect(infoNumber(info, "redis_version")).toBeUndefined();
  expect(infoNumber(info, "nothing")).toBeUndefined();
});

test("fields of several parts", () => {
  expect([...infoGroup(info, "cmdstat_").keys()]).toEqual(["get", "config|get"]);
  expect(partNumber(infoGroup(info, "cmdstat_").get("get") ?? new Map(), "usec")).toBe(10);
  expect(partNumber(new Map(), "usec")).toBeUndefined();
});

test("without a read there is no share of reads", () => {
  expect([hitRatioOf(0, 0), hitRatioOf(3, 1), hitRatioOf(0, 1)]).toEqual([undefined, 0.75, 0]);
});
