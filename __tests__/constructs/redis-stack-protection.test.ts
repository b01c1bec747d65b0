import { containerOf, labelOf, synthShop } from "../support/synthesized-stack";

const LABEL = "redis-on-docker.data-volume";

it("labels the server of a protected volume, so that the next deploy can tell that the protection goes", () => {
  const protectedStack = synthShop("prod");
  expect(labelOf(containerOf(protectedStack), LABEL)).toBe("protected");
  expect(labelOf(containerOf(protectedStack, "redis_exporter"), LABEL)).toBeUndefined();
  expect(labelOf(containerOf(synthShop("dev")), LABEL)).toBeUndefined();
});
