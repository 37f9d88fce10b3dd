//! Styled text, wrapped to the width of the terminal.
//!
//! All text goes through [`clean`] here: words and names come out of recordings and files, and
//! nothing in them may steer the terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

/// Text in one style. Between two runs there is a space.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    style: Style,
    text: Cow<'a, str>,
}

/// Text in a style; [`Style::new`] is plain. A no-break space keeps words on one line.
pub fn run<'a>(style: Style, text: impl Into<Cow<'a, str>>) -> Run<'a> {
    Run { style, text: text.into() }
}

/// Where rows of text are written.
pub struct Page<'w> {
    out: &'w mut dyn Write,
    width: usize,
}

impl<'w> Page<'w> {
    /// A page of `width` columns.
    pub fn new(out: &'w mut dyn Write, width: usize) -> Self {
        Page { out, width }
    }

    /// How many columns it has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Writes an empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Writes `margin`, which is not wrapped and ends before the column `hang`, and the
    /// runs, all of whose lines begin at that column.
    pub fn row(&mut self, margin: &[Run], hang: usize, runs: &[Run]) -> io::Result<()> {
        let mut lines = wrap(runs, self.width.saturating_sub(hang).max(1)).into_iter();
        let mut line = StyledLine::default();
        for (i, part) in margin.iter().enumerate() {
            if i > 0 {
                line.push(Style::new(), " ");
            }
            line.push(part.style, &clean(&part.text));
        }
        if let Some(words) = lines.next() {
            line.put(hang, &words);
        }
        self.out.write_all(line.end().as_bytes())?;
        for words in lines {
            let mut line = StyledLine::default();
            line.put(hang, &words);
            self.out.write_all(line.end().as_bytes())?;
        }
        Ok(())
    }
}

/// A line on its way; one change of style where the style changes.
#[derive(Default)]
struct StyledLine {
    text: String,
    columns: usize,
    style: Style,
}

impl StyledLine {
    fn push(&mut self, style: Style, text: &str) {
        if style != self.style {
            let (before, after) = (self.style.render_reset(), style.render());
            self.text.push_str(&format!("{before}{after}"));
            self.style = style;
        }
        self.text.push_str(&text.replace('\u{a0}', " "));
        self.columns += columns(text);
    }

    fn put(&mut self, column: usize, words: &[(Style, String)]) {
        if words.is_empty() {
            return;
        }
        let missing = column.saturating_sub(self.columns);
        self.push(Style::new(), &" ".repeat(missing));
        for (i, (style, word)) in words.iter().enumerate() {
            // The space belongs to the word before it, or to the plain text between styles.
            if i > 0 {
                let same = self.style == *style;
                self.push(if same { *style } else { Style::new() }, " ");
            }
            self.push(*style, word);
        }
    }

    fn end(mut self) -> String {
        self.push(Style::new(), "\n");
        self.text
    }
}

/// Lines of styled words, none wider than `room`; a wider word is cut.
fn wrap(runs: &[Run], room: usize) -> Vec<Vec<(Style, String)>> {
    let mut lines: Vec<Vec<(Style, String)>> = Vec::new();
    let mut used = usize::MAX;
    for Run { style, text } in runs {
        let text = clean(text);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            for piece in pieces(word, room) {
                let wide = columns(piece);
                match lines.last_mut() {
                    Some(line) if used.saturating_add(1 + wide) <= room => {
                        used += 1 + wide;
                        line.push((*style, piece.to_owned()));
                    }
                    _ => {
                        used = wide;
                        lines.push(vec![(*style, piece.to_owned())]);
                    }
                }
            }
        }
    }
    lines
}

/// A word in parts no wider than `room`. What has no width of its own stays with the
/// character before it.
fn pieces(word: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (i, c) in word.char_indices() {
        let wide = c.width().unwrap_or(0);
        if used + wide > room && i > start {
            pieces.push(&word[start..i]);
            (start, used) = (i, 0);
        }
        used += wide;
    }
    pieces.push(&word[start..]);
    pieces
}

/// How many columns of a terminal the text takes.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text without anything that steers a terminal: white space becomes a space; control
/// characters, and those that change the direction of writing, a replacement character.
pub fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\u{a0}' => c,
        c if c.is_whitespace() => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, room: usize) -> Vec<String> {
        let lines = wrap(&[run(Style::new(), text)], room);
        let words = |line: Vec<(Style, String)>| line.into_iter().map(|(_, word)| word);
        lines.into_iter().map(|line| words(line).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn lines_are_filled_and_never_wider_than_the_room() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("", 7), [""; 0]);
        assert_eq!(wrapped("so 11.4\u{a0}s", 7), ["so", "11.4\u{a0}s"]);
    }

    #[test]
    fn wide_words_are_cut_by_columns_not_by_characters() {
        assert_eq!(wrapped("a extraordinarily b", 6), ["a", "extrao", "rdinar", "ily b"]);
        assert_eq!(wrapped("洗濯機が壊れた", 6), ["洗濯機", "が壊れ", "た"]);
        // An accent of no width of its own stays with its letter.
        assert_eq!(wrapped("abe\u{301}d", 3), ["abe\u{301}", "d"]);
        assert_eq!(wrapped("洗", 1), ["洗"]);
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(
            clean("a\u{1b}[31mb\r\n\u{9b}2J\u{7}\tc"),
            "a\u{fffd}[31mb  \u{fffd}2J\u{fffd} c"
        );
        assert_eq!(clean("a\u{202e}b\u{2028}c"), "a\u{fffd}b c");
        assert_eq!(clean("é 洗 – “q”"), "é 洗 – “q”");
    }

    #[test]
    fn rows_hang_and_end_without_spaces() {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, 12);
        let bold = Style::new().bold();
        page.row(&[run(bold, "ab")], 4, &[run(Style::new(), "one two"), run(bold, "three")])
            .unwrap();
        page.row(&[run(Style::new(), "cd")], 4, &[]).unwrap();
        let expected = "\u{1b}[1mab\u{1b}[0m  one two\n    \u{1b}[1mthree\u{1b}[0m\ncd\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
