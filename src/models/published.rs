//! The ggml files that the whisper.cpp project publishes, by SHA-1.

/// Names and sums as whisper.cpp's `models/README.md` lists them; the licence of all is MIT.
const FILES: [(&str, &str); 14] = [
    ("tiny", "bd577a113a864445d4c299885e0cb97d4ba92b5f"),
    ("tiny.en", "c78c86eb1a8faa21b369bcd33207cc90d64ae9df"),
    ("base", "465707469ff3a37a2b9b8d8f89f2f99de7299dac"),
    ("base.en", "137c40403d78fd54d454da0f9bd998f78703390c"),
    ("small", "55356645c2b361a969dfd0ef2c5a50d530afd8d5"),
    ("small.en", "db8a495a91d927739e50b3fc1cc4c6b8f6c2d022"),
    ("small.en-tdrz", "b6c6e7e89af1a35c08e6de56b66ca6a02a2fdfa1"),
    ("medium", "fd9727b6e1217c2f614f9b698455c4ffd82463b4"),
    ("medium.en", "8c30f0e44ce9560643ebd10bbe50cd20eafd3723"),
    ("large-v1", "b1caaf735c4cc1429223d5a74f0f4d0b9b59a299"),
    ("large-v2", "0f4c8e34f21cf1a914c59d8b3ce882345ad349d6"),
    ("large-v2-q5_0", "00e39f2196344e901b3a2bd5814807a769bd1630"),
    ("large-v3", "ad82bf6a9043ceed055076d0fd39f5f186ff8062"),
    ("large-v3-q5_0", "e6e2ed78495d403bef4b7cff42ef4aaadcfea8de"),
];

/// The published name of the file with this SHA-1 (lowercase hexadecimal digits).
pub fn name_of(sha1: &str) -> Option<&'static str> {
    FILES.iter().find(|(_, sum)| *sum == sha1).map(|(name, _)| *name)
}

/// Whether a file of this name is published.
pub fn is_published(name: &str) -> bool {
    FILES.iter().any(|(known, _)| *known == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_file_has_a_sum_of_its_own() {
        let sums: HashSet<_> = FILES.iter().map(|(_, sum)| sum).collect();
        assert_eq!(sums.len(), FILES.len());
        assert!(sums.iter().all(|sum| sum.len() == 40));
        assert_eq!(name_of("137c40403d78fd54d454da0f9bd998f78703390c"), Some("base.en"));
        assert_eq!(name_of(""), None);
    }
}
