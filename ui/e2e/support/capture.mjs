// Captures made on the spot: HTTP/1.1 calls on kept-alive connections, as a pcap file of raw IP packets.
import { open } from "node:fs/promises";

const PER_CONNECTION = 500;
const CHUNK = 4 << 20;

/** Writes `count` calls that begin at `from` and are `every` microseconds apart. One in 100 answers 404, one in 1,000 500. */
export async function writeCalls(path, { count, from, every }) {
  const file = await open(path, "w");
  const writer = new Writer(file);
  await writer.header();
  for (let call = 0; call < count; call += 1) {
    const number = Math.floor(call / PER_CONNECTION);
    const stream =
      call % PER_CONNECTION === 0 ? await connect(writer, number, from * 1000 + call * every) : writer.stream;
    writer.stream = stream;
    const at = from * 1000 + call * every;
    const status = call % 1000 === 999 ? "500 Internal Server Error" : call % 100 === 99 ? "404 Not Found" : "200 OK";
    await writer.segment(stream.client, stream.server, `GET /calls/${call} HTTP/1.1\r\nHost: seed\r\n\r\n`, at);
    await writer.segment(stream.server, stream.client, `HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nok`, at + 40);
  }
  await writer.flush();
  await file.close();
}

async function connect(writer, number, at) {
  const ip = [10, 1, (number >> 8) & 255, number & 255];
  const client = { ip, port: 20_000 + (number % 40_000), seq: 1000 };
  const server = { ip: [10, 2, 0, 1], port: 80, seq: 5000 };
  await writer.packet(client, server, 0x02, "", at - 30);
  client.seq += 1;
  await writer.packet(server, client, 0x12, "", at - 20);
  server.seq += 1;
  await writer.packet(client, server, 0x10, "", at - 10);
  return { client, server };
}

class Writer {
  constructor(file) {
    this.file = file;
    this.buffer = Buffer.alloc(CHUNK + 65_536);
    this.used = 0;
  }
  async header() {
    this.buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.buffer.writeUInt16LE(2, 4);
    this.buffer.writeUInt16LE(4, 6);
    this.buffer.writeUInt32LE(65_535, 16);
    this.buffer.writeUInt32LE(101, 20); // LINKTYPE_RAW: the packets begin with IP
    this.used = 24;
  }
  async segment(from, to, text, at) {
    await this.packet(from, to, 0x18, text, at);
    from.seq += text.length;
  }
  async packet(from, to, flags, text, at) {
    const length = 40 + text.length;
    const out = this.buffer;
    let o = this.used;
    out.writeUInt32LE(Math.floor(at / 1e6), o);
    out.writeUInt32LE(at % 1e6, o + 4);
    out.writeUInt32LE(length, o + 8);
    out.writeUInt32LE(length, o + 12);
    o += 16;
    out.fill(0, o, o + 40);
    out[o] = 0x45;
    out.writeUInt16BE(length, o + 2);
    out[o + 8] = 64;
    out[o + 9] = 6;
    out.set(from.ip, o + 12);
    out.set(to.ip, o + 16);
    o += 20;
    out.writeUInt16BE(from.port, o);
    out.writeUInt16BE(to.port, o + 2);
    out.writeUInt32BE(from.seq, o + 4);
    out.writeUInt32BE(flags === 0x02 ? 0 : to.seq, o + 8);
    out[o + 12] = 0x50;
    out[o + 13] = flags;
    out.writeUInt16BE(65_535, o + 14);
    o += 20;
    o += out.latin1Write(text, o);
    this.used = o;
    if (o >= CHUNK) await this.flush();
  }
  async flush() {
    await this.file.write(this.buffer, 0, this.used);
    this.used = 0;
  }
}
