//! The word to stop, from one who says it to many who wait for it.

use tokio::sync::watch;

/// Says it.
#[derive(Debug, Clone)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// Waits for it.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stopper {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Says stop. It cannot be taken back.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }

    /// One who waits.
    pub(crate) fn waiter(&self) -> Stop {
        Stop(self.0.subscribe())
    }
}

impl Stop {
    /// Comes back when stop was said, or can never be said any more.
    pub(crate) async fn said(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
