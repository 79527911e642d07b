//! One connection to the loaded engine: statements in, result buffers out, everything freed.
//!
//! In: SQL, an output or input format, bound parameters. Out: the engine's buffers as [`Bytes`] without a copy.
//! All calls block. A connection runs one statement at a time, which `&mut self` says; `pool` gives out connections.
#![expect(unsafe_code, reason = "calls into the C library; each block says why it holds")]

use super::library::{Engine, RawConnection, RawInsert, RawResult, text};
use bytes::Bytes;
use std::{
    ffi::{CString, c_int},
    sync::{Mutex, PoisonError},
};

/// ClickHouse's number for data that cannot be opened.
pub(crate) const CANNOT_OPEN: u32 = 76;

/// A statement that the engine refused or could not finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct EngineError {
    /// ClickHouse's number for the kind of error, 0 where the engine gave none.
    pub(crate) code: u32,
    /// ClickHouse's text, beginning with `Code: N. DB::Exception:`.
    pub(crate) message: String,
}

impl EngineError {
    /// An error with ClickHouse's own numbering, for what goes wrong before or beside the engine.
    pub(crate) fn new(code: u32, message: impl std::fmt::Display) -> Self {
        Self { code, message: format!("Code: {code}. DB::Exception: {message}") }
    }

    fn from_engine(message: String) -> Self {
        let number = message.split_once("Code: ").map_or("", |(_, rest)| rest);
        let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
        Self { code: digits.parse().unwrap_or(0), message }
    }
}

/// Named parameters of a statement: `{name:Type}` in the text, the value as ClickHouse's HTTP interface takes it.
pub(crate) type Parameters = [(String, String)];

/// One connection. Closed when dropped.
pub(crate) struct Connection {
    raw: *mut RawConnection,
    engine: &'static Engine,
}

// SAFETY: the library keys nothing on the thread; a connection may move between threads as long as one uses it at a time.
unsafe impl Send for Connection {}

/// A result that is freed when dropped; as the owner of a [`Bytes`] it keeps the engine's buffer alive.
struct OwnedResult {
    raw: RawResult,
    engine: &'static Engine,
}

// SAFETY: a finished result is plain memory, read only, freed once; no thread is special to it.
unsafe impl Send for OwnedResult {}
// SAFETY: as above; all access through `&self` reads.
unsafe impl Sync for OwnedResult {}

impl Drop for OwnedResult {
    fn drop(&mut self) {
        // SAFETY: made by the library, destroyed here only.
        unsafe { (self.engine.functions.chdb_destroy_query_result)(self.raw) }
    }
}

impl AsRef<[u8]> for OwnedResult {
    fn as_ref(&self) -> &[u8] {
        let functions = &self.engine.functions;
        // SAFETY: buffer and length belong to a live result and do not change until it is destroyed.
        unsafe {
            let len = (functions.chdb_result_length)(self.raw);
            let buffer = (functions.chdb_result_buffer)(self.raw);
            if len == 0 || buffer.is_null() { &[] } else { std::slice::from_raw_parts(buffer, len) }
        }
    }
}

/// Parameters laid out as the library takes them: four arrays of equal length that borrow the strings.
struct ParameterArrays {
    names: Vec<*const u8>,
    name_lens: Vec<usize>,
    values: Vec<*const u8>,
    value_lens: Vec<usize>,
}

impl ParameterArrays {
    fn of(parameters: &Parameters) -> Self {
        Self {
            names: parameters.iter().map(|(n, _)| n.as_ptr()).collect(),
            name_lens: parameters.iter().map(|(n, _)| n.len()).collect(),
            values: parameters.iter().map(|(_, v)| v.as_ptr()).collect(),
            value_lens: parameters.iter().map(|(_, v)| v.len()).collect(),
        }
    }
}

impl Engine {
    /// Opens a connection with the given command line (`--path=…` and settings).
    pub(crate) fn connect(&'static self, arguments: &[String]) -> Result<Connection, EngineError> {
        // The first connection builds the server; the library does not guard that against a second one beside it.
        static CONNECTING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = CONNECTING.lock().unwrap_or_else(PoisonError::into_inner);
        let arguments = std::iter::once("mizu")
            .chain(arguments.iter().map(String::as_str))
            .map(CString::new)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| EngineError::new(36, "an engine option contains a NUL byte"))?;
        let mut argv: Vec<_> = arguments.iter().map(|a| a.as_ptr().cast_mut()).collect();
        // SAFETY: argv points to `argc` C strings that live until the call returns; the library copies them.
        let raw = unsafe { (self.functions.chdb_connect)(argv.len() as c_int, argv.as_mut_ptr()) };
        if raw.is_null() {
            return Err(EngineError::new(
                CANNOT_OPEN,
                "the engine could not open its data; another process may have it open",
            ));
        }
        Ok(Connection { raw, engine: self })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: opened by `connect`, closed here only.
        unsafe { (self.engine.functions.chdb_close_conn)(self.raw) }
    }
}

impl Connection {
    fn handle(&self) -> RawConnection {
        // SAFETY: `raw` came from chdb_connect, is not null and lives until `drop`.
        unsafe { *self.raw }
    }

