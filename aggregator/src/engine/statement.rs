//! From an HTTP request to a statement, and running a statement on a connection.
//!
//! In: the URL's query string and the SQL text. Out: a [`Statement`] that says how it is to be run, and its output
//! chunk by chunk. Source: ClickHouse's HTTP interface, as far as the `clickhouse` crate 0.15 uses it.
//! Bodies, status codes and the cancelling of vanished clients are `http`'s matter.

use super::{
    connection::{EngineError, Parameters},
    pool::Pooled,
};
use bytes::{Buf, Bytes};

/// Names in the query string that steer the interface itself; everything else is a setting of the statement.
const CONTROL: &[&str] = &[
    "buffer_size",
    "client_protocol_version",
    "compress",
    "enable_http_compression",
    "password",
    "query_id",
    "role",
    "session_id",
    "session_timeout",
    "user",
    "wait_end_of_query",
];

/// Output formats whose chunks can be sent on as the engine makes them.
const STREAMED: &[&str] =
    &["JSONEachRow", "Native", "RowBinary", "RowBinaryWithNamesAndTypes", "TabSeparated"];

/// What the query string of a request says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) query: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) default_format: Option<String>,
    pub(crate) decompress: bool,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Options {
    /// Reads a query string (without the `?`). Unknown names become settings, which the engine checks.
    pub(crate) fn parse(query_string: &str) -> Self {
        let mut options = Self::default();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "query" => options.query = Some(value),
                "database" => options.database = Some(value),
                "default_format" => options.default_format = Some(value),
                "decompress" => options.decompress = value == "1",
                name if CONTROL.contains(&name) => {}
                name => match name.strip_prefix("param_") {
                    Some(name) => options.parameters.push((name.into(), value)),
                    None => options.settings.push((name.into(), value)),
                },
            }
        }
        options
    }
}

/// One statement, ready to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// A comment that goes in front of the text, by which KILL QUERY finds it.
    pub(crate) marker: String,
    pub(crate) format: String,
    pub(crate) database: String,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) parameters: Vec<(String, String)>,
}

/// Data of an INSERT as it comes in; `None` ends it, an error aborts it.
pub(crate) type Incoming<'a> = &'a mut dyn FnMut() -> Option<Result<Bytes, EngineError>>;

impl Statement {
    /// Puts the text and the options of a request together.
    pub(crate) fn new(sql: String, options: Options) -> Self {
        Self {
            sql,
            marker: String::new(),
            format: options.default_format.unwrap_or_else(|| "TabSeparated".into()),
            database: options.database.unwrap_or_else(|| "default".into()),
            settings: options.settings,
            parameters: options.parameters,
        }
    }

    /// Runs it. `data` is the request's body where the text came in the URL; `each` takes the output and ends the
    /// statement by returning false.
    pub(crate) fn run(
        &self,
        pooled: &mut Pooled,
        data: Option<Incoming<'_>>,
        mut each: impl FnMut(Bytes) -> bool,
    ) -> Result<(), EngineError> {
        self.use_database(pooled)?;
        let connection = &mut pooled.connection;
        if let Some(data) = data
            && first_word(&self.sql) == "INSERT"
        {
            let (sql, format) = split_format(&self.sql)
                .ok_or_else(|| EngineError::new(62, "an INSERT with data needs FORMAT at its end"))?;
            let clause = assignments(&self.settings);
            let marker = &self.marker;
            let sql = if clause.is_empty() {
                format!("{marker}{sql}")
            } else {
                format!("{marker}{sql} SETTINGS {clause}")
            };
            connection.insert(&sql, format, data)?;
            return Ok(());
        }
        if !self.settings.is_empty() {
            connection.query(&format!("SET {}", assignments(&self.settings)), "Null", &[])?;
        }
        let sql = format!("{}{}", self.marker, self.sql);
        let result = if matches!(first_word(&self.sql).as_str(), "SELECT" | "WITH")
            && STREAMED.contains(&self.format.as_str())
        {
            let mut header = None;
            let repeats = self.format == "RowBinaryWithNamesAndTypes";
            connection.stream(&sql, &self.format, parameters(&self.parameters), |mut chunk| {
                if repeats {
                    // The engine writes names and types before every chunk; a reader expects them once.
                    match header {
                        None => header = Some(names_and_types_len(&chunk)),
                        Some(len) => chunk.advance(len.min(chunk.len())),
                    }
                }
                chunk.is_empty() || each(chunk)
            })
        } else {
            connection.query(&sql, &self.format, parameters(&self.parameters)).map(|output| {
                if !output.is_empty() {
                    each(output);
                }
            })
        };
        if !self.settings.is_empty() {
            let names: Vec<_> = self.settings.iter().map(|(n, _)| format!("{n} = DEFAULT")).collect();
            connection.query(&format!("SET {}", names.join(", ")), "Null", &[])?;
        }
        result
    }

