//! What the tiers share: the checkout's files, waiting with a deadline, child processes that do not outlive a test.
//! No tier's own knowledge is here: what a capture holds or how the API answers belongs to the tier that asks.

pub mod binaries;
pub mod checkout;
pub mod deadline;
pub mod http;
pub mod process;
pub mod ratchet;
