import { Duration } from "../../../core/duration";
import { diskWants } from "../../../ops/doctor/disk-wants";
import { insideFacts } from "../../../ops/doctor/host-facts";
import { memoryWanted } from "../../../ops/doctor/memory-wanted";
import { shopStack } from "../../support/stack-fixtures";

const MIB = 1024 ** 2;

test("what the container prints is read, and volumes of one file system are one disk", () => {
  const text = [
    "overcommit_memory=0 ",
    "transparent_hugepage=always [madvise] never ",
    "somaxconn=4096 ",
    "nofile=20000",
    "MemAvailable=1024",
    "SwapTotal=0",
    "disk=/probe/0 used=8 total=100 available=50 device=/dev/sda1",
    "disk=/probe/1 used= total=200 available=60 device=tank/a b",
    "disk=/probe/new used=4 total=100 available=50 device=/dev/sda1",
    "",
  ].join("\n");
  const mounted = [
    { directory: "/probe/0", names: ["data"] },
    { directory: "/probe/1", names: ["copies"] },
    { directory: "/probe/new", names: ["one", "two"] },
  ];
  expect(insideFacts(text, mounted)).toEqual({
    overcommitMemory: 0,
    transparentHugepage: "madvise",
    somaxconn: 4096,
    nofile: 20_000,
    memAvailable: MIB,
    swapTotal: 0,
    disks: [
      {
        device: "/dev/sda1",
        total: 102_400,
        available: 51_200,
        volumes: [
          { name: "data", used: 8192 },
          { name: "one", used: 4096 },
          { name: "two", used: 4096 },
        ],
      },
      { device: "tank/a b", total: 204_800, available: 61_440, volumes: [{ name: "copies", used: 0 }] },
    ],
  });
});

test("what a host does not have is not known, and no limit is infinite", () => {
  expect(insideFacts("overcommit_memory=\nsomaxconn=many\nnofile=unlimited\n", [])).toEqual({
    overcommitMemory: undefined,
    transparentHugepage: undefined,
    somaxconn: undefined,
    nofile: Number.POSITIVE_INFINITY,
    memAvailable: undefined,
    swapTotal: undefined,
    disks: [],
  });
});

test("data wants a file, its growth and the next one; backups as many as are kept, and one more", () => {
  const { props } = shopStack("dev");
  const { server, backups, dataVolume } = props;
  const persistence = { ...server.persistence, autoAofRewritePercentage: 50, save: [] };
  const schedule = {
    containerName: "shop-backup",
    volumeName: "copies",
    every: Duration.parse("6 h"),
    keepLast: 3,
    keepFor: Duration.parse("0 s"),
  };
  const wants = (own: object, scheduled: object = {}) =>
    diskWants({
      ...props,
      server: { ...server, persistence: { ...persistence, ...own } },
      backups: { ...backups, schedule: { ...schedule, ...scheduled } },
    }).map(({ volume, bytes }) => [volume, bytes / MIB]);
  const data = dataVolume.name;
  expect(wants({})).toEqual([
    [data, 2 * 256 + 128],
    ["copies", 4 * 256],
  ]);
  // The smallest growth before a rewrite is 64 MiB.
  expect(wants({ autoAofRewritePercentage: 10 })[0]).toEqual([data, 2 * 256 + 64]);
  expect(wants({ save: [{ after: Duration.parse("1 min"), changes: 1 }] })[0]).toEqual([data, 4 * 256 + 128]);
  expect(wants({ appendonly: false })).toEqual([["copies", 4 * 256]]);
  expect(wants({}, { keepFor: Duration.parse("25 h") })[1]).toEqual(["copies", 6 * 256]);
});

test("Prometheus wants a GiB of disk, and its limit of memory", () => {
  const { props } = shopStack("prod", { deployment: { prometheus: { hostPort: 9090 } } });
  const { prometheus: _, ...without } = props;
  const volume = `${props.server.containerName}-prometheus`;
  expect(diskWants(props)).toEqual([...diskWants(without), { volume, bytes: 1024 * MIB }]);
  expect(memoryWanted(props) - memoryWanted(without)).toBe(256 * MIB);
});
