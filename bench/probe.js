// A client of its own that sends PING to a Unix socket, one each millisecond, until SIGTERM: then prints how long the answers
// took, in ms, as JSON. Usage: node probe.js SOCKET
const { connect } = require("node:net");

const PING = Buffer.from("*1\r\n$4\r\nPING\r\n");
const taken = [];
let sentAt = 0;
let isOver = false;

const now = () => performance.now();
const socket = connect(process.argv[2]);
const send = () => {
  if (isOver) {
    tell();
    return;
  }
  sentAt = now();
  socket.write(PING);
};
socket.on("connect", send).on("data", () => {
  taken.push(now() - sentAt);
  setTimeout(send, 1);
});
process.on("SIGTERM", () => {
  isOver = true;
});

function tell() {
  taken.sort((one, other) => one - other);
  const at = (share) =>
    Number(taken[Math.min(taken.length - 1, Math.floor(share * taken.length))].toFixed(2));
  console.log(
    JSON.stringify({ pings: taken.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), worst: at(1) }),
  );
  process.exit();
}
