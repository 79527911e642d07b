//! Where packets come from while they happen: the ring, or where the kernel refuses it, `pnet`'s receive loop.

use std::io;
use std::os::fd::IntoRawFd;
use std::time::Duration;

use anyhow::Context;
use mizu_dissect::{Frame, Heading, LinkType};
use mizu_entry::Interface;
use pnet::datalink::{self, Channel, DataLinkReceiver};

use crate::ring::filter::Unwanted;
use crate::ring::{self, Dropped, Ring};
use crate::upload::sender::now;

/// Largest packet that the fallback receives whole: GSO frames have up to 64 KiB, BIG TCP more.
const FALLBACK_BUFFER: usize = 256 * 1024;

/// An open capture.
pub(crate) enum Source {
    /// The kernel's ring.
    Ring(Ring),
    /// A packet at a time. The kernel's count of what it drops is not to be had here.
    Fallback(Box<dyn DataLinkReceiver>),
}

/// Why there is no capture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The right is missing.
    #[error("capturing needs the capability CAP_NET_RAW, which this process does not have")]
    NoRight,
    /// Something else.
    #[error("capturing failed")]
    Other(#[source] anyhow::Error),
}

impl Source {
    /// Listens on the interface, or on all of them where `only` names more than one or none.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(crate) fn open(ring_bytes: usize, only: &[Interface], unwanted: &Unwanted) -> Result<Self, Refused> {
        raise_right();
        let index = match only {
            [one] => one.index,
            _ => 0,
        };
        match Ring::open(ring_bytes, index, unwanted) {
            Ok(ring) => Ok(Self::Ring(ring)),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Refused::NoRight),
            Err(error) => {
                tracing::warn!(%error, "The kernel refuses its packet ring; packets are received one by one.");
                fallback(index, unwanted).map(Self::Fallback).map_err(Refused::Other)
            }
        }
    }

    /// Gives the packets that are there, waiting up to `wait` for the first.
    ///
    /// # Errors
    /// The interface or the socket failed.
    pub(crate) fn next(&mut self, wait: Duration, give: &mut dyn FnMut(Frame<'_>)) -> io::Result<usize> {
        match self {
            Self::Ring(ring) => ring.next_block(wait, give),
            Self::Fallback(receiver) => match receiver.next() {
                Ok(bytes) => {
                    give(Frame {
                        at: now(),
                        link: LinkType::Ip,
                        interface: 0,
                        heading: Heading::Unknown,
                        bytes,
                        original_len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                    });
                    Ok(1)
                }
                Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(0),
                Err(error) => Err(error),
            },
        }
    }

    /// Whether the reader is half a ring behind.
    pub(crate) fn behind(&self) -> bool {
        matches!(self, Self::Ring(ring) if ring.half_full())
    }

    /// What the kernel dropped so far.
    pub(crate) fn dropped(&mut self) -> Dropped {
        match self {
            Self::Ring(ring) => ring.dropped(),
            Self::Fallback(_) => Dropped::default(),
        }
    }
}

/// A file capability can be permitted without being effective; then it is raised here.
fn raise_right() {
    let right = caps::Capability::CAP_NET_RAW;
    if caps::has_cap(None, caps::CapSet::Permitted, right).unwrap_or(false) {
        caps::raise(None, caps::CapSet::Effective, right).ok();
    }
}

fn fallback(index: u32, unwanted: &Unwanted) -> anyhow::Result<Box<dyn DataLinkReceiver>> {
    let socket = ring::open().context("opening a packet socket")?;
    ring::attach(&socket, unwanted).context("attaching the filter")?;
    let config = datalink::Config {
        socket_fd: Some(socket.into_raw_fd()),
        promiscuous: false,
        read_buffer_size: FALLBACK_BUFFER,
        read_timeout: Some(Duration::from_millis(250)),
        ..datalink::Config::default()
    };
    let interface = datalink::NetworkInterface {
        name: String::new(),
        description: String::new(),
        index,
        mac: None,
        ips: Vec::new(),
        flags: 0,
    };
    match datalink::channel(&interface, config).context("opening the receive loop")? {
        Channel::Ethernet(_, receiver) => Ok(receiver),
        _ => anyhow::bail!("the receive loop is of an unknown kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs CAP_NET_RAW; without it the refusal itself is what is tested.
    #[test]
    fn a_datagram_on_loopback_is_seen_once_by_ring_and_fallback() {
        let unwanted = Unwanted::default();
        for by_ring in [true, false] {
            let opened = if by_ring {
                Source::open(2 << 20, &[], &unwanted)
            } else {
                fallback(0, &unwanted).map(Source::Fallback).map_err(Refused::Other)
            };
            let mut source = match opened {
                Ok(source) => source,
                Err(Refused::NoRight) => return,
                Err(error) => panic!("{error:?}"),
            };
            let here = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let word = format!("seen once {}", here.local_addr().unwrap().port());
            here.send_to(word.as_bytes(), here.local_addr().unwrap()).unwrap();
            let until = std::time::Instant::now() + Duration::from_secs(5);
            let mut seen = 0;
            while std::time::Instant::now() < until && seen == 0 {
                source
                    .next(Duration::from_millis(50), &mut |frame: Frame<'_>| {
                        let found = frame.bytes.windows(word.len()).any(|window| window == word.as_bytes());
                        seen += usize::from(found);
                    })
                    .unwrap();
            }
            assert_eq!(seen, 1);
        }
    }
}
