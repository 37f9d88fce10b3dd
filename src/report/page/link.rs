//! Links from a page to other files on disk.

use std::path::{Component, Path, PathBuf};

/// A name or a relative path as a link has it: all but letters, digits and `-._~/` of ASCII as
/// `%` and two digits (RFC 3986, section 2.1).
pub fn encoded(path: &str) -> String {
    let mut link = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                link.push(char::from(byte));
            }
            byte => link.push_str(&format!("%{byte:02X}")),
        }
    }
    link
}

/// The link from the page at `page` to what is at `target`: relative, so that both can be moved
/// together; without an ending `/`, and `.` where that is the page's own folder.
pub fn between(page: &Path, target: &Path) -> String {
    let page = absolute(page);
    let from: Vec<Component> = page.parent().map_or(Vec::new(), |dir| dir.components().collect());
    let target = absolute(target);
    let to: Vec<Component> = target.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to[shared..].iter().map(|part| encoded(&part.as_os_str().to_string_lossy()));
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}

/// The path from the root, with links followed as far as it is there.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => absolute(parent).join(name),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_encoded() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let link = |page: &str, target: &str| between(&at(page), &at(target));
        assert_eq!(link("calls/a/report.html", "calls/a/audio.wav"), "audio.wav");
        assert_eq!(link("out/a.html", "calls/a b#?/audio.wav"), "../calls/a%20b%23%3F/audio.wav");
        assert_eq!(link("index.html", ""), ".");
        assert_eq!(encoded("\"><é"), "%22%3E%3C%C3%A9");
    }
}
