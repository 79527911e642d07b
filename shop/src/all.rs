//! Runs what the command line asked for: one role, or all of them in one process, until SIGTERM or SIGINT.
//!
//! In: parsed arguments. Out: on stdout one JSON line when everything listens (`ready`), one with what was served at the
//! end (`served`). Ends in order: customers first, then the services, each finishing what is under way for at most two
//! seconds; a second signal ends at once.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use axum::{Json, Router, extract::State, routing::get};
use serde::Serialize;
use serde_json::json;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    args::{Args, Command, Pace, Role},
    call::Caller,
    carts, catalogue,
    chance::Chance,
    front_end,
    ledger::Ledger,
    load::{self, Tally},
    orders, payment,
    peers::Peers,
    search, serve, stock, users,
};

/// What is under way at the end may take this long.
const GRACE: Duration = Duration::from_secs(2);

/// A service by its name.
#[derive(Clone, Copy, Debug)]
enum Service {
    FrontEnd,
    Catalogue,
    Carts,
    Users,
    Stock,
    Search,
    Orders,
    Payment,
}

impl Service {
    const ALL: [Self; 8] = [
        Self::FrontEnd,
        Self::Catalogue,
        Self::Carts,
        Self::Users,
        Self::Stock,
        Self::Search,
        Self::Orders,
        Self::Payment,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::FrontEnd => "front-end",
            Self::Catalogue => "catalogue",
            Self::Carts => "carts",
            Self::Users => "users",
            Self::Stock => "stock",
            Self::Search => "search",
            Self::Orders => "orders",
            Self::Payment => "payment",
        }
    }

    fn protocol(self) -> &'static str {
        match self {
            Self::Carts => "HTTP/2",
            Self::Users => "gRPC",
            Self::Stock => "WebSocket",
            Self::Search => "GraphQL",
            Self::FrontEnd | Self::Catalogue | Self::Orders | Self::Payment => "HTTP/1.1",
        }
    }

    fn router(self, caller: Caller, peers: Peers, ledger: &Ledger) -> anyhow::Result<Router> {
        Ok(match self {
            Self::FrontEnd => front_end::router(caller, peers)?,
            Self::Catalogue => catalogue::router(),
            Self::Carts => carts::router(),
            Self::Users => users::router(caller),
            Self::Stock => stock::router(ledger.clone()),
            Self::Search => search::router(caller, peers),
            Self::Orders => orders::router(caller, peers),
            Self::Payment => payment::router(caller),
        })
    }
}

/// One service as the ready line names it.
#[derive(Serialize)]
struct Place {
    name: &'static str,
    /// None for the customers, who listen nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<SocketAddr>,
    /// Where the service's own calls come from, if it has an address of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<IpAddr>,
    protocol: &'static str,
}

/// Runs until a signal comes. Errors: an address that cannot be bound, a log that cannot be opened.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let mut stops = Stops::new()?;
    let ledger = Ledger::open(args.common.log.as_deref())?;
    let shop = Shop {
        chance: Arc::new(Chance::new(args.common.seed)),
        ledger,
        tally: Arc::default(),
        load_stop: CancellationToken::new(),
        stop: CancellationToken::new(),
        closed: CancellationToken::new(),
        tasks: TaskTracker::new(),
        load: TaskTracker::new(),
    };
    let admin = TcpListener::bind(args.common.admin)
        .await
        .with_context(|| format!("listening on {} for /stats", args.common.admin))?;
    let admin_address = admin.local_addr()?;

    let places = match args.command {
        Command::All { addr, hold, pace } => shop.all(addr, hold, pace).await?,
        Command::FrontEnd(role) => shop.role(Service::FrontEnd, role).await?,
        Command::Catalogue(role) => shop.role(Service::Catalogue, role).await?,
        Command::Carts(role) => shop.role(Service::Carts, role).await?,
        Command::Users(role) => shop.role(Service::Users, role).await?,
        Command::Stock(role) => shop.role(Service::Stock, role).await?,
        Command::Search(role) => shop.role(Service::Search, role).await?,
        Command::Orders(role) => shop.role(Service::Orders, role).await?,
        Command::Payment(role) => shop.role(Service::Payment, role).await?,
        Command::Load { pace, peers } => {
            shop.start_load(None, peers, pace);
            vec![Place { name: "load", address: None, source: None, protocol: "HTTP/1.1" }]
        }
    };
    shop.serve_admin(admin);
    say(&json!({ "ready": true, "admin": format!("http://{admin_address}"), "services": places }));

    tokio::select! {
        () = stops.next() => {}
        () = shop.closed.cancelled() => {}
    }
    tokio::select! {
        () = shop.end() => {}
        () = stops.next() => {}
    }
    say(&json!({ "served": shop.ledger.stats(), "load": shop.tally.report() }));
    Ok(())
}

#[derive(Clone)]
struct Shop {
    chance: Arc<Chance>,
    ledger: Ledger,
    tally: Arc<Tally>,
    load_stop: CancellationToken,
    stop: CancellationToken,
    /// Standard input was closed while the shop held on to it.
    closed: CancellationToken,
    tasks: TaskTracker,
    load: TaskTracker,
}

