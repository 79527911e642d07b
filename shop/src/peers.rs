//! Where the other services are: flags and environment in a cluster, addresses just bound when all run in one process.

use clap::Args;

/// Base URLs without a slash at the end.
#[derive(Args, Clone, Debug)]
pub(crate) struct Peers {
    /// The shop's door
    #[arg(long, env = "SHOP_FRONT_END", default_value = "http://front-end:8080")]
    pub(crate) front_end: String,
    /// The goods (HTTP/1.1)
    #[arg(long, env = "SHOP_CATALOGUE", default_value = "http://catalogue:8080")]
    pub(crate) catalogue: String,
    /// The carts (HTTP/2 without TLS)
    #[arg(long, env = "SHOP_CARTS", default_value = "http://carts:8080")]
    pub(crate) carts: String,
    /// The customers (gRPC)
    #[arg(long, env = "SHOP_USERS", default_value = "http://users:8080")]
    pub(crate) users: String,
    /// How many are left (WebSocket)
    #[arg(long, env = "SHOP_STOCK", default_value = "http://stock:8080")]
    pub(crate) stock: String,
    /// Search (GraphQL)
    #[arg(long, env = "SHOP_SEARCH", default_value = "http://search:8080")]
    pub(crate) search: String,
    /// The orders (HTTP/1.1)
    #[arg(long, env = "SHOP_ORDERS", default_value = "http://orders:8080")]
    pub(crate) orders: String,
    /// The cash desk (HTTP/1.1)
    #[arg(long, env = "SHOP_PAYMENT", default_value = "http://payment:8080")]
    pub(crate) payment: String,
}
