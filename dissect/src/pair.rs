//! Requests that wait for their answers, in the two shapes that protocols need: in order, and by a key.
//!
//! In: requests as they come, answers as they come. Out: which request an answer belongs to, and which requests are
//! given up because too many wait. Both are bounded by their owner's word and never pair by guess: an answer to a
//! request that was given up belongs to nobody.

use std::collections::VecDeque;
use std::hash::Hash;

use hashbrown::HashMap;
use mizu_entry::Timestamp;

/// Requests whose answers come in the order of the requests.
#[derive(Debug)]
pub struct Fifo<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    owed: u64,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, owed: 0 }
    }
}

impl<T> Fifo<T> {
    /// A request begins.
    pub fn push(&mut self, item: T) {
        self.waiting.push_back((item, 0));
    }

    /// Says how many bytes of memory the newest request takes.
    pub fn weigh_last(&mut self, bytes: usize) {
        if let Some((_, weight)) = self.waiting.back_mut() {
            self.bytes = self.bytes + bytes - *weight;
            *weight = bytes;
        }
    }

    /// The request whose answer is next, or under way.
    pub fn first_mut(&mut self) -> Option<&mut T> {
        self.waiting.front_mut().map(|(item, _)| item)
    }

    /// The request whose answer is next, or under way.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.waiting.front().map(|(item, _)| item)
    }

    /// The newest request.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.waiting.back_mut().map(|(item, _)| item)
    }

    /// The newest request.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.waiting.back().map(|(item, _)| item)
    }

    /// The requests, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.waiting.iter().map(|(item, _)| item)
    }

    /// Takes the oldest request: its answer is over, or will not come.
    pub fn take(&mut self) -> Option<T> {
        let (item, weight) = self.waiting.pop_front()?;
        self.bytes -= weight;
        Some(item)
    }

    /// Takes the newest request: it waits for nothing.
    pub fn take_last(&mut self) -> Option<T> {
        let (item, weight) = self.waiting.pop_back()?;
        self.bytes -= weight;
        Some(item)
    }

    /// Gives up the oldest request though its answer may yet come. That answer is owed to nobody then.
    pub fn shed(&mut self) -> Option<T> {
        let item = self.take()?;
        self.owed += 1;
        Some(item)
    }

    /// An answer begins. Returns whether it is one to a request that was shed, and so to none that waits.
    pub fn settle(&mut self) -> bool {
        let owed = self.owed > 0;
        self.owed = self.owed.saturating_sub(1);
        owed
    }

    /// Forgets which answers are owed to nobody: bytes were lost, so they cannot be counted any more.
    pub fn forget_owed(&mut self) {
        self.owed = 0;
    }

    /// Requests that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes of memory that they take, as far as they were weighed.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Requests whose answers name them.
#[derive(Debug)]
pub struct Keyed<K, T> {
    waiting: HashMap<K, (T, Timestamp), foldhash::quality::RandomState>,
    most: usize,
}

impl<K: Hash + Eq + Copy, T> Keyed<K, T> {
    /// Room for `most` requests.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { waiting: HashMap::default(), most: most.max(1) }
    }

    /// A request begins. Returns one that has to go: the one of the same key, else the oldest if there are too many.
    pub fn insert(&mut self, key: K, item: T, at: Timestamp) -> Option<(K, T)> {
        let same = self.waiting.insert(key, (item, at)).map(|(old, _)| (key, old));
        if same.is_some() || self.waiting.len() <= self.most {
            return same;
        }
        let others = self.waiting.iter().filter(|(other, _)| **other != key);
        let oldest = others.min_by_key(|(_, (_, began))| *began).map(|(key, _)| *key)?;
        self.take(&oldest).map(|item| (oldest, item))
    }

    /// The request of that key.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut T> {
        self.waiting.get_mut(key).map(|(item, _)| item)
    }

    /// Takes the request of that key.
    pub fn take(&mut self, key: &K) -> Option<T> {
        self.waiting.remove(key).map(|(item, _)| item)
    }

    /// Takes a request that began before `before`; `None` if there is none. A walk over all that wait.
    pub fn expire(&mut self, before: Timestamp) -> Option<(K, T)> {
        let key = self.waiting.iter().find(|(_, (_, at))| *at < before).map(|(key, _)| *key)?;
        self.take(&key).map(|item| (key, item))
    }

    /// Takes a request, any.
    pub fn take_any(&mut self) -> Option<(K, T)> {
        let key = self.waiting.keys().next().copied()?;
        self.take(&key).map(|item| (key, item))
    }

    /// Requests that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_requests() {
        let mut fifo = Fifo::default();
        fifo.push('a');
        fifo.push('b');
        assert_eq!((fifo.take(), fifo.take(), fifo.take()), (Some('a'), Some('b'), None));
    }

    #[test]
    fn the_answer_to_a_request_that_was_given_up_is_no_others() {
        let mut fifo = Fifo::default();
        fifo.push('a');
        fifo.push('b');
        assert_eq!(fifo.shed(), Some('a'));
        assert!(fifo.settle(), "the answer to a");
        assert!(!fifo.settle(), "the answer to b");
        assert_eq!(fifo.take(), Some('b'));
    }

    #[test]
    fn weights_go_with_their_requests() {
        let mut fifo = Fifo::default();
        fifo.push('a');
        fifo.weigh_last(10);
        fifo.push('b');
        fifo.weigh_last(5);
        fifo.weigh_last(7);
        assert_eq!(fifo.bytes(), 17);
        fifo.take();
        assert_eq!(fifo.bytes(), 7);
        fifo.take();
        assert_eq!(fifo.bytes(), 0);
    }

    #[test]
    fn the_oldest_of_too_many_is_given_up_and_never_the_new_one() {
        let mut keyed = Keyed::new(2);
        let at = |secs| Timestamp::new(secs, 0);
        assert_eq!(keyed.insert(1, 'a', at(5)), None);
        assert_eq!(keyed.insert(2, 'b', at(3)), None);
        assert_eq!(keyed.insert(3, 'c', at(1)), Some((2, 'b')));
        assert_eq!(keyed.insert(1, 'd', at(9)), Some((1, 'a')), "the same key again");
        assert_eq!((keyed.take(&1), keyed.take(&3), keyed.take(&2)), (Some('d'), Some('c'), None));
    }

    #[test]
    fn what_waits_too_long_expires() {
        let mut keyed = Keyed::new(9);
        keyed.insert(7, 'a', Timestamp::new(5, 0));
        assert_eq!(keyed.expire(Timestamp::new(5, 0)), None);
        assert_eq!(keyed.expire(Timestamp::new(6, 0)), Some((7, 'a')));
        assert!(keyed.is_empty());
    }
}
