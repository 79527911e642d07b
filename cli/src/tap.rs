//! `mizu tap --local`: this machine's own traffic on the page, live.

use anyhow::anyhow;

use crate::{
    args::TapArgs,
    failure::{Failure, Status},
    listeners,
    part::Part,
    running::{self, Running, Source},
    terminal::{green, say},
};

pub(crate) async fn run(args: TapArgs) -> Result<(), Failure> {
    if !args.local {
        let cluster = anyhow!("this version taps the machine that it runs on, and no cluster");
        return Err(Failure::new(Status::Usage, cluster).hint("mizu tap --local"));
    }
    for part in [Part::Aggregator, Part::Sidecar] {
        part.find()?;
    }
    running::with(&args.page, async |running: &mut Running| {
        say(&format!(
            "Mizu will store up to {} of traffic, old traffic will be cleared once the limit is reached.",
            args.max_entries_db_size
        ));
        let where_ = match args.interface.as_slice() {
            [] => "all interfaces".to_owned(),
            some => some.join(", "),
        };
        let names = listeners::names();
        running.start_aggregator(Source::Local, &where_, &args.max_entries_db_size, &names).await?;
        running.start_capture(&args.interface, &args.exclude_port, &args.keep, "local").await?;
        say(&format!("Tapping this machine on {}", green(&where_)));
        running.show_page()?;
        running.watch().await
    })
    .await
}
