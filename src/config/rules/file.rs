//! Reading rules: a file changes the shipped ones, and every complaint names the line.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::condition::{Condition, unknown};
use super::fact::Happening;
use super::{Heeded, Rule, RuleSet};
use crate::config::file::{ConfigError, line_of, nearest};
use crate::event::PRACTICES;
use crate::units::Party;

/// The shipped rules, commented: what `evenkeel rules --toml` prints.
pub const SHIPPED: &str = include_str!("../../../assets/rules.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<RuleTable>,
    #[serde(default)]
    practice: Vec<PracticeTable>,
}

/// A rule as the file has it. Of a rule that is there already, what is not given stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    name: Spanned<String>,
    practice: Option<Spanned<String>>,
    means: Option<String>,
    enabled: Option<bool>,
    when: Option<Spanned<Vec<Spanned<String>>>>,
    delay_secs: Option<Spanned<f64>>,
    lets_go: Option<Spanned<f64>>,
    cooldown_secs: Option<Spanned<f64>>,
    about_speech: Option<bool>,
    min_score: Option<Spanned<f64>>,
    text: Option<Spanned<Vec<Spanned<String>>>>,
    why: Option<Spanned<String>>,
    suggests: Option<bool>,
    heeded: Option<Spanned<String>>,
    heeded_by: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PracticeTable {
    name: Spanned<String>,
    needed: Vec<Spanned<String>>,
}

/// The longest text of a prompt, in words.
const MOST_WORDS: usize = 7;
const HEEDED: [(&str, Heeded); 6] = [
    ("stops", Heeded::Stops),
    ("settles", Heeded::Settles),
    ("speaks", Heeded::Speaks),
    ("signals", Heeded::Signals),
    ("does", Heeded::Does),
    ("refrains", Heeded::Refrains),
];

/// Something wrong at a place of the file.
struct Complaint {
    at: std::ops::Range<usize>,
    message: String,
}

impl Complaint {
    fn or_meant(self, name: &str) -> Complaint {
        let message = format!("{}; did you mean to change `{name}`?", self.message);
        Complaint { message, ..self }
    }
}

type Result<T, E = Complaint> = std::result::Result<T, E>;

fn complain<T>(at: &Spanned<T>, message: impl Into<String>) -> Complaint {
    Complaint { at: at.span(), message: message.into() }
}

impl RuleSet {
    /// The shipped rules.
    pub fn shipped() -> RuleSet {
        let none = RuleSet { rules: Vec::new(), needed: Vec::new() };
        none.changed(SHIPPED, "assets/rules.toml").expect("a test reads the shipped rules")
    }

    /// The shipped rules with the changes of a file.
    pub fn load(path: &Path) -> Result<RuleSet, ConfigError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => RuleSet::shipped().changed(&text, &file),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    /// These rules with the changes of `text`: of a rule of the same name what is given is
    /// changed, and rules of new names come last. `file` is the name used in errors.
    pub fn changed(mut self, text: &str, file: &str) -> Result<RuleSet, ConfigError> {
        let refuse =
            |line, message| ConfigError::Malformed { file: file.to_owned(), line, message };
        let given: RuleFile = toml::from_str(text).map_err(|error| {
            refuse(line_of(text, error.span()), error.message().replace('\n', "; "))
        })?;
        let change = || {
            let mut seen = Vec::new();
            for table in given.rule {
                if seen.contains(table.name.get_ref()) {
                    let message = format!("the rule `{}` is there twice", table.name.get_ref());
                    return Err(complain(&table.name, message));
                }
                seen.push(table.name.get_ref().clone());
                match self.rules.iter().position(|rule| rule.name == *table.name.get_ref()) {
                    Some(at) => self.rules[at] = rule(table, Some(&self.rules[at]))?,
                    None => {
                        let known = self.rules.iter().map(|rule| rule.name.clone());
                        let meant = nearest(table.name.get_ref(), known);
                        self.rules.push(rule(table, None).map_err(|complaint| match meant {
                            Some(name) => complaint.or_meant(&name),
                            None => complaint,
                        })?);
                    }
                }
            }
            for table in given.practice {
                let name = practice(&table.name)?;
                let needed = conditions(&table.needed)?;
                self.needed.retain(|(known, _)| *known != name);
                self.needed.push((name, needed));
            }
            Ok(())
        };
        change().map_err(|Complaint { at, message }| refuse(line_of(text, Some(at)), message))?;
        Ok(self)
    }
}

