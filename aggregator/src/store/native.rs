//! ClickHouse's Native format, as far as an INSERT needs it: a block is columns one after another.
//!
//! In: rows and a list of columns. Out: the bytes of one block, appended. What the columns of the table are is
//! `columns`'s matter. Types are sent plain (String, Map(String, String)); the engine makes LowCardinality of them.
//! Source: ClickHouse's documentation of the Native format, without `client_protocol_version` (revision 0).

/// A column: its name in the table, and how a row's value is had.
pub(crate) struct Column<R> {
    /// The column's name in the table.
    pub(crate) name: &'static str,
    /// The value, by type.
    pub(crate) value: Value<R>,
}

/// Takes a value's bytes.
pub(crate) type TextSink<'a> = &'a mut dyn FnMut(&[u8]);
/// Takes a pair of key and value.
pub(crate) type PairSink<'a> = &'a mut dyn FnMut(&[u8], &[u8]);

/// How a value of a row is had, by the type it is sent as.
pub(crate) enum Value<R> {
    Int8(fn(&R) -> i8),
    UInt16(fn(&R) -> u16),
    UInt32(fn(&R) -> u32),
    UInt64(fn(&R) -> u64),
    Int32(fn(&R) -> i32),
    /// Nanoseconds since the epoch, sent as `DateTime64(9, 'UTC')`.
    Nanoseconds(fn(&R) -> u64),
    /// Sixteen bytes; IPv4 as mapped addresses.
    Ipv6(fn(&R) -> [u8; 16]),
    /// Bytes, handed to the sink once.
    Text(fn(&R, TextSink<'_>)),
    /// Pairs, in order.
    Map(fn(&R, PairSink<'_>)),
}

/// Appends one block with all rows.
pub(crate) fn append_block<R>(columns: &[Column<R>], rows: &[R], out: &mut Vec<u8>) {
    number(columns.len() as u64, out);
    number(rows.len() as u64, out);
    for column in columns {
        text(column.name.as_bytes(), out);
        text(column.value.sent_as().as_bytes(), out);
        column.value.append(rows, out);
    }
}

impl<R> Value<R> {
    fn sent_as(&self) -> &'static str {
        match self {
            Self::Int8(_) => "Int8",
            Self::UInt16(_) => "UInt16",
            Self::UInt32(_) => "UInt32",
            Self::UInt64(_) => "UInt64",
            Self::Int32(_) => "Int32",
            Self::Nanoseconds(_) => "DateTime64(9, 'UTC')",
            Self::Ipv6(_) => "IPv6",
            Self::Text(_) => "String",
            Self::Map(_) => "Map(String, String)",
        }
    }

    fn append(&self, rows: &[R], out: &mut Vec<u8>) {
        match self {
            Self::Int8(get) => rows.iter().for_each(|row| out.extend(get(row).to_le_bytes())),
            Self::UInt16(get) => rows.iter().for_each(|row| out.extend(get(row).to_le_bytes())),
            Self::UInt32(get) => rows.iter().for_each(|row| out.extend(get(row).to_le_bytes())),
            Self::UInt64(get) => rows.iter().for_each(|row| out.extend(get(row).to_le_bytes())),
            Self::Int32(get) => rows.iter().for_each(|row| out.extend(get(row).to_le_bytes())),
            Self::Nanoseconds(get) => {
                // DateTime64(9) ends in the year 2262, an i64's worth of nanoseconds.
                let signed = |row| i64::try_from(get(row)).unwrap_or(i64::MAX);
                rows.iter().for_each(|row| out.extend(signed(row).to_le_bytes()));
            }
            Self::Ipv6(get) => rows.iter().for_each(|row| out.extend(get(row))),
            Self::Text(get) => rows.iter().for_each(|row| get(row, &mut |value| text(value, out))),
            Self::Map(get) => {
                // Offsets of all rows, then all keys, then all values: the pairs are walked once, values put aside.
                let (mut pairs, mut keys, mut values) = (0_u64, Vec::new(), Vec::new());
                for row in rows {
                    get(row, &mut |key, value| {
                        pairs += 1;
                        text(key, &mut keys);
                        text(value, &mut values);
                    });
                    out.extend(pairs.to_le_bytes());
                }
                out.extend_from_slice(&keys);
                out.extend_from_slice(&values);
            }
        }
    }
}

fn text(value: &[u8], out: &mut Vec<u8>) {
    number(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_counts_and_then_columns_with_name_type_and_values() {
        let columns: [Column<(u16, &str)>; 3] = [
            Column { name: "n", value: Value::UInt16(|row| row.0) },
            Column { name: "t", value: Value::Text(|row, put| put(row.1.as_bytes())) },
            Column {
                name: "m",
                value: Value::Map(|row, put| (0..row.0).for_each(|_| put(b"k", row.1.as_bytes()))),
            },
        ];
        let mut out = Vec::new();
        append_block(&columns, &[(1, "a"), (2, "bc")], &mut out);
        let want = [
            &[3, 2, 1, b'n', 6][..],
            b"UInt16",
            &[1, 0, 2, 0],
            &[1, b't', 6],
            b"String",
            &[1, b'a', 2, b'b', b'c'],
            &[1, b'm', 19],
            b"Map(String, String)",
            &[1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
            &[1, b'k', 1, b'k', 1, b'k', 1, b'a', 2, b'b', b'c', 2, b'b', b'c'],
        ];
        assert_eq!(out, want.concat());
    }

    #[test]
    fn lengths_from_128_on_take_more_than_one_byte() {
        let mut out = Vec::new();
        number(300, &mut out);
        assert_eq!(out, [0xac, 0x02]);
    }
}
