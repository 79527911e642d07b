//! The whole way of the data with real parts: a shop on loopback or a capture file, the sidecar, the aggregator with the
//! real engine. In: traffic whose content is known. Out: what the API answers, held against it.
//!
//! Capturing needs CAP_NET_RAW: these tests run as root, and say so where they are not.

mod captures;
mod exactly_once;
mod input;
mod secrets;
mod shop;
mod stage;
