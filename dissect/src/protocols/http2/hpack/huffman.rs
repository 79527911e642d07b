//! The Huffman code of HPACK (RFC 7541 section 5.2 and appendix B).
//!
//! In: a coded string. Out: its bytes, appended to a buffer. The code is canonical (codes of one length are consecutive
//! and in the order of their symbols), so that all tables are made from the lengths alone, at compile time.

/// Symbols of the code: 256 bytes and the end-of-string mark, which must not occur.
const SYMBOLS: usize = 257;
/// Bits of the longest code.
const LONGEST: usize = 30;
/// Bits of the longest code in the table for frequent symbols.
const SHORT: usize = 8;
/// Bits by which that table is indexed: two of the most frequent codes.
const INDEX: usize = 12;

/// Bits of each symbol's code (RFC 7541 appendix B).
#[rustfmt::skip]
const LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

/// Codes of one length, compared left-aligned in 32 bits.
#[derive(Clone, Copy)]
struct Length {
    /// Bits of these codes.
    bits: u32,
    /// The first left-aligned value beyond them; all that is smaller, and not of a shorter length, is one of them.
    beyond: u64,
    /// The first of them, left-aligned.
    first: u32,
    /// Where its symbol is in [`Tables::by_code`].
    index: usize,
}

/// What the next bits are, in one word: the first symbol, the one after it if that is known too, the bits of all, the bits
/// of the first, and how many symbols there are (0 if the first one's code is not short).
#[derive(Clone, Copy)]
struct Short(u32);

impl Short {
    const fn new(symbols: [u8; 2], bits: usize, first: usize, count: u8) -> Self {
        let [one, two] = symbols;
        Self(u32::from_le_bytes([one, two, (bits | (first << 4)) as u8, count]))
    }

    #[inline]
    const fn symbols(self) -> [u8; 2] {
        let [one, two, ..] = self.0.to_le_bytes();
        [one, two]
    }

    #[inline]
    const fn bits(self) -> u32 {
        (self.0 >> 16) & 0xf
    }

    #[inline]
    const fn first(self) -> u32 {
        (self.0 >> 20) & 0xf
    }

    #[inline]
    const fn count(self) -> usize {
        (self.0 >> 24) as usize
    }
}

struct Tables {
    /// By the next [`INDEX`] bits.
    short: [Short; 1 << INDEX],
    /// All symbols in the order of their codes.
    by_code: [u16; SYMBOLS],
    /// The lengths above 8 bits, in rising order; unused places are empty.
    long: [Length; LONGEST - SHORT],
}

// Evaluated at compile time, where an index out of bounds is a compile error.
#[allow(clippy::indexing_slicing)]
const fn tables() -> Tables {
    let none = Length { bits: 0, beyond: 0, first: 0, index: 0 };
    let mut tables =
        Tables { short: [Short(0); 1 << INDEX], by_code: [0; SYMBOLS], long: [none; LONGEST - SHORT] };
    let mut code: u64 = 0;
    let mut index = 0;
    let mut bits = 1;
    while bits <= LONGEST {
        code <<= 1;
        let first = (code << (32 - bits)) as u32;
        let first_index = index;
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTHS[symbol] as usize == bits {
                tables.by_code[index] = symbol as u16;
                if bits <= SHORT {
                    let start = (code as usize) << (INDEX - bits);
                    let mut at = start;
                    while at < start + (1 << (INDEX - bits)) {
                        tables.short[at] = Short::new([symbol as u8, 0], bits, bits, 1);
                        at += 1;
                    }
                }
                index += 1;
                code += 1;
            }
            symbol += 1;
        }
        if bits > SHORT {
            let beyond = code << (32 - bits);
            tables.long[bits - SHORT - 1] = Length { bits: bits as u32, beyond, first, index: first_index };
        }
        bits += 1;
    }
    assert!(code == 1 << LONGEST, "the code is complete");
    // Behind a first symbol, the bits that are left may hold a second one.
    let singles = tables.short;
    let mut at = 0;
    while at < 1 << INDEX {
        let one = singles[at];
        let first = one.first() as usize;
        let two = singles[(at << first) & ((1 << INDEX) - 1)];
        let bits = first + two.first() as usize;
        if one.count() == 1 && two.count() == 1 && bits <= INDEX {
            tables.short[at] = Short::new([one.symbols()[0], two.symbols()[0]], bits, first, 2);
        }
        at += 1;
    }
    tables
}

