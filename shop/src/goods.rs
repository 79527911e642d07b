//! What the shop sells: a fixed list, `data/goods.json`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One article.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Price in cents.
    pub(crate) cents: u64,
    /// Pieces in the store room when the shop opens.
    pub(crate) stock: u64,
    /// Colour of its picture, as CSS writes it.
    pub(crate) colour: String,
    pub(crate) tags: Vec<String>,
    pub(crate) description: String,
}

static GOODS: LazyLock<Vec<Article>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/goods.json"))
        .expect("the list is part of the program, and a test reads it")
});

/// Every article, in the order of the list.
pub(crate) fn all() -> &'static [Article] {
    &GOODS
}

/// The article of this id.
pub(crate) fn find(id: &str) -> Option<&'static Article> {
    GOODS.iter().find(|article| article.id == id)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_article_has_an_id_of_its_own_and_a_price() {
        let ids: std::collections::BTreeSet<_> = super::all().iter().map(|a| &a.id).collect();
        assert_eq!(ids.len(), super::all().len());
        assert!(super::all().iter().all(|a| a.cents > 0));
    }
}
