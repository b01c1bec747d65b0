import { PassThrough } from "node:stream";
import { ConnectionLost, Wire } from "../../../ops/keys/wire";

let server: PassThrough;
let wire: Wire;
let waits: number;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  server = new PassThrough();
  waits = 0;
  wire = new Wire(new PassThrough(), server, () => {
    waits += 1;
  });
});

afterEach(() => {
  wire.destroy();
  jest.useRealTimers();
});

const LOST = new ConnectionLost("no answer from Redis for 30 s");

test("a server that says nothing for 30 s is given up, with every batch that waits", async () => {
  const batches = Promise.allSettled([wire.batch([["PING"], ["PING"]]), wire.batch([["PING"]])]);
  await jest.advanceTimersByTimeAsync(29_999);
  expect([waits, wire.destroyed]).toEqual([1, false]);
  await jest.advanceTimersByTimeAsync(1);
  expect(await batches).toEqual([
    { status: "rejected", reason: LOST },
    { status: "rejected", reason: LOST },
  ]);
  expect(wire.destroyed).toBe(true);
  await expect(wire.batch([["PING"]])).rejects.toEqual(new ConnectionLost());
  expect(jest.getTimerCount()).toBe(0);
});

test("it is said after 5 s that this waits, and again only after the next byte", async () => {
  const batch = wire.batch([["PING"], ["PING"]]);
  await jest.advanceTimersByTimeAsync(4999);
  expect(waits).toBe(0);
  await jest.advanceTimersByTimeAsync(20_000);
  expect(waits).toBe(1);
  server.write("+PONG\r\n");
  await jest.advanceTimersByTimeAsync(29_000);
  expect(waits).toBe(2);
  server.write("+PONG\r\n");
  expect(await batch).toEqual([Buffer.from("PONG"), Buffer.from("PONG")]);
  expect(jest.getTimerCount()).toBe(0);
});

test("nobody is late while no reply is due", async () => {
  const batch = wire.batch([["PING"]]);
  server.write("+PONG\r\n");
  await batch;
  await jest.advanceTimersByTimeAsync(60_000);
  expect([waits, wire.destroyed]).toEqual([0, false]);
});

test("a connection that ends is not one that is silent", async () => {
  const batch = wire.batch([["PING"]]);
  server.end();
  await expect(batch).rejects.toEqual(new ConnectionLost());
  expect(jest.getTimerCount()).toBe(0);
});
