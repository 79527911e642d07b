//! The engine's open connections, lent out one statement at a time.
//!
//! In: how many connections with which options. Out: a [`Lease`] on one of them, first come first served; it goes back
//! when dropped. Who may use which pool is decided in `http`; no SQL is made here.

use super::{
    connection::{Connection, EngineError},
    library::Engine,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A connection and what the last statement left set on it.
pub(crate) struct Pooled {
    pub(crate) connection: Connection,
    /// The database that unqualified names refer to.
    pub(crate) database: String,
}

/// A fixed number of equal connections.
pub(crate) struct Pool {
    free: Mutex<Vec<Pooled>>,
    permits: Arc<Semaphore>,
    size: u32,
}

impl Pool {
    /// Opens `size` connections. Blocks while the engine loads its data on the first one.
    pub(crate) fn open(
        engine: &'static Engine,
        size: u32,
        arguments: &[String],
    ) -> Result<Arc<Self>, EngineError> {
        let free = (0..size)
            .map(|_| Ok(Pooled { connection: engine.connect(arguments)?, database: "default".into() }))
            .collect::<Result<Vec<_>, EngineError>>()?;
        let permits = Arc::new(Semaphore::new(size as usize));
        Ok(Arc::new(Self { free: Mutex::new(free), permits, size }))
    }

    /// Waits for a free connection. Fails only when the pool is closed.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, EngineError> {
        let closed = || EngineError::new(210, "the engine is shutting down");
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| closed())?;
        let pooled = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or_else(closed)?;
        Ok(Lease { pooled: Some(pooled), pool: self.clone(), _permit: permit })
    }

    /// Waits until no statement runs any more, then closes all connections; further leases fail.
    pub(crate) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(self.size).await {
            self.permits.close();
            drop(all);
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection on loan.
pub(crate) struct Lease {
    pooled: Option<Pooled>,
    pool: Arc<Pool>,
    // After `pooled` is back: fields drop in this order, and `drop` below runs before any of them.
    _permit: OwnedSemaphorePermit,
}

impl std::ops::Deref for Lease {
    type Target = Pooled;
    fn deref(&self) -> &Pooled {
        self.pooled.as_ref().expect("taken out in drop only")
    }
}

impl std::ops::DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Pooled {
        self.pooled.as_mut().expect("taken out in drop only")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(pooled) = self.pooled.take() {
            self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).push(pooled);
        }
    }
}