fn practice(name: &Spanned<String>) -> Result<&'static str> {
    let known = PRACTICES.into_iter().find(|known| known == name.get_ref());
    known.ok_or_else(|| {
        let known = PRACTICES.iter().map(|known| (*known).to_owned());
        complain(name, unknown("practice", name.get_ref(), known))
    })
}

fn conditions(given: &[Spanned<String>]) -> Result<Vec<Condition>> {
    let read = |text: &Spanned<String>| {
        Condition::parse(text.get_ref()).map_err(|message| complain(text, message))
    };
    let all = given.iter().map(read).collect::<Result<Vec<_>>>()?;
    for (i, condition) in all.iter().enumerate() {
        if let Some(other) = all[..i].iter().find(|other| other.excludes(condition)) {
            return Err(complain(&given[i], format!("`{condition}` never holds with `{other}`")));
        }
    }
    Ok(all)
}

/// The number, if it lies in `within`; `or` where none is given.
fn number(
    given: Option<Spanned<f64>>,
    key: &str,
    within: std::ops::RangeInclusive<f64>,
    or: f64,
) -> Result<f64> {
    let Some(given) = given else { return Ok(or) };
    if within.contains(given.get_ref()) {
        return Ok(*given.get_ref());
    }
    let (from, to) = within.into_inner();
    Err(complain(&given, format!("{key} = {}: must be {from} to {to}", given.get_ref())))
}

