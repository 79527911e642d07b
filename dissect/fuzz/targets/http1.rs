//! libFuzzer's entrance to the target `http1`, which `src/lib.rs` explains.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mizu_fuzz::http1(data));
