//! `mizu demo`: the shop on loopback, captured by the real sidecar, stored and shown by the real aggregator.
//!
//! The shop listens first, so that its names are known; its customers come when the capture is open, so that every
//! connection is seen from its begin.

use crate::{
    args::DemoArgs,
    failure::Failure,
    names::ShopReady,
    part::Part,
    running::{self, Running, Source},
    terminal::{green, say},
};

pub(crate) async fn run(args: DemoArgs) -> Result<(), Failure> {
    for part in Part::ALL {
        part.find()?;
    }
    running::with(&args.page, async |running: &mut Running| {
        say(&format!(
            "Mizu will store up to {} of traffic, old traffic will be cleared once the limit is reached.",
            args.max_entries_db_size
        ));
        let shop = ["all", "--hold", "--rate", &args.rate, "--addr", &args.addr.to_string()].map(Into::into);
        let shop = ShopReady::parse(running.start_shop(&shop).await?)?;
        say("Tapping a small shop of services on this machine");
        for service in shop.services.iter().filter(|service| service.address.is_some()) {
            say(&format!("{} ({})", green(&format!("+{}", service.name)), service.protocol));
        }
        running
            .start_aggregator(Source::Demo, "a small shop", &args.max_entries_db_size, &shop.names())
            .await?;
        let admin_port = shop.admin.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let exclude: Vec<u16> = admin_port.into_iter().collect();
        running.start_capture(&["lo".to_owned()], &exclude, &args.keep, "demo").await?;
        running.open_shop().await?;
        running.show_page()?;
        running.watch().await
    })
    .await
}
