#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from the captures in the repository: seeds/<target>/<name>.

A seed of a dissector is a script (see `Script` in src/lib.rs): two bytes of options, then turns of kind, length (two bytes, little end
first) and bytes. A seed of `link` is frames, each behind its length and link type; a seed of `stream` is the script of a connection (`Connection` in
src/connection.rs); a seed of `capture` is a small capture file. Run it when captures or the form of a script change.
"""
import os, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "..", "tests", "captures")
CLIENT, SERVER = 0, 1
MOST = 6000  # bytes of a script: long enough for some exchanges, short enough to mutate well


FILTERS = {
    "field": "response.status >= 500",
    "macro": 'http and request.path.startsWith("/pay")',
    "regex": 'request.path =~ "^/carts/[0-9]+$"',
    "groups": 'not (grpc or websocket) and (src.ip == "10.0.0.1" or dst.port != 80)',
    "headers": 'request.headers["content-type"] contains "json"',
    "escapes": 'request.path == "\\"\\u00e9\\n"',
    "unfinished": 'request.path == "abc',
    "deep": "(" * 200 + "http" + ")" * 200,
    "long": " and ".join(["response.status == 200"] * 100),
}


def frames(path):
    """Link type, then (bytes) of each packet of a classic pcap."""
    with open(path, "rb") as f:
        data = f.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at + 16 <= len(data):
        n = struct.unpack_from(order + "I", data, at + 8)[0]
        yield struct.unpack_from(order + "I", data, 20)[0], data[at + 16 : at + 16 + n]
        at += 16 + n


def segment(link, frame):
    """(source, destination, sequence number, flags, payload) of a TCP packet over Ethernet and IPv4, else None."""
    if link != 1 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return None
    head = (frame[14] & 15) * 4
    ip = frame[14 : 14 + struct.unpack_from(">H", frame, 16)[0]]
    tcp = ip[head:]
    if len(tcp) < 20:
        return None
    ports = struct.unpack_from(">HH", tcp)
    return (ip[12:16], ports[0]), (ip[16:20], ports[1]), struct.unpack_from(">I", tcp, 4)[0], tcp[13], tcp[(tcp[12] >> 4) * 4 :]


def conversations(path):
    """The turns of each connection whose beginning was captured, in order, without what was sent again."""
    found = {}
    for link, frame in frames(path):
        seg = segment(link, frame)
        if not seg:
            continue
        source, to, seq, flags, payload = seg
        if flags & 0x12 == 0x02:
            found[(source, to)] = {"next": {source: seq + 1}, "turns": []}
            continue
        key = (source, to) if (source, to) in found else (to, source)
        if key not in found:
            continue
        talk = found[key]
        if flags & 0x02:
            talk["next"][source] = seq + 1
        elif payload and talk["next"].get(source) == seq:
            talk["next"][source] = (seq + len(payload)) & 0xFFFFFFFF
            talk["turns"].append((CLIENT if source == key[0] else SERVER, payload))
    return [t["turns"] for t in found.values() if t["turns"]]


def script(turns):
    out = bytearray([7, 0])
    for side, payload in turns:
        for at in range(0, len(payload), 1400):
            part = payload[at : at + 1400]
            if len(out) + 3 + len(part) > MOST:
                return bytes(out)
            out += struct.pack("<BH", side, len(part)) + part
    return bytes(out)


def write(target, name, data):
    folder = os.path.join(HERE, "seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def scripts(target, folder, most=3):
    for name in sorted(os.listdir(os.path.join(CAPTURES, folder))):
        if name.endswith(".pcap"):
            for n, turns in enumerate(sorted(conversations(os.path.join(CAPTURES, folder, name)), key=len, reverse=True)[:most]):
                if target == "websocket":  # begins behind the handshake, which the target says itself
                    turns = turns[2:]
                write(target, "%s-%s-%d" % (folder, name[:-5], n), script(turns))


def mac(kind, payload):
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02" + struct.pack(">H", kind) + payload


def ip4(protocol, payload, flags=0, ident=1):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, flags, 64, protocol, 0, b"\x0a\0\0\x01", b"\x0a\0\0\x02") + payload


def ip6(protocol, payload):
    return struct.pack(">IHBB16s16s", 0x60000000, len(payload), protocol, 64, b"\xfd" + b"\0" * 14 + b"\x01", b"\xfd" + b"\0" * 14 + b"\x02") + payload


def links():
    get = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    tcp = struct.pack(">HHIIBBHHH", 40000, 80, 1, 1, 0x50, 0x18, 1024, 0, 0) + get
    inner = mac(0x0800, ip4(6, tcp))
    udp = lambda port, body: struct.pack(">HHHH", 50000, port, 8 + len(body), 0) + body
    vxlan, geneve = b"\x08\0\0\0\0\0\x2a\0" + inner, b"\0\0\x65\x58\0\0\x2a\0" + inner
    made = {
        "ethernet": (1, inner),
        "ipv6": (1, mac(0x86DD, ip6(6, tcp))),
        "ipv6-hop-by-hop": (1, mac(0x86DD, ip6(0, b"\x06\0" + b"\x01\x04\0\0\0\0" + tcp))),
        "ipv6-fragments": (
            1,
            mac(0x86DD, ip6(44, b"\x06\0\0\x01\0\0\0\x07" + tcp[:24])),
            mac(0x86DD, ip6(44, b"\x06\0\0\x18\0\0\0\x07" + tcp[24:])),
        ),
        "vlan": (1, mac(0x8100, b"\0\x64\x08\0" + ip4(6, tcp))),
        "qinq": (1, mac(0x88A8, b"\0\x64\x81\0\0\x65\x08\0" + ip4(6, tcp))),
        "mpls": (1, mac(0x8847, b"\0\0\x11\x40" + ip4(6, tcp))),
        "pppoe": (1, mac(0x8864, b"\x11\0\0\x01" + struct.pack(">H", 2 + 20 + len(tcp)) + b"\0\x21" + ip4(6, tcp))),
        "fragments": (1, mac(0x0800, ip4(6, tcp[24:], 3)), mac(0x0800, ip4(6, tcp[:24], 0x2000))),
        "vxlan": (1, mac(0x0800, ip4(17, udp(4789, vxlan)))),
        "geneve": (1, mac(0x0800, ip4(17, udp(6081, geneve)))),
        "gre": (1, mac(0x0800, ip4(47, b"\0\0\x08\0" + ip4(6, tcp)))),
        "gre-ethernet-key": (1, mac(0x0800, ip4(47, b"\x20\0\x65\x58\0\0\0\x2a" + inner))),
        "ip-in-ip": (1, mac(0x0800, ip4(4, ip4(6, tcp)))),
        "ip6-in-ip": (1, mac(0x0800, ip4(41, ip6(6, tcp)))),
        "raw-ip": (101, ip4(6, tcp)),
        "null": (0, b"\x02\0\0\0" + ip4(6, tcp)),
        "loop": (108, b"\0\0\0\x02" + ip4(6, tcp)),
        "cooked": (113, b"\0\0\0\x01\0\x06\x02\0\0\0\0\x01\0\0\x08\0" + ip4(6, tcp)),
        "cooked2": (276, b"\x08\0\0\0\0\0\0\x01\0\x01\0\x06\x02\0\0\0\0\x01\0\0" + ip4(6, tcp)),
    }
    for name, (link, *several) in made.items():
        write("link", name, b"".join(struct.pack("<HH", len(f), link) + f for f in several))
    return inner


def captures(frame):
    for name, order, magic in (("little", "<", 0xA1B2C3D4), ("big", ">", 0xA1B2C3D4), ("nano", "<", 0xA1B23C4D)):
        head = struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 262144, 1)
        record = struct.pack(order + "IIII", 1, 2, len(frame), len(frame)) + frame
        write("capture", name, head + record * 2)
    block = lambda kind, body: struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))
    padded = lambda data: data + b"\0" * (-len(data) % 4)
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(1, struct.pack("<HHI", 1, 0, 262144) + struct.pack("<HH", 2, 3) + b"lo\0\0" + struct.pack("<HHBxxx", 9, 1, 9) + struct.pack("<HH", 0, 0))
    packet = block(6, struct.pack("<IIIII", 0, 0, 1, len(frame), len(frame)) + padded(frame))
    simple = block(3, struct.pack("<I", len(frame)) + padded(frame))
    secrets = block(10, struct.pack("<II", 0x544C534B, 12) + b"CLIENT_RANDO")
    write("capture", "ng", section + interface + packet + simple + secrets + packet)
    write("capture", "ng-two-sections", (section + interface + packet) * 2)


def streams():
    request, response, lost, twice, late = 0, 1, 2, 4, 6
    turn = bytes([request, 0, response, 0])
    write("stream", "in-order", b"\1" + turn * 20)
    write("stream", "midstream", b"\0" + turn * 20)
    write("stream", "pipelined", b"\1" + bytes([request, 0]) * 10 + bytes([response, 0]) * 10)
    write("stream", "small-segments", b"\1" + (bytes([request, 3]) * 4 + bytes([response, 2]) * 4) * 10)
    write("stream", "request-lost", b"\1" + turn * 3 + bytes([request | lost, 0, response, 0]) + turn * 5)
    write("stream", "response-lost", b"\1" + turn * 3 + bytes([request, 0, response | lost, 0]) + turn * 5)
    write("stream", "both-lost-pipelined", b"\1" + bytes([request, 0, request | lost, 0, request, 0, response, 0, response | lost, 0, response, 0]) * 4)
    write("stream", "twice", b"\1" + bytes([request | twice | 3 << 3, 0, response | twice | 5 << 3, 0]) * 10)
    write("stream", "late", b"\1" + bytes([request | late | 4 << 3, 0, response, 0]) * 10)


def header_blocks():
    # RFC 7541, appendix C.3 to C.6: requests and responses, without and with Huffman coding, on one dynamic table each.
    examples = {
        "c3-requests": ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
                        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"],
        "c4-requests-huffman": ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"],
        "c2-literals": ["400a637573746f6d2d6b65790d637573746f6d2d686561646572", "040c2f73616d706c652f70617468", "100870617373776f726406736563726574", "82"],
        "table-size": ["3fe11f828684", "20828684", "3fe1ffffff0f82"],
        "damaged": ["ffffffffff", "418cf1e3c2e5f23a6ba0ab90f400", "c0", "80"],
    }
    for name, blocks in examples.items():
        write("hpack", name, b"".join(bytes([len(b) // 2]) + bytes.fromhex(b) for b in blocks))


def batches():
    golden = os.path.join(HERE, "..", "..", "entry", "tests", "golden")
    for name in sorted(os.listdir(golden)):
        if name.endswith(".bin"):
            with open(os.path.join(golden, name), "rb") as f:
                write("wire", name[:-4], f.read())


if __name__ == "__main__":
    scripts("http1", "http1")
    scripts("http2", "http2")
    scripts("http2", "grpc", 2)
    scripts("websocket", "websocket")
    captures(links())
    header_blocks()
    batches()
    streams()
    for name, text in FILTERS.items():
        write("filter", name, text.encode())
    print(sum(len(f) for _, _, f in os.walk(os.path.join(HERE, "seeds"))), "seeds", file=sys.stderr)
