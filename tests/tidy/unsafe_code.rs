//! Unsafe code lies in few known places, each block with its reason.

use mizu_tests::checkout;

/// Places where Rust cannot say what the system does: the packet ring and mapped captures, and the engine's C interface.
const PLACES: &[&str] = &["sidecar/src/ring", "sidecar/src/mapped.rs", "aggregator/src/engine"];

fn uses_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    // `unsafe extern "C" fn(…)` is the type of a foreign function; a block of such declarations ends in a brace.
    let declares = code.contains("unsafe extern") && code.trim_end().ends_with('{');
    declares || ["unsafe {", "unsafe fn", "unsafe impl"].iter().any(|u| code.contains(u))
}

#[test]
fn unsafe_code_stays_in_its_places_and_says_why_it_is_sound() {
    let mut wrong = Vec::new();
    for source in
        checkout::sources().iter().filter(|s| s.extension() == "rs" && !s.path.starts_with("tests/tidy/"))
    {
        let lines: Vec<&str> = source.text.lines().collect();
        for (n, _) in lines.iter().enumerate().filter(|(_, l)| uses_unsafe(l)) {
            let place = format!("{}:{}", source.path, n + 1);
            if !PLACES.iter().any(|p| source.path.starts_with(p)) {
                wrong.push(format!("{place}: unsafe code belongs into {PLACES:?}"));
            }
            let before = lines.iter().take(n + 1).rev().take(8);
            if !before.clone().any(|l| l.contains("SAFETY") || l.contains("# Safety")) {
                wrong.push(format!("{place}: no `// SAFETY:` above it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
