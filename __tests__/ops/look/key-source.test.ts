import { keySource } from "../../../ops/look/memory-keys";

test("an error of Redis in a batch is no number", async () => {
  const source = keySource({
    batch: async () => [new Error("LOADING Redis is loading the dataset in memory")],
  });
  await expect(source.size()).rejects.toThrow("LOADING Redis is loading the dataset in memory");
});

test("keys that are gone, or go while they are measured, are left out", async () => {
  const source = keySource({
    batch: async () => [
      100,
      Buffer.from("string"),
      -1,
      null,
      Buffer.from("none"),
      -2,
      50,
      Buffer.from("none"),
      -2,
    ],
  });
  const [key, ...others] = ["a", "b", "c"].map((name) => Buffer.from(name)) as [Buffer, ...Buffer[]];
  expect(await source.measure([key, ...others])).toEqual([
    { key, bytes: 100, type: "string", ttlMs: undefined },
  ]);
});
