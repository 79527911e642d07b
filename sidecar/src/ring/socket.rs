//! The packet socket itself: opening, options, binding. Thin and safe wrappers of system calls (packet(7)).

#![expect(unsafe_code, reason = "system calls")]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::filter::{Unwanted, program};

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A packet socket without link headers that receives nothing before it is bound.
///
/// # Errors
/// `EPERM` without `CAP_NET_RAW`.
pub(crate) fn open() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: no pointers; the result is checked.
    let fd = check(unsafe { libc::socket(libc::AF_PACKET, kind, 0) })?;
    // SAFETY: a new descriptor that nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Sets a socket option.
pub(super) fn set<T>(
    socket: &impl AsRawFd,
    level: libc::c_int,
    name: libc::c_int,
    value: &T,
) -> io::Result<()> {
    let size = size_of::<T>() as libc::socklen_t;
    // SAFETY: `value` is alive for the call and `size` is its size.
    check(unsafe {
        libc::setsockopt(socket.as_raw_fd(), level, name, std::ptr::from_ref(value).cast(), size)
    })?;
    Ok(())
}

/// Attaches the filter, in place of the one before.
///
/// # Errors
/// The kernel's refusal.
pub(crate) fn attach(socket: &impl AsRawFd, unwanted: &Unwanted) -> io::Result<()> {
    let mut program = program(unwanted);
    let len = libc::c_ushort::try_from(program.len()).map_err(io::Error::other)?;
    set(
        socket,
        libc::SOL_SOCKET,
        libc::SO_ATTACH_FILTER,
        &libc::sock_fprog { len, filter: program.as_mut_ptr() },
    )
}

/// Binds to the interface of that index (0: all of them); packets arrive from here on.
pub(super) fn bind(socket: &impl AsRawFd, interface: u32) -> io::Result<()> {
    // SAFETY: plain data, for which zeros are a value.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as libc::c_ushort;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = libc::c_int::try_from(interface).map_err(io::Error::other)?;
    let size = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: a valid address of that size, alive for the call.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size) })?;
    Ok(())
}

/// The kernel's counts since they were asked for last.
pub(super) fn statistics(socket: &impl AsRawFd) -> io::Result<libc::tpacket_stats_v3> {
    // SAFETY: plain data, for which zeros are a value.
    let mut stats: libc::tpacket_stats_v3 = unsafe { std::mem::zeroed() };
    let mut size = size_of::<libc::tpacket_stats_v3>() as libc::socklen_t;
    let (level, name) = (libc::SOL_PACKET, libc::PACKET_STATISTICS);
    // SAFETY: `stats` has `size` bytes and is alive for the call.
    check(unsafe {
        libc::getsockopt(socket.as_raw_fd(), level, name, (&raw mut stats).cast(), &raw mut size)
    })?;
    Ok(stats)
}

/// The error that a socket reported by `POLLERR`, such as an interface that went down.
pub(super) fn pending_error(socket: &impl AsRawFd) -> io::Result<()> {
    let mut error: libc::c_int = 0;
    let mut size = size_of::<libc::c_int>() as libc::socklen_t;
    let (level, name) = (libc::SOL_SOCKET, libc::SO_ERROR);
    // SAFETY: `error` has `size` bytes and is alive for the call.
    check(unsafe {
        libc::getsockopt(socket.as_raw_fd(), level, name, (&raw mut error).cast(), &raw mut size)
    })?;
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

/// Marks what a socket sends, so that the filter knows it.
///
/// # Errors
/// `EPERM` without `CAP_NET_RAW` (Linux 5.17) or `CAP_NET_ADMIN`.
pub(crate) fn mark(socket: &impl AsRawFd, mark: u32) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_MARK, &mark)
}
