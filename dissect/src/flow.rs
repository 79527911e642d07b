//! The table of connections: found by their addresses, bounded, the longest silent first to go.
//!
//! A connection lies in a slot that is found by one probe of a hash table whose seed nobody outside knows, or without
//! any for the connection of the packet before. Slots stand in three lists, each with its longest silent first:
//! connections without data yet (a flood of SYNs is evicted before anything else that is alive), those with data, and
//! closed ones, which are remembered for a while so that a late retransmission opens no ghost.
//! No timers and no bytes here.

mod key;
mod list;

use foldhash::quality::FixedState;
use hashbrown::HashTable;
use mizu_entry::Timestamp;
use std::hash::BuildHasher;

pub(crate) use key::Key;
use list::Links;

/// Nanoseconds for which a connection's place in its list stands.
const LISTED: u64 = 50_000_000;

/// A slot's number.
pub(crate) type Index = u32;

/// The lists of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No data yet.
    Opening = 0,
    /// Data was seen.
    Open = 1,
    /// Over.
    Closed = 2,
}

/// A connection's place.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    pub(crate) key: Key,
    pub(crate) last: Timestamp,
    /// When it was put at the end of its list.
    listed: Timestamp,
    /// Tells this use of the slot from others.
    pub(crate) generation: u32,
    pub(crate) stage: Stage,
    /// What is known of it; nothing of a closed one.
    pub(crate) live: Option<Box<T>>,
    /// The other name of a connection whose two directions have different addresses.
    alias: Option<Box<Alias>>,
    links: Links,
}

#[derive(Debug)]
struct Alias {
    key: Key,
    /// Whether its ends are numbered the other way round.
    flipped: bool,
}

/// An element of the hash table.
#[derive(Debug, Clone, Copy)]
struct Named {
    slot: Index,
    by_alias: bool,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<Index>,
    names: HashTable<Named>,
    hasher: FixedState,
    lists: [Links; 3],
    most: usize,
    latest: Option<(Key, Index)>,
    generation: u32,
}

impl<T> Table<T> {
    /// A table of at most `most` connections.
    pub(crate) fn new(most: usize, seed: u64) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            names: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            lists: [Links::default(); 3],
            most: most.max(1),
            latest: None,
            generation: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Bytes of memory held, without what hangs on the connections.
    pub(crate) fn held(&self) -> usize {
        self.slots.len() * size_of::<Slot<T>>() + self.names.capacity() * (size_of::<Named>() + 1)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() >= self.most
    }

    /// The connection of that name, and whether its ends are numbered the other way round in it.
    #[inline]
    pub(crate) fn find(&mut self, key: &Key) -> Option<(Index, bool)> {
        if let Some((latest, slot)) = &self.latest
            && latest == key
        {
            return Some((*slot, false));
        }
        let hash = self.hasher.hash_one(key);
        let slots = &self.slots;
        let found = self.names.find(hash, |named| name(slots, *named) == Some(key)).copied()?;
        if !found.by_alias {
            self.latest = Some((*key, found.slot));
            return Some((found.slot, false));
        }
        let flipped = self.slots.get(found.slot as usize)?.alias.as_ref().is_some_and(|alias| alias.flipped);
        Some((found.slot, flipped))
    }

    #[inline]
    pub(crate) fn slot(&mut self, index: Index) -> Option<&mut Slot<T>> {
        self.slots.get_mut(index as usize)
    }

    /// The slot, if it is still used as it was at that generation.
    pub(crate) fn same(&mut self, index: Index, generation: u32) -> Option<&mut Slot<T>> {
        self.slots.get_mut(index as usize).filter(|slot| slot.generation == generation)
    }

    /// Adds a connection. The table must not be full; evicting is the caller's business.
    pub(crate) fn add(&mut self, key: Key, live: Box<T>, now: Timestamp) -> Index {
        self.generation = self.generation.wrapping_add(1);
        let slot = Slot {
            key,
            last: now,
            listed: now,
            generation: self.generation,
            stage: Stage::Opening,
            live: Some(live),
            alias: None,
            links: Links::default(),
        };
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(place) = self.slots.get_mut(index as usize) {
                    *place = slot;
                }
                index
            }
            None => {
                self.slots.push(slot);
                // `most` is far below 2^32.
                (self.slots.len() - 1) as Index
            }
        };
        self.push(index, Stage::Opening);
        self.name_it(key, Named { slot: index, by_alias: false });
        self.latest = Some((key, index));
        index
    }

    /// Gives a connection a second name.
    pub(crate) fn alias(&mut self, index: Index, key: Key, flipped: bool) {
        let Some(slot) = self.slots.get_mut(index as usize).filter(|slot| slot.alias.is_none()) else {
            return;
        };
        slot.alias = Some(Box::new(Alias { key, flipped }));
        self.name_it(key, Named { slot: index, by_alias: true });
    }

    /// Takes a connection out.
    pub(crate) fn remove(&mut self, index: Index) -> Option<Box<T>> {
        let slot = self.slots.get_mut(index as usize)?;
        let (stage, key, live, alias) = (slot.stage, slot.key, slot.live.take(), slot.alias.take());
        slot.generation = 0;
        self.unlink(index, stage);
        self.unname(&key, index);
        if let Some(alias) = alias {
            self.unname(&alias.key, index);
        }
        if self.latest.is_some_and(|(_, latest)| latest == index) {
            self.latest = None;
        }
        self.free.push(index);
        live
    }

    /// Notes that a connection has just been heard of, and how far it is.
    #[inline]
    pub(crate) fn touch(&mut self, index: Index, stage: Stage, now: Timestamp) {
        let Some(slot) = self.slots.get_mut(index as usize) else { return };
        slot.last = slot.last.max(now);
        let old = slot.stage;
        // Moving it for each packet would touch its neighbours for nothing; closed ones go in the order of closing.
        if old == stage && (stage == Stage::Closed || now.since(slot.listed) < LISTED) {
            return;
        }
        slot.stage = stage;
        slot.listed = now;
        self.unlink(index, old);
        self.push(index, stage);
    }

    /// The longest silent connection of a list.
    pub(crate) fn oldest(&self, stage: Stage) -> Option<Index> {
        self.list(stage).next()
    }

    /// The one after it in its list.
    pub(crate) fn newer(&self, index: Index) -> Option<Index> {
        self.slots.get(index as usize)?.links.next()
    }

    fn name_it(&mut self, key: Key, named: Named) {
        let Self { names, slots, hasher, .. } = self;
        let hash = hasher.hash_one(key);
        names.insert_unique(hash, named, |named| name(slots, *named).map_or(0, |key| hasher.hash_one(key)));
    }

    fn unname(&mut self, key: &Key, index: Index) {
        let hash = self.hasher.hash_one(key);
        if let Ok(found) = self.names.find_entry(hash, |named| named.slot == index) {
            found.remove();
        }
    }
}

fn name<T>(slots: &[Slot<T>], named: Named) -> Option<&Key> {
    let slot = slots.get(named.slot as usize)?;
    if named.by_alias { slot.alias.as_ref().map(|alias| &alias.key) } else { Some(&slot.key) }
}

#[cfg(test)]
mod tests;
