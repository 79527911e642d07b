//! Builds again when the page was built: rust-embed notices changed files of `ui/dist`, not new ones.

fn main() {
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed=build.rs");
}
