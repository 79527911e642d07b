//! The kernel's packet ring: an `AF_PACKET` socket with `TPACKET_V3` (`linux/if_packet.h`, packet_mmap.rst).
//!
//! One socket sees every interface of its network namespace, whatever appears later included, without link headers.
//! In: a filter and sizes. Out: blocks of packets, read where the kernel wrote them and given back after reading; the
//! kernel's count of what it dropped. The filter is attached before the socket is bound, so that nothing unwanted is
//! ever queued. No dissecting here.
//!
//! This file and its folder are the only ones of the sidecar with `unsafe`; each use says why it is sound.

#![expect(unsafe_code, reason = "memory shared with the kernel")]

pub(crate) mod filter;
mod socket;

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mizu_dissect::{Frame, Heading, LinkType};
use mizu_entry::Timestamp;

use filter::Unwanted;
pub(crate) use socket::{attach, mark, open};

/// Bytes of a block. It must hold the largest frame (BIG TCP: 198,586 bytes were seen), else the kernel cuts it.
const BLOCK: usize = 256 * 1024;
/// After this long the kernel hands over a block that is not full. Invisible to people, few wake-ups.
const RETIRE_MS: u32 = 50;
/// Only a divisor in `TPACKET_V3`.
const FRAME: usize = 2048;

/// What the kernel dropped since the ring was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Packets for which there was no room.
    pub(crate) packets: u64,
    /// Times that the ring stood still for want of a free block.
    pub(crate) freezes: u64,
}

/// An open ring.
pub(crate) struct Ring {
    socket: OwnedFd,
    map: *mut u8,
    blocks: usize,
    current: usize,
    dropped: Dropped,
}

// SAFETY: the map belongs to this value alone and is reached only through `&mut self`.
unsafe impl Send for Ring {}