    fn use_database(&self, pooled: &mut Pooled) -> Result<(), EngineError> {
        if pooled.database != self.database {
            let name = self.database.replace('\\', "\\\\").replace('`', "\\`");
            pooled.connection.query(&format!("USE `{name}`"), "Null", &[])?;
            pooled.database.clone_from(&self.database);
        }
        Ok(())
    }
}

fn parameters(list: &[(String, String)]) -> &Parameters {
    list
}

fn first_word(sql: &str) -> String {
    let word = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    word.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

/// `INSERT … FORMAT X` as (`INSERT …`, `X`); `None` where the text does not end so.
fn split_format(sql: &str) -> Option<(&str, &str)> {
    let at = sql.to_ascii_uppercase().rfind(" FORMAT ")?;
    let (head, tail) = (sql.get(..at)?, sql.get(at + " FORMAT ".len()..)?.trim());
    (!tail.is_empty() && tail.chars().all(|c| c.is_ascii_alphanumeric())).then_some((head, tail))
}

/// `a = '1', b = '2'`: values are quoted, since a setting takes its value as text too.
fn assignments(settings: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| {
        format!("{name} = '{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    };
    settings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Length in bytes of the header of RowBinaryWithNamesAndTypes: a count, then that many names, then as many types.
fn names_and_types_len(chunk: &[u8]) -> usize {
    fn number(rest: &mut &[u8]) -> Option<usize> {
        let (mut value, mut shift) = (0_usize, 0);
        while shift < usize::BITS {
            let byte = rest.split_off_first()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
        None
    }
    let mut rest = chunk;
    let Some(columns) = number(&mut rest) else { return 0 };
    for _ in 0..columns * 2 {
        let Some(tail) = number(&mut rest).and_then(|len| rest.get(len..)) else { return 0 };
        rest = tail;
    }
    chunk.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_string_is_split_into_text_settings_and_parameters() {
        let got = Options::parse(
            "query=SELECT+1&database=mizu&max_threads=2&param_a=x%27y&query_id=7&decompress=1",
        );
        assert_eq!(
            got,
            Options {
                query: Some("SELECT 1".into()),
                database: Some("mizu".into()),
                decompress: true,
                settings: vec![("max_threads".into(), "2".into())],
                parameters: vec![("a".into(), "x'y".into())],
                ..Options::default()
            }
        );
    }

    #[test]
    fn the_format_is_taken_from_the_end_of_an_insert() {
        for (sql, want) in [
            ("INSERT INTO t FORMAT Native", Some(("INSERT INTO t", "Native"))),
            ("insert into t(a) format JSONEachRow\n", Some(("insert into t(a)", "JSONEachRow"))),
            ("INSERT INTO t SELECT ' FORMAT ' , 1", None),
            ("INSERT INTO t SELECT 1", None),
        ] {
            assert_eq!(split_format(sql), want, "{sql}");
        }
    }

    #[test]
    fn settings_cannot_break_out_of_their_quotes() {
        assert_eq!(assignments(&[("a".into(), "1', b = '\\".into())]), r"a = '1\', b = \'\\'");
    }

    #[test]
    fn a_header_that_is_cut_off_counts_as_none() {
        let whole = [2, 1, b'a', 1, b'b', 5, b'U', b'I', b'n', b't', b'8', 1, b'x', 42];
        assert_eq!(names_and_types_len(&whole), 13);
        for cut in 0..13 {
            assert_eq!(names_and_types_len(&whole[..cut]), 0, "{cut}");
        }
    }
}
