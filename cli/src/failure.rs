//! How commands end when they do not end well: a status, a sentence, and what to type next.

use std::process::ExitCode;

use crate::terminal;

/// Exit statuses besides 0. Scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// What was to be done did not work.
    Failed = 1,
    /// Arguments, configuration, filters or input files that cannot be used.
    Usage = 2,
    /// A right is missing.
    NoRight = 3,
    /// Ended by a second ^C, before everything was cleared away.
    Interrupted = 130,
}

/// Why a command ended.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(status: Status, error: anyhow::Error) -> Self {
        Self { status, error, hint: None }
    }

    /// The same with what to type next.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Prints the error and its hint on stderr, and gives the exit status.
    pub(crate) fn report(self) -> ExitCode {
        let red = terminal::red("error:");
        eprintln!("{red} {:#}", self.error);
        if let Some(hint) = self.hint {
            eprintln!("hint: {hint}");
        }
        ExitCode::from(self.status as u8)
    }
}

/// What has no status of its own failed.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Status::Failed, error)
    }
}