    fn own(&self, raw: RawResult) -> OwnedResult {
        OwnedResult { raw, engine: self.engine }
    }

    fn check(&self, result: &OwnedResult) -> Result<(), EngineError> {
        if result.raw.is_null() {
            return Err(EngineError::new(1002, "the engine gave no result"));
        }
        // SAFETY: the result is alive and not null; the text is copied.
        match unsafe { text((self.engine.functions.chdb_result_error)(result.raw)) } {
            Some(message) => Err(EngineError::from_engine(message)),
            None => Ok(()),
        }
    }

    /// Runs a statement to its end and returns all of its output.
    pub(crate) fn query(
        &mut self,
        sql: &str,
        format: &str,
        parameters: &Parameters,
    ) -> Result<Bytes, EngineError> {
        let arrays = ParameterArrays::of(parameters);
        // SAFETY: every pointer comes with its length and lives until the call returns.
        let raw = unsafe {
            (self.engine.functions.chdb_query_with_params_n)(
                self.handle(),
                sql.as_ptr(),
                sql.len(),
                format.as_ptr(),
                format.len(),
                arrays.names.as_ptr(),
                arrays.name_lens.as_ptr(),
                arrays.values.as_ptr(),
                arrays.value_lens.as_ptr(),
                parameters.len(),
            )
        };
        let result = self.own(raw);
        self.check(&result)?;
        Ok(Bytes::from_owner(result))
    }

    /// Runs a SELECT and hands over each chunk of its output. `each` ends the query early by returning false.
    pub(crate) fn stream(
        &mut self,
        sql: &str,
        format: &str,
        parameters: &Parameters,
        mut each: impl FnMut(Bytes) -> bool,
    ) -> Result<(), EngineError> {
        let functions = &self.engine.functions;
        let arrays = ParameterArrays::of(parameters);
        // SAFETY: as in `query`.
        let raw = unsafe {
            (functions.chdb_stream_query_with_params_n)(
                self.handle(),
                sql.as_ptr(),
                sql.len(),
                format.as_ptr(),
                format.len(),
                arrays.names.as_ptr(),
                arrays.name_lens.as_ptr(),
                arrays.values.as_ptr(),
                arrays.value_lens.as_ptr(),
                parameters.len(),
            )
        };
        let query = self.own(raw);
        self.check(&query)?;
        loop {
            // SAFETY: the query handle is alive and belongs to this connection.
            let chunk = self.own(unsafe { (functions.chdb_stream_fetch_result)(self.handle(), query.raw) });
            self.check(&chunk)?;
            let chunk = Bytes::from_owner(chunk);
            if chunk.is_empty() {
                return Ok(());
            }
            if !each(chunk) {
                // SAFETY: as above; the handle itself is freed by its owner afterwards.
                unsafe { (functions.chdb_stream_cancel_query)(self.handle(), query.raw) };
                return Err(EngineError::new(394, "the client left, the query was cancelled"));
            }
        }
    }

    /// Runs an INSERT whose data `next` gives piece by piece; an `Err` from it aborts the insert and stores nothing.
    /// Returns the number of rows written.
    pub(crate) fn insert(
        &mut self,
        sql: &str,
        format: &str,
        next: impl FnMut() -> Option<Result<Bytes, EngineError>>,
    ) -> Result<u64, EngineError> {
        let functions = &self.engine.functions;
        // SAFETY: pointers come with lengths and live until the call returns.
        let stream = unsafe {
            (functions.chdb_stream_insert_n)(
                self.handle(),
                sql.as_ptr(),
                sql.len(),
                format.as_ptr(),
                format.len(),
            )
        };
        if stream.is_null() {
            return Err(EngineError::new(1002, "the engine could not begin an insert"));
        }
        let result = self.feed(stream, next);
        // SAFETY: made above, not used after this.
        unsafe { (functions.chdb_destroy_insert_stream)(stream) };
        result
    }

    fn feed(
        &self,
        stream: RawInsert,
        mut next: impl FnMut() -> Option<Result<Bytes, EngineError>>,
    ) -> Result<u64, EngineError> {
        let functions = &self.engine.functions;
        // SAFETY: `stream` is a live insert of this connection in this whole function; texts are copied at once.
        unsafe {
            if let Some(message) = text((functions.chdb_stream_insert_error)(stream)) {
                return Err(EngineError::from_engine(message));
            }
            while let Some(piece) = next() {
                let piece = match piece {
                    Ok(piece) => piece,
                    Err(error) => {
                        (functions.chdb_stream_cancel_insert)(stream);
                        return Err(error);
                    }
                };
                if (functions.chdb_stream_append)(stream, piece.as_ptr(), piece.len()) != 0 {
                    break; // chdb_stream_done says why
                }
            }
            let result = self.own((functions.chdb_stream_done)(stream));
            self.check(&result)?;
            Ok((functions.chdb_result_rows_written)(result.raw))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_error_is_read_from_its_text() {
        let error = EngineError::from_engine("Code: 60. DB::Exception: Table x does not exist".into());
        assert_eq!(error.code, 60);
        assert_eq!(EngineError::from_engine("no number at all".into()).code, 0);
        assert_eq!(EngineError::new(62, "bad").message, "Code: 62. DB::Exception: bad");
    }
}
