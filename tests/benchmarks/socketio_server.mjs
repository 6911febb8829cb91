// Socket.IO as its documentation shows it: one room, no adapter, nothing kept. Each line of its input is an event.
// Run in a folder in which it is installed: node socketio_server.mjs PORT; prints "ready" when it listens.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const { Server } = createRequire(join(process.cwd(), "here.js"))("socket.io");
const http = createServer();
const io = new Server(http, { serveClient: false });
io.on("connection", (socket) => { socket.join("room"); socket.emit("subscribed"); });
createInterface({ input: process.stdin }).on("line", (line) => io.to("room").emit("event", JSON.parse(line)));
http.listen(Number(process.argv[2]), "127.0.0.1", 4096, () => console.log("ready"));
