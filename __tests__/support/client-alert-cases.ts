import { type AlertCase, gone, grow, hold } from "./alert-case";

const SESSIONS = { stack: "sessions" } as const;

const levels = (warning: string, critical: string) => `Warning above ${warning}, critical above ${critical}.`;
const connected = (count: number) =>
  `${count} clients are connected, the exporter among them; maxclients is 3542. ${levels("100", "500")}`;
const rejected = (count: number) =>
  `${count} connections were rejected in the last 5 minutes that the exporter saw, since maxclients (3542) was reached.`;
const blocked = (count: number) =>
  `${count} clients wait in BLPOP, XREAD or the like, which no client of this service should. ${levels("0", "10")}`;

/** Whether clients are connected, rejected, or wait. */
export const clientAlertCases: readonly AlertCase[] = [
  {
    ...SESSIONS,
    alert: "RedisConnectedClientsHigh",
    name: "warns above 100, is critical above 500, and resolves below",
    series: {
      redis_connected_clients: [hold(100, 10), hold(101, 10), hold(500, 10), hold(501, 10), hold(20, 5)],
    },
    at: {
      10: {},
      15: { warning: connected(101) },
      29: { warning: connected(500) },
      35: { warning: connected(501), critical: connected(501) },
      40: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisConnectedClientsHigh",
    name: "is quiet while a deploy connects twice as many for four minutes",
    series: { redis_connected_clients: [hold(60, 5), hold(120, 4), hold(60, 5)] },
    at: { 9: {}, 12: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "fires at once, and resolves five minutes after the last",
    series: { redis_rejected_connections_total: [hold(3, 5), grow(3, 1, 5), hold(303, 10)] },
    at: {
      4.75: {},
      10: {
        critical: rejected(300),
      },
      15.5: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "fires for five minutes when the exporter is let in again, which was rejected for ten",
    series: { redis_rejected_connections_total: [hold(3, 5), gone(10), hold(403, 20)] },
    at: { 4.75: {}, 10: {}, 15: { critical: rejected(400) }, 19.75: { critical: rejected(400) }, 20.25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "fires for those at the start of Redis, fewer than there were before it",
    series: {
      redis_rejected_connections_total: [hold(403, 5), gone(10), hold(40, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 5), gone(10), grow(10, 1, 20)],
    },
    at: { 4: {}, 15: { critical: rejected(40) }, 19.75: { critical: rejected(40) }, 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "is quiet when the exporter was away and nobody was rejected, and when Redis has started anew",
    series: { redis_rejected_connections_total: [hold(403, 5), gone(10), hold(403, 6), hold(0, 20)] },
    at: { 15: {}, 22: {}, 30: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "is quiet for connections that were rejected long ago",
    series: { redis_rejected_connections_total: [hold(3, 20)] },
    at: { 10: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBlockedClientsHigh",
    name: "warns above 0, is critical above 10, and resolves",
    series: { redis_blocked_clients: [hold(0, 10), hold(1, 10), hold(10, 10), hold(11, 10), hold(0, 5)] },
    at: {
      10: {},
      15: { warning: blocked(1) },
      29: { warning: blocked(10) },
      35: { warning: blocked(11), critical: blocked(11) },
      40: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisBlockedClientsHigh",
    name: "is quiet for four minutes of one",
    series: { redis_blocked_clients: [hold(1, 4), hold(0, 5)] },
    at: { 4: {}, 8: {} },
  },
  {
    stack: "queue",
    alert: "RedisBlockedClientsHigh",
    name: "is not there for a queue, whose workers wait in BLPOP",
    series: { redis_blocked_clients: [hold(1, 5), hold(40, 20)] },
    at: { 20: {} },
  },
];
