//! GoEmotions (Demszky et al., 2020): its file format, and its authors' grouping of the emotions
//! by sentiment (`sentiment_mapping.json` beside their data).

/// The labels in the order of their numbers, each with its group.
const LABELS: [(&str, Group); 28] = [
    ("admiration", Group::Positive),
    ("amusement", Group::Positive),
    ("anger", Group::Negative),
    ("annoyance", Group::Negative),
    ("approval", Group::Positive),
    ("caring", Group::Positive),
    ("confusion", Group::Ambiguous),
    ("curiosity", Group::Ambiguous),
    ("desire", Group::Positive),
    ("disappointment", Group::Negative),
    ("disapproval", Group::Negative),
    ("disgust", Group::Negative),
    ("embarrassment", Group::Negative),
    ("excitement", Group::Positive),
    ("fear", Group::Negative),
    ("gratitude", Group::Positive),
    ("grief", Group::Negative),
    ("joy", Group::Positive),
    ("love", Group::Positive),
    ("nervousness", Group::Negative),
    ("optimism", Group::Positive),
    ("pride", Group::Positive),
    ("realization", Group::Ambiguous),
    ("relief", Group::Positive),
    ("remorse", Group::Negative),
    ("sadness", Group::Negative),
    ("surprise", Group::Ambiguous),
    ("neutral", Group::Neutral),
];

/// What an emotion, or all labels of a text together, say of its sentiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Negative,
    Neutral,
    Positive,
    /// Only realisation, surprise, curiosity or confusion, perhaps neutral besides.
    Ambiguous,
    /// Positive and negative at once.
    Mixed,
}

/// The groups of a text's labels, given as numbers with commas between.
///
/// # Errors
/// What is wrong with them.
pub fn groups(labels: &str) -> Result<Vec<Group>, String> {
    labels
        .split(',')
        .map(|label| {
            let known = label.trim().parse().ok().and_then(|n: usize| LABELS.get(n));
            known.map(|(_, group)| *group).ok_or_else(|| {
                format!("`{label}` is no label of GoEmotions; they are numbers from 0 to 27")
            })
        })
        .collect()
}

/// What the labels of one text say together: positive or negative win over neutral and
/// ambiguous, and against each other are mixed.
pub fn together(groups: &[Group]) -> Group {
    let has = |group| groups.contains(&group);
    match (has(Group::Positive), has(Group::Negative)) {
        (true, true) => Group::Mixed,
        (true, false) => Group::Positive,
        (false, true) => Group::Negative,
        (false, false) if has(Group::Ambiguous) => Group::Ambiguous,
        (false, false) => Group::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_grouped_as_the_authors_do() {
        let count = |group| LABELS.iter().filter(|(_, g)| *g == group).count();
        assert_eq!([Group::Positive, Group::Negative, Group::Ambiguous].map(count), [12, 11, 4]);
        let of = |labels| together(&groups(labels).unwrap());
        assert_eq!(of("27"), Group::Neutral);
        assert_eq!(of("2"), Group::Negative);
        assert_eq!(of("27,15"), Group::Positive);
        assert_eq!(of("3,26"), Group::Negative);
        assert_eq!(of("6,27"), Group::Ambiguous);
        assert_eq!(of("2,17"), Group::Mixed);
        assert!(groups("28").unwrap_err().contains("0 to 27"));
        assert!(groups("").is_err());
    }
}
