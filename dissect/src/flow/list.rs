//! Slots in lists: each knows the one before and behind it, so that moving one costs no search.

use super::{Index, Stage, Table};

const NONE: Index = Index::MAX;

/// A slot's neighbours; of a list: its last and first slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links {
    prev: Index,
    next: Index,
}

impl Default for Links {
    fn default() -> Self {
        Self { prev: NONE, next: NONE }
    }
}

impl Links {
    /// The next slot; of a list: the first.
    pub(super) const fn next(self) -> Option<Index> {
        if self.next == NONE { None } else { Some(self.next) }
    }
}

impl<T> Table<T> {
    pub(super) fn list(&self, stage: Stage) -> Links {
        self.lists.get(stage as usize).copied().unwrap_or_default()
    }

    /// Puts a slot at the end of a list.
    pub(super) fn push(&mut self, index: Index, stage: Stage) {
        let last = self.list(stage).prev;
        *self.links(index, stage) = Links { prev: last, next: NONE };
        self.links(last, stage).next = index;
        self.ends(stage).prev = index;
    }

    /// Takes a slot out of its list.
    pub(super) fn unlink(&mut self, index: Index, stage: Stage) {
        let Links { prev, next } = *self.links(index, stage);
        self.links(prev, stage).next = next;
        self.links(next, stage).prev = prev;
    }

    /// The links of a slot, or for no slot the ends of the list.
    fn links(&mut self, index: Index, stage: Stage) -> &mut Links {
        match self.slots.get_mut(index as usize) {
            Some(slot) => &mut slot.links,
            None => {
                let [opening, open, closed] = &mut self.lists;
                match stage {
                    Stage::Opening => opening,
                    Stage::Open => open,
                    Stage::Closed => closed,
                }
            }
        }
    }

    fn ends(&mut self, stage: Stage) -> &mut Links {
        self.links(NONE, stage)
    }
}
