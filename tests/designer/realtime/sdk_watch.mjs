// The published client on a real server: prints each message as a line; ends when its input ends.
// The WebSocket here is just enough for text frames, so that the test needs no package and runs on Node 20.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { DesignerBFFClient } from "../../../sdk/javascript/src/index.js";

const [url, token, channel] = process.argv.slice(2);

class TinySocket {
  readyState = 0;
  #buffer = Buffer.alloc(0);
  #code = 1006;

  constructor(address) {
    const { hostname, port, pathname } = new URL(address);
    const head = [`GET ${pathname} HTTP/1.1`, `Host: ${hostname}:${port}`, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`];
    this.line = connect(Number(port), hostname, () => this.line.write(`${head.join("\r\n")}\r\n\r\n`));
    this.line.on("data", (data) => this.#read(data));
    this.line.on("error", () => {});
    this.line.on("close", () => { this.readyState = 3; this.onclose?.({ code: this.#code }); });
  }

  send(text) { this.#frame(0x81, Buffer.from(text)); }
  close() { this.readyState = 3; this.line.destroy(); }

  #frame(first, data) {
    const mask = randomBytes(4);
    const length = data.length < 126 ? Buffer.from([0x80 | data.length]) : Buffer.from([0xfe, data.length >> 8, data.length & 255]);
    this.line.write(Buffer.concat([Buffer.from([first]), length, mask, data.map((byte, at) => byte ^ mask[at % 4])]));
  }

  #read(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    if (this.readyState === 0) {
      const end = this.#buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#buffer = this.#buffer.subarray(end + 4);
      this.readyState = 1;
      this.onopen?.({});
    }
    while (this.#take());
  }

  #take() {
    const all = this.#buffer;
    if (all.length < 2) return false;
    const short = all[1] & 127;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (all.length < start) return false;
    const size = short === 126 ? all.readUInt16BE(2) : short === 127 ? Number(all.readBigUInt64BE(2)) : short;
    if (all.length < start + size) return false;
    const body = all.subarray(start, start + size);
    this.#buffer = all.subarray(start + size);
    if ((all[0] & 15) === 1) this.onmessage?.({ data: body.toString() });
    if ((all[0] & 15) === 8) this.#code = size >= 2 ? body.readUInt16BE(0) : 1005;
    if ((all[0] & 15) === 8) this.line.end();
    return true;
  }
}

// SOCKETS: so many get through; a proxy that began to block websockets ends each further one.
let left = Number(process.env.SOCKETS ?? Infinity);
function Proxied(address) {
  if (left-- > 0) return new TinySocket(address);
  queueMicrotask(() => this.onclose({ code: 1006 }));
  this.close = () => {};
}

const client = new DesignerBFFClient({ url, token, WebSocket: Proxied, ...(Number.isFinite(left) && { random: () => 0 }) });
client.watch(channel, (message) => console.log(JSON.stringify({ ...message, error: message.error?.code })));
process.stdin.on("end", () => { client.close(); process.exit(0); }).resume();
