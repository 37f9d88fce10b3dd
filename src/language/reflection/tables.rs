//! The words that a sentence is judged and made by, from `assets/reflections.toml`.

use std::collections::{HashMap, HashSet};

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
    things: Vec<String>,
    persons: Vec<String>,
    troubles: String,
    harmless: String,
    spelling: HashMap<String, String>,
    withhold: Withhold,
    problem: HashMap<String, f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withhold {
    rude: Vec<String>,
    ironic: Vec<String>,
    fine: Vec<String>,
    asides: Vec<String>,
}

/// The tables, ready to be looked up. What each is for is said in `assets/reflections.toml`.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub drop: Phrases<()>,
    pub markers: Phrases<()>,
    pub lead_ins: Phrases<()>,
    pub tails: Phrases<()>,
    pub sarcastic: Phrases<()>,
    pub things: Phrases<()>,
    pub persons: Phrases<()>,
    pub troubles: HashSet<String>,
    pub harmless: HashSet<String>,
    pub spelling: HashMap<String, String>,
    pub withhold: Phrases<()>,
    /// Those of `withhold` that insult, mean the opposite, or are content.
    pub rude: Phrases<()>,
    pub problem: Phrases<f32>,
}

impl Default for Tables {
    /// Those of `assets/reflections.toml`.
    fn default() -> Tables {
        let table: Table = toml::from_str(TABLE).expect("a test reads the table");
        let list = |list: Vec<String>| Phrases::new(list.into_iter().map(|phrase| (phrase, ())));
        let set = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        let Withhold { rude, ironic, fine, asides } = table.withhold;
        Tables {
            drop: list(table.drop),
            markers: list(table.markers),
            lead_ins: list(table.lead_ins),
            tails: list(table.tails),
            sarcastic: list(table.sarcastic),
            things: list(table.things),
            persons: list(table.persons),
            troubles: set(&table.troubles),
            harmless: set(&table.harmless),
            spelling: table.spelling,
            rude: list([&rude[..], &ironic, &fine].concat()),
            withhold: list([rude, ironic, fine, asides].concat()),
            problem: Phrases::new(table.problem),
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
        let Withhold { rude, ironic, fine, asides } = table.withhold;
        let lists = [table.drop, table.markers, table.lead_ins, table.tails, table.things];
        let withheld = [table.persons, table.sarcastic, rude, ironic, fine, asides];
        let phrases = lists.into_iter().chain(withheld).flatten().chain(table.problem.into_keys());
        for phrase in phrases.chain(table.spelling.into_keys()) {
            // Hyphens stay in what is heard here.
            let heard = spoken::words(&phrase.replace('_', "any")).join(" ");
            assert_eq!(heard, phrase.replace('_', "any").replace('-', " "), "not as it is heard");
            assert!(!phrase.starts_with('_'), "{phrase}");
        }
    }
}