static TABLES: Tables = tables();

/// A string that is no Huffman code: it holds the end-of-string mark, or ends in bits that are no padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invalid;

/// Decodes `coded` and appends the bytes to `out`. On error `out` is as before.
pub(crate) fn decode(coded: &[u8], out: &mut Vec<u8>) -> Result<(), Invalid> {
    let before = out.len();
    // The shortest code has 5 bits; one byte more, since symbols are written in twos.
    let most = coded.len().saturating_mul(8) / 5 + 1;
    out.resize(before + most, 0);
    let decoded = out.get_mut(before..).and_then(|room| decode_into(coded, room));
    out.truncate(before + decoded.unwrap_or(0));
    decoded.map(|_| ()).ok_or(Invalid)
}

/// Decodes into `room`, which is a byte longer than any string that is coded so. Returns how many bytes there were.
fn decode_into(coded: &[u8], room: &mut [u8]) -> Option<usize> {
    let mut rest = coded;
    let mut reader = Reader { bits: 0, have: 0, room, at: 0 };
    while let Some((eight, _)) = rest.split_first_chunk::<8>() {
        // As many whole bytes as there is room for. What is put below them is the same that comes there next time.
        let bytes = reader.push(u64::from_be_bytes(*eight), 8);
        rest = rest.get(bytes..)?;
        reader.run()?;
    }
    while !rest.is_empty() {
        // The last bytes, read with those before them where there are as many as a word.
        let word = match coded.last_chunk::<8>() {
            Some(word) => u64::from_be_bytes(*word) << (64 - 8 * rest.len()),
            None => rest.iter().rev().fold(0, |word, byte| (word >> 8) | (u64::from(*byte) << 56)),
        };
        let bytes = reader.push(word, rest.len());
        rest = rest.get(bytes..)?;
        reader.run()?;
    }
    reader.finish()
}

/// A string while it is decoded.
struct Reader<'a> {
    /// The next bits, from the highest down.
    bits: u64,
    /// How many of them are from the string.
    have: u32,
    room: &'a mut [u8],
    /// Symbols so far.
    at: usize,
}

impl Reader<'_> {
    /// Takes whole bytes of `word`, which has `len` of them from the highest down. Returns how many.
    #[inline]
    fn push(&mut self, word: u64, len: usize) -> usize {
        let bytes = ((64 - self.have) as usize / 8).min(len);
        self.bits |= word >> self.have;
        self.have += bytes as u32 * 8;
        bytes
    }

    /// Decodes as long as there are enough bits for any code. Fewer than [`LONGEST`] are left.
    #[inline]
    fn run(&mut self) -> Option<()> {
        while self.have >= INDEX as u32 {
            let short = short(self.bits)?;
            let count = short.count();
            let len = if count > 0 {
                *self.room.get_mut(self.at..)?.first_chunk_mut()? = short.symbols();
                self.at += count;
                short.bits()
            } else if self.have < LONGEST as u32 {
                break;
            } else {
                self.long()?
            };
            self.skip(len);
        }
        Some(())
    }

    /// Decodes what is left when no more bytes come. Returns how many symbols there were.
    fn finish(mut self) -> Option<usize> {
        loop {
            let before = self.at;
            let short = short(self.bits)?;
            let len = if short.count() > 0 {
                let [first, _] = short.symbols();
                *self.room.get_mut(self.at)? = first;
                self.at += 1;
                short.first()
            } else {
                // The end-of-string mark, or what is left of it, is longer than what is there may be.
                self.long().unwrap_or(u32::MAX)
            };
            if len > self.have {
                return ended(self.bits, self.have).then_some(before);
            }
            self.skip(len);
        }
    }

    #[inline]
    fn skip(&mut self, len: u32) {
        self.bits <<= len;
        self.have -= len;
    }

    /// Writes the symbol of a code that is not short. Returns the code's length; `None` for the end-of-string mark.
    fn long(&mut self) -> Option<u32> {
        let next = (self.bits >> 32) as u32;
        let length = TABLES.long.iter().find(|length| u64::from(next) < length.beyond)?;
        let nth = next.checked_sub(length.first)? >> (32 - length.bits);
        let symbol = TABLES.by_code.get(length.index + nth as usize).copied()?;
        *self.room.get_mut(self.at)? = u8::try_from(symbol).ok()?;
        self.at += 1;
        Some(length.bits)
    }
}

