//! Lists of exceptions that may only shrink. A line is `<what> <count>`; `#` opens a comment, which says why.
//! A list is right when it names exactly what is wrong: a new fault is refused, and a line whose fault is gone must go.

use crate::checkout;
use std::collections::BTreeMap;

/// Reads the list in `path`, relative to the root of the checkout.
///
/// # Panics
/// When the list is not there or a line of it is not of the form.
pub fn read(path: &str) -> BTreeMap<String, usize> {
    let mut listed = BTreeMap::new();
    for line in checkout::read(path).lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        let (what, count) =
            line.rsplit_once(' ').unwrap_or_else(|| panic!("{path}: `{line}` is not `<what> <count>`"));
        let count = count.parse().unwrap_or_else(|_| panic!("{path}: `{line}` does not end in a number"));
        listed.insert(what.trim().to_owned(), count);
    }
    listed
}

/// Compares what is with what is listed, and says what to do about each difference.
pub fn differences(
    path: &str,
    listed: &BTreeMap<String, usize>,
    found: &BTreeMap<String, usize>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (what, count) in found {
        match listed.get(what) {
            Some(most) if count <= most => {}
            Some(most) => wrong.push(format!("{what}: {count}, was {most}; it may only shrink")),
            None => wrong.push(format!("{what}: {count}, which is over the limit")),
        }
    }
    for (what, most) in listed {
        match found.get(what) {
            Some(count) if count < most => {
                wrong.push(format!("{what}: down to {count}: write that into {path}"))
            }
            Some(_) => {}
            None => wrong.push(format!("{what}: no longer at fault: take it out of {path}")),
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_fault_may_stay_or_shrink_and_a_new_one_is_refused() {
        let map =
            |of: &[(&str, usize)]| of.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<BTreeMap<_, _>>();
        let listed = map(&[("a", 10)]);
        for (case, found, faults) in [
            ("the same", map(&[("a", 10)]), 0),
            ("grown", map(&[("a", 11)]), 1),
            ("shrunk, and the list not", map(&[("a", 9)]), 1),
            ("gone, and the list not", map(&[]), 1),
            ("a new one", map(&[("a", 10), ("b", 1)]), 1),
        ] {
            assert_eq!(differences("x", &listed, &found).len(), faults, "{case}");
        }
    }
}
