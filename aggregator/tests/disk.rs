//! A full disk: nothing is lost, and it is said.

use crate::support::{
    Folder,
    aggregator::Aggregator,
    entries::{frame, header, http},
    until,
};
use std::{path::Path, process::Command, time::Duration};

struct Disk(Folder);

impl Disk {
    /// A small disk of its own; `None` where this process may not mount one.
    fn mount(size: &str) -> Option<Self> {
        let folder = Folder::new();
        mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &folder.0).then_some(Self(folder))
    }

    fn grow(&self, size: &str) {
        assert!(mount(&["-o", &format!("remount,size={size}")], &self.0.0));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0.0).status();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    Command::new("mount").args(options).arg(folder).output().is_ok_and(|out| out.status.success())
}

#[test]
fn batches_are_refused_while_the_disk_is_full_and_stored_when_there_is_room() {
    let Some(disk) = Disk::mount("24m") else {
        println!("skipped: mounting a small disk needs root");
        return;
    };
    let aggregator = Aggregator::on(disk.0.0.join("data"), &["--max-entries-db-size", "0"]);
    let mut state = 1_u64;
    let mut batch = |sequence: u64| {
        let entries: Vec<_> = (0..100)
            .map(|n| {
                let body: Vec<u8> = std::iter::repeat_with(|| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .take(8000)
                .collect();
                http(sequence * 1000 + n, 200, &body)
            })
            .collect();
        frame(&header("w1", sequence), &entries)
    };
    let mut sequence = 0;
    let refused = loop {
        sequence += 1;
        let bytes = batch(sequence);
        let answer = aggregator.post(&bytes).unwrap();
        if answer.status != 200 {
            assert_eq!(answer.status, 503);
            assert!(answer.header("retry-after").is_some());
            let said = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(said.contains("disk is full"), "{said}");
            break bytes;
        }
        assert!(sequence < 60, "the disk does not fill");
    };
    assert_eq!(aggregator.json("/api/status")["store"], "full");
    disk.grow("200m");
    until("the batch to be stored", Duration::from_secs(30), || {
        (aggregator.post(&refused).unwrap().status == 200).then_some(())
    });
    assert_eq!(aggregator.json("/api/status")["store"], "ready");
    assert_eq!(aggregator.json("/api/entries/count")["total"], sequence * 100);
}
