//! Opens the page in the user's browser, where there is one to be seen.
//!
//! The browser is the user's: it is neither waited for nor ended. Failing to open it is no error, the address is printed.

use std::{
    env,
    process::{Command, Stdio},
};

/// Asks the desktop to open `url`.
pub(crate) fn open(url: &str) {
    let own = env::var("BROWSER").ok().filter(|browser| !browser.is_empty());
    let program = match own {
        Some(browser) => browser,
        None if cfg!(target_os = "macos") => "open".to_owned(),
        None if has_screen() => "xdg-open".to_owned(),
        None => return,
    };
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    if let Ok(mut child) = command.spawn() {
        // Somebody has to take its exit status.
        std::thread::spawn(move || child.wait());
    }
}

fn has_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
