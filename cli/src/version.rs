//! `mizu version`: the version, and with `--debug` those of the parts beside it.

use std::process::Command;

use crate::{args::VersionArgs, failure::Failure, part::Part, terminal::say};

pub(crate) fn run(args: &VersionArgs) -> Result<(), Failure> {
    say(&format!("Version: {}", env!("CARGO_PKG_VERSION")));
    if args.debug {
        for part in Part::ALL {
            let version = part.find().ok().and_then(|path| Command::new(path).arg("--version").output().ok());
            let version = version.filter(|output| output.status.success());
            let text = version.and_then(|output| String::from_utf8(output.stdout).ok());
            let number =
                text.as_deref().and_then(|text| text.split_whitespace().last()).unwrap_or("not there");
            say(&format!("{}: {number}", part.program()));
        }
    }
    Ok(())
}
