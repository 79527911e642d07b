//! The tables, as numbered steps that can be run again at any time.
//!
//! In: a client that may create tables. Out: the newest schema. A step is a file `schema/NNNN.sql` of statements that do
//! nothing where their effect is there already; a released step is never changed, a new one is added at the end.

use clickhouse::Client;

/// The steps in their order.
const STEPS: &[(&str, &str)] =
    &[("0001", include_str!("schema/0001.sql")), ("0002", include_str!("schema/0002.sql"))];

/// Runs all steps.
pub(crate) async fn apply(client: &Client) -> Result<(), (&'static str, clickhouse::error::Error)> {
    for (step, text) in STEPS {
        for statement in statements(text) {
            client.query_raw(&statement).execute().await.map_err(|error| (*step, error))?;
        }
    }
    Ok(())
}

/// The statements of a step: `;` at the end of a line ends one, lines that begin with `--` are comments.
fn statements(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    let code = code.join("\n");
    code.split(";\n")
        .map(|s| s.trim().trim_end_matches(';'))
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_statements_that_can_be_run_again() {
        for (step, text) in STEPS {
            for statement in statements(text) {
                let again = statement.contains("IF NOT EXISTS") || statement.contains("IF EXISTS");
                assert!(again, "step {step}: {statement}");
            }
        }
    }

    #[test]
    fn steps_are_numbered_without_gap() {
        for (at, (step, _)) in STEPS.iter().enumerate() {
            assert_eq!(*step, format!("{:04}", at + 1));
        }
    }
}