/// The symbols that the next bits are, if their codes are short.
#[inline]
fn short(bits: u64) -> Option<Short> {
    TABLES.short.get((bits >> (64 - INDEX)) as usize).copied()
}

/// Whether what is left is padding: fewer than 8 bits, all set.
fn ended(bits: u64, have: u32) -> bool {
    have < 8 && (bits >> 56) as u8 | (0xff >> have) == 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coded: &[u8]) -> Result<Vec<u8>, Invalid> {
        let mut out = Vec::new();
        decode(coded, &mut out).map(|()| out)
    }

    /// What an encoder does, from the same lengths: the n-th code of a length is the first one plus n.
    fn coded(bytes: &[u8]) -> Vec<u8> {
        let mut codes = [(0_u32, 0_u8); SYMBOLS];
        let mut code = 0_u32;
        for bits in 1..=30_u8 {
            code <<= 1;
            for (symbol, length) in LENGTHS.iter().enumerate() {
                if *length == bits {
                    codes[symbol] = (code, bits);
                    code = code.wrapping_add(1);
                }
            }
        }
        let mut bits = Vec::new();
        for byte in bytes {
            let (code, len) = codes[usize::from(*byte)];
            bits.extend((0..len).rev().map(|bit| code >> bit & 1 == 1));
        }
        bits.chunks(8)
            .map(|byte| (0..8).fold(0, |all, n| all << 1 | u8::from(*byte.get(n).unwrap_or(&true))))
            .collect()
    }

    #[test]
    fn the_strings_of_the_standard_are_read() {
        let domain = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        assert_eq!(decoded(&domain).as_deref(), Ok(&b"www.example.com"[..]));
        assert_eq!(decoded(&[0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf]).as_deref(), Ok(&b"no-cache"[..]));
    }

    #[test]
    fn the_longest_codes_are_where_the_standard_has_them() {
        // '\n' is 30 bits 3ffffffc, '\r' 3ffffffd, 22 is 3ffffffe and the end-of-string mark all ones.
        assert_eq!(decoded(&[0xff, 0xff, 0xff, 0xf3]).as_deref(), Ok(&b"\n"[..]));
        assert_eq!(decoded(&[0xff, 0xff, 0xff, 0xf7]).as_deref(), Ok(&b"\r"[..]));
        assert_eq!(decoded(&[0xff, 0xff, 0xff, 0xfb]).as_deref(), Ok(&[22][..]));
        assert_eq!(decoded(&[0xff, 0xff, 0xff, 0xff]), Err(Invalid));
    }

    #[test]
    fn padding_is_ones_and_less_than_a_byte() {
        assert_eq!(decoded(&[]).as_deref(), Ok(&b""[..]));
        assert_eq!(decoded(&[0x1f]).as_deref(), Ok(&b"a"[..]));
        assert_eq!(decoded(&[0x18]), Err(Invalid), "zeros");
        assert_eq!(decoded(&[0x1f, 0xff]), Err(Invalid), "a byte too many");
        assert_eq!(decoded(&[0xff]), Err(Invalid), "a whole byte of padding");
    }

    proptest::proptest! {
        #[test]
        fn what_is_coded_is_read_again(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            proptest::prop_assert_eq!(decoded(&coded(&bytes)), Ok(bytes));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..100)) {
            let mut out = b"before".to_vec();
            if decode(&bytes, &mut out).is_err() {
                proptest::prop_assert_eq!(out, b"before");
            }
        }
    }
}