/// The rule of a table, over the `known` one of the same name.
fn rule(table: RuleTable, known: Option<&Rule>) -> Result<Rule> {
    let name = table.name.get_ref().clone();
    let missing = |key: &str| complain(&table.name, format!("the rule `{name}` lacks `{key}`"));
    let practice = match (&table.practice, known) {
        (Some(given), _) => practice(given)?,
        (None, Some(known)) => known.practice,
        (None, None) => return Err(missing("practice")),
    };
    let when = match (&table.when, known) {
        (Some(given), _) if given.get_ref().is_empty() => {
            return Err(complain(given, format!("the rule `{name}` waits for nothing")));
        }
        (Some(given), _) => conditions(given.get_ref())?,
        (None, Some(known)) => known.when.clone(),
        (None, None) => return Err(missing("when")),
    };
    let text = match (&table.text, known) {
        (Some(given), _) if given.get_ref().is_empty() => {
            return Err(complain(given, format!("the rule `{name}` says nothing")));
        }
        (Some(given), _) => {
            for text in given.get_ref() {
                if !(1..=MOST_WORDS).contains(&text.get_ref().split_whitespace().count()) {
                    let message = format!("{:?}: must be 1 to 7 words", text.get_ref());
                    return Err(complain(text, message));
                }
            }
            given.get_ref().iter().map(|text| text.get_ref().clone()).collect()
        }
        (None, Some(known)) => known.text.clone(),
        (None, None) => return Err(missing("text")),
    };
    let (why, place) = match (table.why, known, &table.when) {
        (Some(given), ..) => (given.get_ref().clone(), given.span()),
        // Other conditions may have other facts than the sentence tells of.
        (None, Some(known), Some(when)) => (known.why.clone(), when.span()),
        (None, Some(known), None) => (known.why.clone(), table.name.span()),
        (None, None, _) => return Err(missing("why")),
    };
    check_why(&why, &when).map_err(|message| Complaint { at: place, message })?;
    let heeded = match (&table.heeded, known) {
        (Some(given), _) => {
            let found = HEEDED.iter().find(|(name, _)| name == given.get_ref());
            let known = HEEDED.iter().map(|(name, _)| (*name).to_owned());
            let wrong = || complain(given, unknown("way to heed", given.get_ref(), known));
            found.ok_or_else(wrong)?.1
        }
        (None, Some(known)) => known.heeded,
        (None, None) => Heeded::Does,
    };
    let heeded_by = match (&table.heeded_by, known) {
        (Some(given), _) => given
            .iter()
            .map(|name| {
                let known = Happening::all().map(|known| known.name().into_owned());
                let wrong = || complain(name, unknown("happening", name.get_ref(), known));
                Happening::parse(name.get_ref()).ok_or_else(wrong)
            })
            .collect::<Result<_>>()?,
        (None, Some(known)) => known.heeded_by.clone(),
        (None, None) => Vec::new(),
    };
    let or = |of: fn(&Rule) -> f64, default: f64| known.map_or(default, of);
    Ok(Rule {
        practice,
        means: table.means.or_else(|| known.map(|known| known.means.clone())).unwrap_or_default(),
        enabled: table.enabled.unwrap_or(known.is_none_or(|known| known.enabled)),
        delay_secs: number(table.delay_secs, "delay_secs", 0.0..=120.0, or(|r| r.delay_secs, 0.0))?,
        lets_go: number(table.lets_go, "lets_go", 0.5..=1.0, or(|r| r.lets_go, 1.0))?,
        cooldown_secs: number(
            table.cooldown_secs,
            "cooldown_secs",
            0.0..=3600.0,
            or(|r| r.cooldown_secs, 60.0),
        )?,
        about_speech: table.about_speech.unwrap_or(known.is_some_and(|known| known.about_speech)),
        min_score: number(
            table.min_score,
            "min_score",
            0.0..=1.0,
            or(|r| f64::from(r.min_score), 0.5),
        )? as f32,
        suggests: table.suggests.unwrap_or(known.is_some_and(|known| known.suggests)),
        name,
        when,
        text,
        why,
        heeded,
        heeded_by,
    })
}

/// What stands in braces must be a fact of the rule, or a quote.
fn check_why(why: &str, when: &[Condition]) -> Result<(), String> {
    for (name, _) in placeholders(why) {
        let known =
            |of: &str| whose(of).1.split('|').all(|of| Happening::parse(of.trim()).is_some());
        let quote = name.strip_prefix("quote ").is_some_and(known);
        if !quote && !when.iter().any(|condition| condition.fact.to_string() == name) {
            return Err(format!(
                "`{{{name}}}` in the rule's `why` is neither a fact of its `when` nor a quote"
            ));
        }
    }
    Ok(())
}

/// Whose words a quote is to be of, and of what: `customer due-empathise`.
pub(crate) fn whose(of: &str) -> (Option<Party>, &str) {
    match of.split_once(' ') {
        Some(("agent", of)) => (Some(Party::Agent), of),
        Some(("customer", of)) => (Some(Party::Customer), of),
        _ => (None, of),
    }
}

