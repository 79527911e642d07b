//! Customers: a mixture of journeys through the shop at a bounded rate of calls.
//!
//! In: where the services are, a rate, perhaps a number of calls after which to end. Out: calls; at the end a report of
//! how many were made and how many failed. A call is what a customer sends: what services send to each other because of
//! it is not counted. An answer with an error status is an answer; a failure is no answer at all.

mod journeys;
mod pacer;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde::Serialize;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{args::Pace, call::Caller, peers::Peers};
use journeys::Customer;
use pacer::Pacer;

/// What the customers did.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Calls that were made.
    pub(crate) calls: u64,
    /// Calls that got no answer.
    pub(crate) failures: u64,
}

/// Counts of all customers.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    calls: AtomicU64,
    failures: AtomicU64,
}

impl Tally {
    pub(crate) fn report(&self) -> Report {
        Report { calls: self.calls.load(Ordering::Relaxed), failures: self.failures.load(Ordering::Relaxed) }
    }
}

/// Runs customers until `stop`, or until the calls of `pace` are made; then waits for the journeys under way.
pub(crate) async fn run(
    caller: Caller,
    peers: Peers,
    pace: Pace,
    tally: Arc<Tally>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    if pace.rate <= 0.0 {
        stop.cancelled().await;
        return Ok(());
    }
    let pacer = Arc::new(Pacer::new(pace.rate, pace.calls));
    let customers = TaskTracker::new();
    // A customer waits for each answer: with 20 ms for a call, one makes at most 50 calls a second.
    for _ in 0..(pace.rate / 20.0).ceil().clamp(4.0, 256.0) as usize {
        let mut customer =
            Customer::new(caller.clone(), peers.clone(), Arc::clone(&pacer), Arc::clone(&tally))?;
        let stop = stop.clone();
        customers.spawn(async move {
            // Between two calls a customer may be sent home at any time; a call under way is always finished.
            while !stop.is_cancelled() && customer.journey(&stop).await.is_ok() {}
        });
    }
    customers.close();
    customers.wait().await;
    Ok(())
}
