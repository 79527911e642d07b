//! The open streams by number, how many there may be, and the memory that they hold.

use mizu_entry::{Message, Notes, Timestamp, Unanswered};

use super::super::grpc::Form;
use super::{Half, Slot, Streams, Ticket};
use crate::cx::Cx;
use crate::protocol::Side;

impl Streams {
    /// Bytes of memory held.
    pub(in super::super) fn held(&self) -> usize {
        self.held
            + self.slots.capacity() * size_of::<Slot>()
            + self.by_id.capacity() * size_of::<(u32, usize)>()
            + (self.free.capacity() + self.gone.capacity()) * size_of::<usize>()
    }

    /// Slots in the order of their streams.
    pub(super) fn ordered(&self, wanted: impl Fn(&Slot) -> bool) -> Vec<usize> {
        let mut found: Vec<(u32, usize)> = self
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.id != 0 && wanted(slot))
            .map(|(at, slot)| (slot.id, at))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, at)| at).collect()
    }

    pub(super) fn find(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn get(&mut self, ticket: Ticket) -> Option<&mut Slot> {
        self.slots.get_mut(ticket.slot).filter(|slot| slot.id == ticket.id)
    }

    /// Whether that stream is one that went out already.
    pub(super) fn is_gone(&self, id: u32) -> bool {
        id <= self.newest && (id <= self.forgotten || self.gone.contains(&id))
    }

    /// Whether no more bodies may be kept.
    pub(super) fn is_full(&self, cx: &Cx<'_>) -> bool {
        self.held > cx.limits.pending_bytes.max(cx.limits.body_cap.saturating_mul(2))
    }

    pub(super) fn open(&mut self, id: u32, first: Timestamp) -> usize {
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        });
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { id, seen: first, reported: first, ..Slot::default() };
        }
        self.by_id.insert(id, at);
        at
    }

    /// Keeps the number of open streams within its limit.
    pub(super) fn make_room(&mut self, cx: &mut Cx<'_>) {
        if self.by_id.len() < cx.limits.open_streams.max(1) {
            return;
        }
        let open = self.slots.iter().enumerate().filter(|(_, slot)| slot.id != 0);
        // Those that were reset have waited for the least.
        let oldest = open.min_by_key(|(_, slot)| (!slot.reset, slot.id)).map(|(at, slot)| (at, slot.reset));
        if let Some((at, reset)) = oldest {
            if let Some(slot) = self.slots.get_mut(at).filter(|_| !reset) {
                slot.notes |= Notes::PARTIAL;
            }
            self.close(at, Some(Unanswered::Budget), cx);
        }
    }

    pub(super) fn begin(&mut self, at: usize, from: Side, message: Box<Message>, form: Form) {
        if let Some(slot) = self.slots.get_mut(at) {
            let half = slot.half(from);
            half.message = Some(message);
            half.form = form;
        }
        self.weigh(at);
    }

    /// Brings the account of a stream's memory up to date.
    pub(super) fn weigh(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            let held = |half: &Half| half.message.as_ref().map_or(0, |message| message.held());
            let now = held(&slot.request) + held(&slot.response);
            self.held = self.held.saturating_sub(slot.held) + now;
            slot.held = now;
        }
    }
}
