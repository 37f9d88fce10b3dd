//! Numbers as they are said: "three", "24", "twenty four", "a couple of", "the 3rd".

use super::super::spoken::word;

/// Numbers from nought to nineteen.
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// The tens from twenty on.
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Ordinals from first to nineteenth.
const ORDINALS: [&str; 19] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

/// The number with which `words` begin, and how many of them it takes: digits, cardinals to
/// ninety-nine, "a" and "an" (1), "a couple of" (2), "a few" (3), "several" (5). Numbers over
/// 999 are none.
pub fn number(words: &[String]) -> Option<(u32, usize)> {
    let word = |at| word(words, at);
    match (word(0), word(1)) {
        ("a", "couple") => return Some((2, if word(2) == "of" { 3 } else { 2 })),
        ("couple", "of") => return Some((2, 2)),
        ("a", "few") => return Some((3, 2)),
        ("couple", _) => return Some((2, 1)),
        ("few", _) => return Some((3, 1)),
        ("several", _) => return Some((5, 1)),
        ("a" | "an", _) => return Some((1, 1)),
        _ => {}
    }
    if !word(0).is_empty() && word(0).bytes().all(|b| b.is_ascii_digit()) {
        return word(0).parse().ok().filter(|n| *n <= 999).map(|n| (n, 1));
    }
    if let Some(tens) = tens(word(0)) {
        let ones = SMALL.iter().position(|small| *small == word(1)).filter(|n| (1..10).contains(n));
        return Some(ones.map_or((tens, 1), |ones| (tens + ones as u32, 2)));
    }
    SMALL.iter().position(|small| *small == word(0)).map(|n| (n as u32, 1))
}

/// The ordinal to thirty-first with which `words` begin, and how many of them it takes: "3rd",
/// "third", "twenty first".
pub fn ordinal(words: &[String]) -> Option<(u32, usize)> {
    let word = |at| word(words, at);
    let small = |word: &str| ORDINALS.iter().position(|o| *o == word).map(|n| n as u32 + 1);
    let found = if let Some(digits) =
        ["st", "nd", "rd", "th"].iter().find_map(|end| word(0).strip_suffix(end))
        && let Ok(n) = digits.parse()
    {
        (n, 1)
    } else if let Some(n) = small(word(0)) {
        (n, 1)
    } else {
        match (word(0), tens(word(0)), small(word(1)).filter(|n| *n < 10)) {
            ("twentieth", ..) => (20, 1),
            ("thirtieth", ..) => (30, 1),
            (_, Some(tens), Some(ones)) => (tens + ones, 2),
            _ => return None,
        }
    };
    (1..=31).contains(&found.0).then_some(found)
}

fn tens(word: &str) -> Option<u32> {
    TENS.iter().position(|tens| *tens == word).map(|n| (n as u32 + 2) * 10)
}

#[cfg(test)]
mod tests {
    use super::super::super::spoken::words;
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_said() {
        let read = |text: &str| number(&words(text));
        assert_eq!(read("24 hours"), Some((24, 1)));
        assert_eq!(read("twenty four hours"), Some((24, 2)));
        assert_eq!(read("twenty hours"), Some((20, 1)));
        assert_eq!(read("a couple of days"), Some((2, 3)));
        assert_eq!(read("a few days"), Some((3, 2)));
        assert_eq!(read("an hour"), Some((1, 1)));
        assert_eq!(read("nineteen"), Some((19, 1)));
        assert_eq!(read("hours"), None);
        assert_eq!(read("99999999999999 days"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn ordinals_are_read_as_they_are_said() {
        let read = |text: &str| ordinal(&words(text));
        assert_eq!(read("3rd of June"), Some((3, 1)));
        assert_eq!(read("twelfth"), Some((12, 1)));
        assert_eq!(read("twenty-first of May"), Some((21, 2)));
        assert_eq!(read("thirtieth"), Some((30, 1)));
        assert_eq!(read("thirty second"), None);
        assert_eq!(read("32nd"), None);
        assert_eq!(read("month"), None);
        assert_eq!(read("three"), None);
    }
}
