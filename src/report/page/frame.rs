//! What stands around each page: its style, its script, and the policy that lets in no other.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("../../../templates/page.css");

/// Raised when pages change without a new version of the program, so that they are made anew.
const EDITION: u32 = 1;

/// What a page is framed by.
pub struct Frame {
    /// Who made it, by which it is known again.
    pub mark: String,
    /// The content-security policy (W3C CSP 3): nothing may be loaded or run but this style, this
    /// script, by their hashes, and sound from disk.
    pub policy: String,
    /// The style, in which there is no text from a call.
    pub style: String,
    /// The script, in which there is none either.
    pub script: String,
}

impl Frame {
    /// The frame of a page with this script.
    pub fn new(script: &str) -> Frame {
        // A browser reads line ends as this before it takes the hash.
        let [style, script] = [STYLE, script].map(|text| text.replace("\r\n", "\n"));
        let script_allowed = match script.as_str() {
            "" => "'none'".to_owned(),
            some => hash(some),
        };
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {script_allowed}; \
             media-src 'self' file:; base-uri 'none'; form-action 'none'",
            hash(&style),
        );
        Frame { mark: mark(), policy, style, script }
    }
}

/// The maker's mark.
pub fn mark() -> String {
    format!("Evenkeel {}, page {EDITION}", env!("CARGO_PKG_VERSION"))
}

/// A text's hash as a policy names it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_standard() {
        // The example of CSP 3, section 8.2, made with openssl.
        assert_eq!(hash("doSomething();"), "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='");
    }

    #[test]
    fn a_page_without_a_script_lets_none_in() {
        assert!(Frame::new("").policy.contains("script-src 'none'"));
    }
}
