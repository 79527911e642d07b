//! The least that a figure may be: read from floors.toml, and raised there with `make accept`, never lowered.

use mizu_tests::checkout;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const FILE: &str = "tests/corpus/floors.toml";

/// Per cent, by name of the figure (`recall`, `precision`, `paired`, `fields`).
pub(crate) type Figures = BTreeMap<String, f64>;

/// Floors by what they are of: `all`, a protocol's folder, or `condition <name>`.
pub(crate) type Floors = BTreeMap<String, Figures>;

fn read() -> Floors {
    toml::from_str(&checkout::read(FILE)).unwrap_or_else(|e| panic!("{FILE}: {e}"))
}

/// What lies under its floor. With UPDATE=1 in the environment the file is rewritten first, with the higher of each floor and figure.
pub(crate) fn under(measured: &Floors) -> Vec<String> {
    let mut floors = read();
    if std::env::var_os("UPDATE").is_some() {
        floors = raised(&floors, measured);
        write(&floors);
    }
    let mut wrong = Vec::new();
    for (of, figures) in &floors {
        for (name, least) in figures {
            match measured.get(of).and_then(|m| m.get(name)) {
                Some(is) if is + 1e-9 >= *least => {}
                Some(is) => wrong.push(format!("{of}: {name} {is:.2} %, floor {least:.2} %")),
                None => wrong.push(format!("{of}: {name} was not measured, floor {least:.2} %")),
            }
        }
    }
    wrong
}

fn raised(floors: &Floors, measured: &Floors) -> Floors {
    let mut all = floors.clone();
    for (of, figures) in measured {
        for (name, is) in figures {
            // Two places, rounded down, as the file has them.
            let is = (is * 100.0).floor() / 100.0;
            let floor = all.entry(of.clone()).or_default().entry(name.clone()).or_insert(is);
            *floor = floor.max(is);
        }
    }
    all
}

fn write(floors: &Floors) {
    let mut text = String::from(
        "# The least of each figure over ../shared/corpus, in per cent. `make accept` raises them; nothing lowers them.\n",
    );
    for (of, figures) in floors {
        let _ = write!(text, "\n[\"{of}\"]\n");
        for (name, least) in figures {
            let _ = writeln!(text, "{name} = {least:.2}");
        }
    }
    std::fs::write(checkout::root().join(FILE), text).unwrap_or_else(|e| panic!("writing {FILE}: {e}"));
}

#[test]
fn a_floor_rises_with_the_figure_and_never_falls() {
    let of = |recall: f64| Floors::from([("all".to_owned(), Figures::from([("recall".to_owned(), recall)]))]);
    for (case, floor, figure, then) in [("better", 99.0, 99.509, 99.5), ("worse", 99.0, 98.0, 99.0)] {
        assert_eq!(raised(&of(floor), &of(figure)), of(then), "{case}");
    }
}
