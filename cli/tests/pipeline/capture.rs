//! Capture files made on the spot: one HTTP exchange for each of so many connections, as Ethernet frames in pcap.

/// A pcap (µs, little endian) of `connections` connections with one `GET /item/N` each.
pub(crate) fn pcap(connections: u16) -> Vec<u8> {
    let mut file =
        Vec::from(*b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\x00\x00\x01\x00\x00\x00");
    let mut at = 1_700_000_000_000_000_u64;
    for n in 0..connections {
        let request = format!("GET /item/{n} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\ntea";
        let port = 20_000 + n;
        let (asked, answered) = (1 + request.len() as u32, 1 + answer.len() as u32);
        for (from_client, flags, seq, ack, data) in [
            (true, 0x02, 0, 0, ""),
            (false, 0x12, 0, 1, ""),
            (true, 0x10, 1, 1, ""),
            (true, 0x18, 1, 1, request.as_str()),
            (false, 0x18, 1, asked, answer),
            (true, 0x11, asked, answered, ""),
            (false, 0x11, answered, asked + 1, ""),
            (true, 0x10, asked + 1, answered + 1, ""),
        ] {
            at += 100;
            let frame = frame(from_client, port, flags, seq, ack, data.as_bytes());
            for number in
                [(at / 1_000_000) as u32, (at % 1_000_000) as u32, frame.len() as u32, frame.len() as u32]
            {
                file.extend(number.to_le_bytes());
            }
            file.extend(frame);
        }
    }
    file
}

fn frame(from_client: bool, port: u16, flags: u8, seq: u32, ack: u32, data: &[u8]) -> Vec<u8> {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let (from, to, ports) =
        if from_client { (client, server, (port, 80)) } else { (server, client, (80, port)) };
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00];
    let length = 40 + data.len() as u16;
    frame.extend([0x45, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    frame.extend(from.into_iter().chain(to));
    frame.extend(ports.0.to_be_bytes().into_iter().chain(ports.1.to_be_bytes()));
    frame.extend(seq.to_be_bytes().into_iter().chain(ack.to_be_bytes()));
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend_from_slice(data);
    frame
}
