//! libFuzzer's entrance to the target `stream`, which `src/lib.rs` explains.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mizu_fuzz::stream(data));
