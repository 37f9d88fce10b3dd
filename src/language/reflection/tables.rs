//! The words that a sentence is judged and made by, from `assets/reflections.toml`.

use std::collections::HashMap;

use serde::Deserialize;

use super::super::phrases::Phrases;

/// The table as it is in the source.
const TABLE: &str = include_str!("../../../assets/reflections.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    drop: Vec<String>,
    markers: Vec<String>,
    lead_ins: Vec<String>,
    tails: Vec<String>,
    sarcastic: Vec<String>,
    rude: Vec<String>,
    spelling: HashMap<String, String>,
}

/// The tables, ready to be looked up. What each is for is said in `assets/reflections.toml`.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub drop: Phrases<()>,
    pub markers: Phrases<()>,
    pub lead_ins: Phrases<()>,
    pub tails: Phrases<()>,
    pub sarcastic: Phrases<()>,
    pub rude: Phrases<()>,
    pub spelling: HashMap<String, String>,
}

impl Default for Tables {
    /// Those of `assets/reflections.toml`.
    fn default() -> Tables {
        let table: Table = toml::from_str(TABLE).expect("a test reads the table");
        let list = |list: Vec<String>| Phrases::new(list.into_iter().map(|phrase| (phrase, ())));
        Tables {
            drop: list(table.drop),
            markers: list(table.markers),
            lead_ins: list(table.lead_ins),
            tails: list(table.tails),
            sarcastic: list(table.sarcastic),
            rude: list(table.rude),
            spelling: table.spelling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::spoken;
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let table: Table = toml::from_str(TABLE).unwrap();
        let lists = [table.drop, table.markers, table.lead_ins, table.tails, table.sarcastic];
        let phrases = lists.into_iter().flatten().chain(table.rude);
        for phrase in phrases.chain(table.spelling.into_keys()) {
            // Hyphens stay in what is heard here.
            let heard = spoken::words(&phrase.replace('_', "any")).join(" ");
            assert_eq!(heard, phrase.replace('_', "any").replace('-', " "), "not as it is heard");
            assert!(!phrase.starts_with('_'), "{phrase}");
        }
    }
}