impl Ring {
    /// Opens a ring of about `bytes` on the interface of that index (0: all of them).
    ///
    /// # Errors
    /// The kernel's refusal: `EPERM` without `CAP_NET_RAW`, `EINVAL` or `ENOPROTOOPT` where there is no such ring.
    pub(crate) fn open(bytes: usize, interface: u32, unwanted: &Unwanted) -> io::Result<Self> {
        let socket = open()?;
        let blocks = (bytes / BLOCK).max(4);
        socket::set(&socket, libc::SOL_PACKET, libc::PACKET_VERSION, &libc::tpacket_versions::TPACKET_V3)?;
        let request = libc::tpacket_req3 {
            tp_block_size: BLOCK as u32,
            tp_block_nr: u32::try_from(blocks).map_err(io::Error::other)?,
            tp_frame_size: FRAME as u32,
            tp_frame_nr: u32::try_from(blocks * BLOCK / FRAME).map_err(io::Error::other)?,
            tp_retire_blk_tov: RETIRE_MS,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        socket::set(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        attach(&socket, unwanted)?;
        // SAFETY: a new shared mapping of the whole ring of a socket that this value owns; checked below.
        let map = unsafe {
            libc::mmap(
                ptr::null_mut(),
                blocks * BLOCK,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if map == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let ring = Self { socket, map: map.cast(), blocks, current: 0, dropped: Dropped::default() };
        socket::bind(&ring.socket, interface)?;
        Ok(ring)
    }

    /// Whether half of the ring is waiting to be read: the reader is behind.
    pub(crate) fn half_full(&self) -> bool {
        self.ours((self.current + self.blocks / 2) % self.blocks)
    }

    /// Reads the next block, if the kernel has handed one over within `wait`. Returns the number of packets given.
    ///
    /// # Errors
    /// Waiting failed, such as when the interface is gone.
    pub(crate) fn next_block(
        &mut self,
        wait: Duration,
        give: &mut dyn FnMut(Frame<'_>),
    ) -> io::Result<usize> {
        if !self.ours(self.current) {
            self.wait(wait)?;
            if !self.ours(self.current) {
                return Ok(0);
            }
        }
        let block = self.block(self.current);
        // SAFETY: the kernel has handed this block over (`ours`, acquire), and writes to it again only after the
        // release below. Every offset is checked against the block's end before it is used.
        let given = unsafe { read_block(block, give) };
        self.status(self.current).store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.current = (self.current + 1) % self.blocks;
        Ok(given)
    }

    /// What the kernel dropped so far. It forgets its count when asked, hence the sum here.
    pub(crate) fn dropped(&mut self) -> Dropped {
        if let Ok(stats) = socket::statistics(&self.socket) {
            self.dropped.packets += u64::from(stats.tp_drops);
            self.dropped.freezes += u64::from(stats.tp_freeze_q_cnt);
        }
        self.dropped
    }

    fn wait(&self, wait: Duration) -> io::Result<()> {
        let millis = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        let mut poll =
            libc::pollfd { fd: self.socket.as_raw_fd(), events: libc::POLLIN | libc::POLLERR, revents: 0 };
        // SAFETY: one valid pollfd, alive for the call.
        let ready = unsafe { libc::poll(&raw mut poll, 1, millis) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) };
        }
        if poll.revents & libc::POLLERR != 0 {
            return socket::pending_error(&self.socket);
        }
        Ok(())
    }

    fn block(&self, index: usize) -> *const u8 {
        debug_assert!(index < self.blocks);
        // SAFETY: `index` is below `blocks`, so the block lies inside the map.
        unsafe { self.map.add(index * BLOCK) }
    }

    fn status(&self, index: usize) -> &AtomicU32 {
        let block = self.block(index).cast::<libc::tpacket_block_desc>();
        // SAFETY: every block begins with its descriptor, page-aligned; both sides access this word atomically.
        unsafe {
            let status = &raw const (*block).hdr.bh1.block_status;
            AtomicU32::from_ptr(status.cast_mut())
        }
    }

    fn ours(&self, index: usize) -> bool {
        self.status(index).load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping that `open` made, unmapped once; nothing refers to it any more.
        unsafe { libc::munmap(self.map.cast(), self.blocks * BLOCK) };
    }
}

/// Gives every packet of a block.
///
/// # Safety
/// `block` points to `BLOCK` readable bytes that nobody writes during the call, beginning with a block descriptor.
unsafe fn read_block(block: *const u8, give: &mut dyn FnMut(Frame<'_>)) -> usize {
    // SAFETY: promised by the caller.
    let bytes = unsafe { std::slice::from_raw_parts(block, BLOCK) };
    // SAFETY: the descriptor is inside the block and plain data.
    let descriptor = unsafe { ptr::read_unaligned(block.cast::<libc::tpacket_block_desc>()) };
    // SAFETY: `bh1` is the only member of the union.
    let header = unsafe { descriptor.hdr.bh1 };
    let mut at = header.offset_to_first_pkt as usize;
    let mut given = 0;
    for _ in 0..header.num_pkts {
        let Some(next) = packet(bytes, at, give) else { break };
        given += 1;
        if next == 0 {
            break;
        }
        at = at.saturating_add(next);
    }
    given
}

/// Gives the packet at `at`; returns the distance to the next one (0: the last), or `None` where it lies outside.
fn packet(block: &[u8], at: usize, give: &mut dyn FnMut(Frame<'_>)) -> Option<usize> {
    let header: libc::tpacket3_hdr = plain(block, at)?;
    let address: libc::sockaddr_ll = plain(block, at.checked_add(aligned(size_of::<libc::tpacket3_hdr>()))?)?;
    let start = at.checked_add(usize::from(header.tp_net))?;
    let bytes = block.get(start..start.checked_add(header.tp_snaplen as usize)?)?;
    give(Frame {
        at: Timestamp::new(u64::from(header.tp_sec), header.tp_nsec),
        link: LinkType::EtherType(u16::from_be(address.sll_protocol)),
        interface: u32::try_from(address.sll_ifindex).unwrap_or_default(),
        heading: heading(&address),
        bytes,
        original_len: header.tp_len,
    });
    Some(header.tp_next_offset as usize)
}

/// Which way a packet went. On loopback both ends are here and only incoming copies pass the filter.
fn heading(address: &libc::sockaddr_ll) -> Heading {
    match (address.sll_hatype, address.sll_pkttype) {
        (libc::ARPHRD_LOOPBACK, _) => Heading::Unknown,
        (_, libc::PACKET_OUTGOING) => Heading::Outgoing,
        (_, libc::PACKET_HOST) => Heading::Incoming,
        _ => Heading::Unknown,
    }
}

/// Types whose every bit pattern is a value.
trait Plain: Copy {}
impl Plain for libc::tpacket3_hdr {}
impl Plain for libc::sockaddr_ll {}

fn plain<T: Plain>(bytes: &[u8], at: usize) -> Option<T> {
    let place = bytes.get(at..at.checked_add(size_of::<T>())?)?;
    // SAFETY: `place` has the size of `T`, and any bytes are a `T`.
    Some(unsafe { ptr::read_unaligned(place.as_ptr().cast::<T>()) })
}

/// `TPACKET_ALIGN` of `linux/if_packet.h`.
const fn aligned(size: usize) -> usize {
    (size + 15) & !15
}