/// What stands in braces, and where, braces included.
pub(crate) fn placeholders(text: &str) -> Vec<(&str, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let Some(close) = text[open..].find('}').map(|at| open + at) else { break };
        found.push((&text[open + 1..close], open..close + 1));
        from = close + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Result<RuleSet, String> {
        RuleSet::shipped().changed(text, "my.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn the_shipped_rules_are_sound() {
        let set = RuleSet::shipped();
        let names: Vec<&str> = set.rules.iter().map(|rule| rule.name.as_str()).collect();
        for practice in PRACTICES {
            assert!(set.rules.iter().any(|rule| rule.practice == practice), "{practice}");
        }
        for rule in &set.rules {
            assert_eq!(names.iter().filter(|name| **name == rule.name).count(), 1, "{}", rule.name);
            assert!(rule.means.ends_with('.') && !rule.why.is_empty(), "{}", rule.name);
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_give() {
        let set = changed("[[rule]]\nname = \"thank\"\ncooldown_secs = 5\n").unwrap();
        let (before, after) = (RuleSet::shipped(), set.get("thank").unwrap().clone());
        let mut expected = before.get("thank").unwrap().clone();
        expected.cooldown_secs = 5.0;
        assert_eq!(after, expected);
        assert_eq!(set.rules.len(), before.rules.len());
    }

    #[test]
    fn a_new_rule_comes_last_and_must_be_whole() {
        let mine = "[[rule]]\nname = \"mine\"\npractice = \"thank\"\nwhen = [\"heat >= 0.5\"]\n\
                    text = [\"Say thanks\"]\nwhy = \"Heat {heat}.\"\n";
        assert_eq!(changed(mine).unwrap().rules.last().unwrap().name, "mine");
        let misspelt =
            changed("[[rule]]\nname = \"show-listenin\"\ncooldown_secs = 5\n").unwrap_err();
        assert!(misspelt.ends_with("did you mean to change `show-listening`?"), "{misspelt}");
        assert_eq!(
            changed("\n[[rule]]\nname = \"mine\"\npractice = \"thank\"\n").unwrap_err(),
            "my.toml, line 3: the rule `mine` lacks `when`"
        );
    }

    #[test]
    fn every_complaint_names_the_line() {
        for (text, error) in [
            (
                "[[rule]]\nname = \"thank\"\nwhen = [\n  \"heat >= 0.5\",\n  \"heet >= 1\",\n]\n",
                "my.toml, line 5: there is no fact `heet`; did you mean `heat`?",
            ),
            (
                "[[rule]]\nname = \"thank\"\npractice = \"thanks\"\n",
                "my.toml, line 3: there is no practice `thanks`; did you mean `thank`?",
            ),
            (
                "[[rule]]\nname = \"thank\"\ntext = [\"one two three four five six seven eight\"]\n",
                "my.toml, line 3: \"one two three four five six seven eight\": must be 1 to 7 words",
            ),
            (
                "[[rule]]\nname = \"thank\"\nmin_score = 2\n",
                "my.toml, line 3: min_score = 2: must be 0 to 1",
            ),
            (
                "[[rule]]\nname = \"thank\"\nwhy = \"{heat} is high\"\n",
                "my.toml, line 3: `{heat}` in the rule's `why` is neither a fact of its `when` nor a quote",
            ),
            (
                "[[rule]]\nname = \"thank\"\nheeded = \"dose\"\n",
                "my.toml, line 3: there is no way to heed `dose`; did you mean `does`?",
            ),
            (
                "[[rule]]\nname = \"thank\"\n[[rule]]\nname = \"thank\"\n",
                "my.toml, line 4: the rule `thank` is there twice",
            ),
            (
                "[[rule]]\nname = \"thank\"\nwhen = [\"heat >= 1.5\"]\n",
                "my.toml, line 3: `heat >= 1.5` never holds: heat is 1 at most",
            ),
            (
                "[[rule]]\nname = \"thank\"\nwhen = [\"count complaint <= -1\"]\n",
                "my.toml, line 3: `count complaint <= -1` never holds: count complaint is 0 at least",
            ),
            (
                "[[rule]]\nname = \"thank\"\nwhen = [\n\"heat >= 0.5\",\n\"heat <= 0.4\",\n]\n",
                "my.toml, line 5: `heat <= 0.4` never holds with `heat >= 0.5`",
            ),
            (
                "[[rule]]\nname = \"thank\"\nwhen = []\n",
                "my.toml, line 3: the rule `thank` waits for nothing",
            ),
        ] {
            assert_eq!(changed(text).unwrap_err(), error);
        }
        assert!(
            changed("[[rule]]\nname = \"thank\"\ncolour = 1\n").unwrap_err().contains("line 3")
        );
        assert!(changed("[[rule]\n").unwrap_err().starts_with("my.toml, line 1"));
    }
}
