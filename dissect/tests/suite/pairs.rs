//! No wrong pair: what a damaged capture gives against what the whole one gives.

use std::collections::HashMap;

use mizu_entry::{Entry, Message, Payload};

/// The entries of a whole capture.
pub(crate) struct Whole {
    /// By stream.
    entries: HashMap<String, Vec<Entry>>,
    /// Whether times tell which message is which.
    timed: bool,
}

impl Whole {
    pub(crate) fn new(entries: Vec<Entry>, timed: bool) -> Self {
        let mut by_stream: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in entries {
            by_stream.entry(entry.flow.to_string()).or_default().push(entry);
        }
        Self { entries: by_stream, timed }
    }

    /// Holds that every pair is one of the whole capture: a request and a response that belong together there, or less
    /// of them. Halves are no pairs.
    pub(crate) fn holds(&self, found: &[Entry], what: &str) {
        for entry in found {
            let (Some(request), Some(response)) = (&entry.request, &entry.response) else { continue };
            let whole = self.entries.get(&entry.flow.to_string()).map(Vec::as_slice).unwrap_or_default();
            let right = whole.iter().any(|one| {
                one.protocol == entry.protocol
                    && one.request.as_ref().is_some_and(|whole| self.is_part(request, whole))
                    && one.response.as_ref().is_some_and(|whole| self.is_part(response, whole))
            });
            assert!(right, "{what}: a pair that is none\n{}", crate::render::full(entry));
        }
    }

    /// Whether a message could be what is left of another one: captured within its time, and the same as far as it says.
    fn is_part(&self, part: &Message, whole: &Message) -> bool {
        let within = part.first >= whole.first && part.first <= whole.last;
        (within || !self.timed) && same_kind(part, whole)
    }
}

fn same_kind(part: &Message, whole: &Message) -> bool {
    match (&part.payload, &whole.payload) {
        (Payload::HttpRequest(part_head), Payload::HttpRequest(whole_head)) => {
            let (part_target, whole_target) = (part.text(part_head.target), whole.text(whole_head.target));
            // A target whose header field could not be read is absent, never another one.
            let (part_method, whole_method) = (part.text(part_head.method), whole.text(whole_head.method));
            (part_method.is_empty() || part_method == whole_method)
                && (part_target.is_empty() || part_target == whole_target)
        }
        (Payload::HttpResponse(part), Payload::HttpResponse(whole)) => {
            part.status == whole.status || part.status == 0
        }
        (part, whole) => std::mem::discriminant(part) == std::mem::discriminant(whole),
    }
}