impl Shop {
    /// All services and the customers, each on its own address from `first` on; all on `first` where the system has no
    /// more than one loopback address.
    async fn all(&self, first: IpAddr, hold: bool, pace: Pace) -> anyhow::Result<Vec<Place>> {
        let own = own_addresses(first).await;
        let ip_of = |at: u32| if own { next_address(first, at) } else { first };
        let source_of = |at: u32| own.then(|| ip_of(at));

        let mut bound = Vec::new();
        for (at, service) in (1..).zip(Service::ALL) {
            let wanted = SocketAddr::new(ip_of(at), 0);
            let listener =
                TcpListener::bind(wanted).await.with_context(|| format!("listening on {wanted}"))?;
            let address = listener.local_addr()?;
            bound.push((service, listener, address, source_of(at)));
        }
        let url = |wanted: Service| {
            let place = bound.iter().find(|(service, ..)| service.name() == wanted.name());
            format!("http://{}", place.expect("every service was bound above").2)
        };
        let peers = Peers {
            front_end: url(Service::FrontEnd),
            catalogue: url(Service::Catalogue),
            carts: url(Service::Carts),
            users: url(Service::Users),
            stock: url(Service::Stock),
            search: url(Service::Search),
            orders: url(Service::Orders),
            payment: url(Service::Payment),
        };
        let mut places =
            vec![Place { name: "load", address: None, source: source_of(0), protocol: "HTTP/1.1" }];
        for (service, listener, address, source) in bound {
            self.start(service, listener, source, peers.clone())?;
            places.push(Place {
                name: service.name(),
                address: Some(address),
                source,
                protocol: service.protocol(),
            });
        }
        if hold {
            self.hold(source_of(0), peers, pace);
        } else {
            self.start_load(source_of(0), peers, pace);
        }
        Ok(places)
    }

    async fn role(&self, service: Service, role: Role) -> anyhow::Result<Vec<Place>> {
        let listener =
            TcpListener::bind(role.listen).await.with_context(|| format!("listening on {}", role.listen))?;
        let address = listener.local_addr()?;
        self.start(service, listener, None, role.peers)?;
        Ok(vec![Place {
            name: service.name(),
            address: Some(address),
            source: None,
            protocol: service.protocol(),
        }])
    }

    fn start(
        &self,
        service: Service,
        listener: TcpListener,
        source: Option<IpAddr>,
        peers: Peers,
    ) -> anyhow::Result<()> {
        let caller = Caller::new(service.name(), source, Arc::clone(&self.chance));
        let router = service.router(caller, peers, &self.ledger)?;
        let (ledger, stop) = (self.ledger.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            if let Err(error) = serve::serve(service.name(), listener, router, ledger, stop).await {
                eprintln!("mizu-shop: {} ended: {error}", service.name());
            }
        });
        Ok(())
    }

    fn start_load(&self, source: Option<IpAddr>, peers: Peers, pace: Pace) {
        let caller = Caller::new("load", source, Arc::clone(&self.chance));
        let (tally, stop) = (Arc::clone(&self.tally), self.load_stop.clone());
        self.load.spawn(async move {
            if let Err(error) = load::run(caller, peers, pace, tally, stop).await {
                eprintln!("mizu-shop: the load ended: {error:#}");
            }
        });
    }

    /// Starts the load at the first line on standard input, and ends the shop when that is closed.
    fn hold(&self, source: Option<IpAddr>, peers: Peers, pace: Pace) {
        let (open, closed) = (CancellationToken::new(), self.closed.clone());
        let opened = open.clone();
        // A thread, because a read of standard input cannot be called off and would hold up the runtime's end.
        std::thread::spawn(move || {
            for line in std::io::stdin().lines() {
                if line.is_err() {
                    break;
                }
                open.cancel();
            }
            closed.cancel();
        });
        let (shop, stop) = (self.clone(), self.load_stop.clone());
        self.load.spawn(async move {
            tokio::select! {
                () = opened.cancelled() => shop.start_load(source, peers, pace),
                () = stop.cancelled() => {}
            }
        });
    }

    /// `/stats` and `/healthz`, on a port that is no part of the shop's own traffic.
    fn serve_admin(&self, listener: TcpListener) {
        let stats = |State((ledger, tally)): State<(Ledger, Arc<Tally>)>| async move {
            Json(json!({ "served": ledger.stats(), "load": tally.report() }))
        };
        let router = Router::new()
            .route("/stats", get(stats))
            .route("/healthz", get(|| async { "ok\n" }))
            .with_state((self.ledger.clone(), Arc::clone(&self.tally)));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let ended = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
            if let Err(error) = ended {
                eprintln!("mizu-shop: /stats ended: {error}");
            }
        });
    }

    async fn end(&self) {
        self.load_stop.cancel();
        self.load.close();
        drop(tokio::time::timeout(GRACE, self.load.wait()).await);
        self.stop.cancel();
        self.tasks.close();
        drop(tokio::time::timeout(GRACE, self.tasks.wait()).await);
    }
}

/// Whether the addresses after `first` can be bound: on Linux all of 127.0.0.0/8 can.
async fn own_addresses(first: IpAddr) -> bool {
    for at in 0..=Service::ALL.len() as u32 {
        if TcpListener::bind((next_address(first, at), 0)).await.is_err() {
            return false;
        }
    }
    true
}

fn next_address(first: IpAddr, at: u32) -> IpAddr {
    match first {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits().saturating_add(at)).into(),
        IpAddr::V6(v6) => std::net::Ipv6Addr::from_bits(v6.to_bits().saturating_add(u128::from(at))).into(),
    }
}

/// Data for programs goes to stdout, a line each. When nobody reads it any more, the shop goes on.
fn say(line: &serde_json::Value) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// SIGINT and SIGTERM.
struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
