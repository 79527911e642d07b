//! The checked-in gRPC code of `users` is what `proto/users.proto` says; `UPDATE=1` rewrites it.

use std::{env, fs, path::Path};

const HEAD: &str = "// Generated from proto/users.proto by `UPDATE=1 cargo test -p mizu-shop --test proto`.\n\
                    // Do not edit.\n";

#[test]
fn checked_in_grpc_code_is_in_step_with_the_proto_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let descriptors = protox::compile([root.join("proto/users.proto")], [root.join("proto")]).unwrap();
    tonic_prost_build::configure().out_dir(out).compile_fds(descriptors).unwrap();
    let generated = format!("{HEAD}{}", fs::read_to_string(out.join("shop.users.v1.rs")).unwrap());

    let kept = root.join("src/users/proto.rs");
    if env::var_os("UPDATE").is_some() {
        fs::write(&kept, &generated).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&kept).unwrap_or_default(),
        generated,
        "src/users/proto.rs is out of step; run: UPDATE=1 cargo test -p mizu-shop --test proto"
    );
}
