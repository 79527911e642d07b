//! libchdb's C interface: loading the library, and the functions of it that we call.
//!
//! In: the path of `libchdb.so`. Out: a table of function pointers that stays valid for the life of the process.
//! Nothing here knows SQL or HTTP, and nothing is called: the safe layer over these pointers is `connection`.
//! The prototypes follow chdb-core 26.7, `programs/local/chdb.h`; the package carries no header.
#![expect(unsafe_code, reason = "the engine is a C library; loading it is what this module is for")]

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    path::{Path, PathBuf},
};

/// The version of the library that we are written and tested against; also the name of its folder in the cache.
pub const VERSION: &str = "26.7.3-stable.1";

/// A connection as the library sees it (`chdb_connection`).
pub(super) type RawConnection = *mut c_void;
/// A result, also the handle of a streaming query (`chdb_result *`).
pub(super) type RawResult = *mut c_void;
/// An insert in progress (`chdb_insert_stream *`).
pub(super) type RawInsert = *mut c_void;

/// Why the engine cannot be used on this machine.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is no file at the place where the library should be.
    #[error("the storage engine is not installed: {path} is not there")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is there but cannot be loaded, or lacks a function.
    #[error("{path} cannot be loaded as the storage engine")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the dynamic linker said.
        #[source]
        source: libloading::Error,
    },
}

/// Where the library is expected: `MIZU_LIBCHDB`, else the cache that `aggregator/engine/fetch.sh` fills.
///
/// Reads the environment; whether the file exists is not looked at.
pub fn default_path() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(path) = var("MIZU_LIBCHDB") {
        return path;
    }
    let cache = var("MIZU_CACHE")
        .or_else(|| var("XDG_CACHE_HOME").map(|c| c.join("mizu")))
        .or_else(|| var("HOME").map(|h| h.join(".cache/mizu")))
        .unwrap_or_else(|| PathBuf::from("/var/cache/mizu"));
    cache.join("libchdb").join(VERSION).join("libchdb.so")
}

macro_rules! functions {
    ($($name:ident: fn($($arg:ty),*) $(-> $ret:ty)?;)*) => {
        /// The functions of the library that we use, by their C names.
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($arg),*) $(-> $ret)?,)*
        }

        impl Functions {
            /// # Safety
            /// `library` must be libchdb with the prototypes above, and must never be unloaded.
            unsafe fn find(library: &libloading::Library) -> Result<Self, libloading::Error> {
                Ok(Self {
                    $($name: *unsafe {
                        library.get::<unsafe extern "C" fn($($arg),*) $(-> $ret)?>(
                            concat!(stringify!($name), "\0").as_bytes(),
                        )?
                    },)*
                })
            }
        }
    };
}

functions! {
    chdb_set_signal_handlers_enabled: fn(c_int);
    chdb_version: fn() -> *const c_char;
    chdb_connect: fn(c_int, *mut *mut c_char) -> *mut RawConnection;
    chdb_close_conn: fn(*mut RawConnection);
    chdb_query_with_params_n: fn(RawConnection, *const u8, usize, *const u8, usize, *const *const u8, *const usize, *const *const u8, *const usize, usize) -> RawResult;
    chdb_stream_query_with_params_n: fn(RawConnection, *const u8, usize, *const u8, usize, *const *const u8, *const usize, *const *const u8, *const usize, usize) -> RawResult;
    chdb_stream_fetch_result: fn(RawConnection, RawResult) -> RawResult;
    chdb_stream_cancel_query: fn(RawConnection, RawResult);
    chdb_destroy_query_result: fn(RawResult);
    chdb_result_buffer: fn(RawResult) -> *const u8;
    chdb_result_length: fn(RawResult) -> usize;
    chdb_result_error: fn(RawResult) -> *const c_char;
    chdb_result_rows_written: fn(RawResult) -> u64;
    chdb_stream_insert_n: fn(RawConnection, *const u8, usize, *const u8, usize) -> RawInsert;
    chdb_stream_append: fn(RawInsert, *const u8, usize) -> c_int;
    chdb_stream_done: fn(RawInsert) -> RawResult;
    chdb_stream_cancel_insert: fn(RawInsert);
    chdb_stream_insert_error: fn(RawInsert) -> *const c_char;
    chdb_destroy_insert_stream: fn(RawInsert);
}

/// The loaded engine. It is never unloaded: its threads and exit handlers outlive every caller.
pub struct Engine {
    pub(super) functions: Functions,
}

impl Engine {
    /// Loads the library. Call it once in a process, after the sandbox is set up and never before a fork.
    pub fn load(path: &Path) -> Result<&'static Self, LibraryError> {
        if !path.is_file() {
            return Err(LibraryError::Missing { path: path.to_owned() });
        }
        let unusable = |source| LibraryError::Unusable { path: path.to_owned(), source };
        // SAFETY: libchdb's initialisers have no precondition; its symbols are looked up locally (RTLD_LOCAL).
        let library = unsafe { libloading::Library::new(path) }.map_err(unusable)?;
        // SAFETY: the prototypes above are the library's; it is leaked right below, so never unloaded.
        let functions = unsafe { Functions::find(&library) }.map_err(unusable)?;
        std::mem::forget(library);
        // SAFETY: takes a flag, has no precondition, must come before the first connection. Its crash handlers would
        // replace ours and hide Rust's stack overflow message.
        unsafe { (functions.chdb_set_signal_handlers_enabled)(0) };
        Ok(Box::leak(Box::new(Self { functions })))
    }

    /// The library's own version, such as `26.7.3`.
    pub fn version(&self) -> String {
        // SAFETY: returns a static string or null.
        unsafe { text((self.functions.chdb_version)()) }.unwrap_or_default()
    }
}

/// # Safety
/// `pointer` is null or a C string that lives until this returns.
pub(super) unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not null, and a C string by the caller's word.
    Some(unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}
