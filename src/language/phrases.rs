//! Tables of words and phrases, looked up at a place in a text.

use std::collections::HashMap;

/// Phrases, each with what it stands for; `_` within one is any one word.
#[derive(Clone, Debug)]
pub(super) struct Phrases<T> {
    /// By first word; the longest first, so that they win over their beginnings.
    by_first: HashMap<String, Vec<(Vec<String>, T)>>,
}

impl<T: Copy> Phrases<T> {
    pub fn new<P: AsRef<str>>(phrases: impl IntoIterator<Item = (P, T)>) -> Phrases<T> {
        let mut by_first: HashMap<String, Vec<(Vec<String>, T)>> = HashMap::new();
        for (phrase, meaning) in phrases {
            let mut words = phrase.as_ref().split_whitespace().map(str::to_owned);
            let Some(first) = words.next() else { continue };
            by_first.entry(first).or_default().push((words.collect(), meaning));
        }
        for rests in by_first.values_mut() {
            rests.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        Phrases { by_first }
    }

    /// The longest phrase that begins at the first of `words`: how many words it has, and what it
    /// stands for.
    pub fn at<W: AsRef<str>>(&self, words: &[W]) -> Option<(usize, T)> {
        let (first, others) = words.split_first()?;
        let rests = self.by_first.get(first.as_ref())?;
        let fits = |rest: &[String]| {
            rest.len() <= others.len()
                && rest.iter().zip(others).all(|(part, word)| part == "_" || part == word.as_ref())
        };
        let (rest, meaning) = rests.iter().find(|(rest, _)| fits(rest))?;
        Some((rest.len() + 1, *meaning))
    }

    /// Whether a phrase stands anywhere in `words`.
    pub fn any<W: AsRef<str>>(&self, words: &[W]) -> bool {
        (0..words.len()).any(|at| self.at(&words[at..]).is_some())
    }

    /// The longest phrase with which `words` end.
    pub fn at_end<W: AsRef<str>>(&self, words: &[W]) -> Option<usize> {
        (0..words.len()).find_map(|at| {
            let (len, _) = self.at(&words[at..])?;
            (at + len == words.len()).then_some(len)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_wins() {
        let phrases = Phrases::new([("you", 1), ("you know", 2), ("you know _ mean", 3)]);
        let at = |text: &str| phrases.at(&text.split(' ').collect::<Vec<_>>());
        assert_eq!(at("you see"), Some((1, 1)));
        assert_eq!(at("you know what"), Some((2, 2)));
        assert_eq!(at("you know i mean it"), Some((4, 3)));
        assert_eq!(at("know you"), None);
        let words = ["well", "you", "know"];
        assert_eq!(phrases.at_end(&words), Some(2));
        assert!(phrases.any(&words) && !phrases.any(&words[2..]));
    }
}
