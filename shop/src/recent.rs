//! A map that forgets its oldest entries: the state of a service that runs for weeks under load must not grow.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// Keeps the `limit` keys that were inserted last.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    limit: usize,
    map: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, map: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.map.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.map.remove(&oldest);
        }
    }

    /// The value of `key`, made by `make` if it is not there.
    pub(crate) fn entry(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if !self.map.contains_key(&key) {
            self.insert(key.clone(), make());
        }
        self.map.entry(key).or_insert_with(|| unreachable!("inserted above, and the limit is at least one"))
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn the_oldest_key_is_forgotten_at_the_limit() {
        let mut recent = Recent::new(2);
        for key in 1..=3 {
            recent.insert(key, key * 10);
        }
        assert_eq!((recent.get(&1), recent.get(&2), recent.get(&3)), (None, Some(&20), Some(&30)));
        *recent.entry(4, || 0) += 1;
        assert_eq!((recent.get(&2), recent.get(&4)), (None, Some(&1)));
    }
}
