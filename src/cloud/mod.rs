//! Object storage (S3, Google Cloud Storage, Azure), named by URL: the only room that uses a network,
//! and only where the program was built with the feature `cloud` and a command names a URL.
//!
//! [`ObjectUrl`] is a name. [`Bucket`] is the door to what it names; without the feature no bucket can
//! be opened, and the error says what to build.

#[cfg(not(feature = "cloud"))]
mod absent;
#[cfg(feature = "cloud")]
mod bucket;

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

#[cfg(not(feature = "cloud"))]
pub use absent::Bucket;
#[cfg(feature = "cloud")]
pub use bucket::Bucket;

/// Whose storage it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    /// Amazon S3, and whatever speaks its language (MinIO, Ceph, R2…): `s3://`.
    S3,
    /// Google Cloud Storage: `gs://`.
    Google,
    /// Azure Blob Storage, where the bucket is a container: `az://`.
    Azure,
}

impl Provider {
    const ALL: [Provider; 3] = [Provider::S3, Provider::Google, Provider::Azure];

    fn start(self) -> &'static str {
        match self {
            Provider::S3 => "s3://",
            Provider::Google => "gs://",
            Provider::Azure => "az://",
        }
    }

    /// The environment variables by which it is reached.
    fn variables(self) -> &'static str {
        match self {
            Provider::S3 => {
                "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT_URL for other \
                 servers than Amazon's (with AWS_ALLOW_HTTP=true where that is plain http)"
            }
            Provider::Google => "GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT",
            Provider::Azure => "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
        }
    }
}

/// The name of an object, or of all below a name, as `s3://bucket/night/monday.wav`. What stands after
/// the bucket is taken as it is: nothing is escaped in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectUrl {
    provider: Provider,
    bucket: String,
    /// Without a slash at its ends; empty for the whole bucket.
    key: String,
}

impl ObjectUrl {
    /// The URL that a recording, a list or an archive is named by; `None` where it is named by a path.
    ///
    /// # Errors
    /// [`CloudError::NoUrl`], where it begins as a URL and names no object storage.
    pub fn of(name: &Path) -> Result<Option<ObjectUrl>, CloudError> {
        match name.to_str() {
            Some(text) if looks_like_url(text) => text.parse().map(Some),
            _ => Ok(None),
        }
    }

    /// Whose storage it is.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// Its bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Its name in the bucket.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its bucket as a whole.
    pub fn top(&self) -> ObjectUrl {
        ObjectUrl { key: String::new(), ..self.clone() }
    }

    /// What lies below it under this `name`.
    pub fn join(&self, name: &str) -> ObjectUrl {
        let key = if self.key.is_empty() { name.into() } else { format!("{}/{name}", self.key) };
        ObjectUrl { key, ..self.clone() }
    }

    /// What its name is below `top`; `None` where it lies elsewhere.
    pub fn below<'a>(&'a self, top: &ObjectUrl) -> Option<&'a str> {
        if (self.provider, &self.bucket) != (top.provider, &top.bucket) {
            return None;
        }
        if top.key.is_empty() {
            return Some(&self.key);
        }
        self.key.strip_prefix(&top.key)?.strip_prefix('/')
    }

    /// Another object of the same bucket.
    #[cfg(feature = "cloud")]
    fn beside(&self, key: &str) -> ObjectUrl {
        ObjectUrl { key: key.to_owned(), ..self.clone() }
    }
}

/// Whether `text` begins as a URL does: with a few letters and `://`.
fn looks_like_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

impl fmt::Display for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.key.is_empty() { "" } else { "/" };
        write!(f, "{}{}{slash}{}", self.provider.start(), self.bucket, self.key)
    }
}

impl FromStr for ObjectUrl {
    type Err = CloudError;

    fn from_str(text: &str) -> Result<ObjectUrl, CloudError> {
        let wrong = |why| CloudError::NoUrl { text: text.to_owned(), why };
        let found =
            Provider::ALL.into_iter().find_map(|p| Some((p, text.strip_prefix(p.start())?)));
        let (provider, rest) = found.ok_or_else(|| {
            wrong("it is to begin with s3://, gs:// (Google Cloud) or az:// (Azure)")
        })?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        // `user:password@host` and `host:port` of other kinds of URL are no names of buckets.
        if bucket.is_empty() || !bucket.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)) {
            return Err(wrong(
                "after its beginning stands the name of a bucket, then / and the rest",
            ));
        }
        let key = key.strip_suffix('/').unwrap_or(key);
        let good =
            |part: &str| !["", ".", ".."].contains(&part) && !part.contains(char::is_control);
        if !key.is_empty() && !key.split('/').all(good) {
            return Err(wrong("its parts between / can't be empty, . or .., nor hold line breaks"));
        }
        Ok(ObjectUrl { provider, bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// What storage tells of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub url: ObjectUrl,
    /// Its size.
    pub bytes: u64,
    /// What storage tells its content by: another one has another.
    pub e_tag: Option<String>,
    /// When it was written, in seconds since 1970.
    pub written_secs: i64,
}

/// Which content of an object was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    e_tag: Option<String>,
    version: Option<String>,
}

/// Over what an object may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// Whatever is there.
    Anything,
    /// Nothing: it must be new.
    Nothing,
    /// The content that was seen, and no other.
    Seen(Version),
}

/// Object storage can't be used as it was to be.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// A URL that names no object storage.
    #[error("{text}: no URL of object storage: {why}")]
    NoUrl {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The program can't do it; build one that can.
    #[error(
        "{url}: this program was built without object storage; \
         `cargo build --release --features cloud` builds one that has it"
    )]
    NotBuilt {
        /// What was asked for.
        url: ObjectUrl,
    },
    /// It can't be set up; the environment is to be mended.
    #[error("{url}: can't be reached: {said}; it is set up by the environment: {}", url.provider.variables())]
    Setup {
        /// What was asked for.
        url: ObjectUrl,
        /// What is wrong.
        said: String,
    },
    /// There is no such object.
    #[error("{url}: there is nothing of that name")]
    Nothing {
        /// The object.
        url: ObjectUrl,
    },
    /// Storage does not let us.
    #[error("{url}: storage refuses it: {said}; look at {}, and at what they allow", url.provider.variables())]
    Refused {
        /// The object.
        url: ObjectUrl,
        /// What storage said.
        said: String,
    },
    /// It was written by somebody else since it was seen; look again.
    #[error("{url}: was changed by somebody else at the same moment; try again")]
    Changed {
        /// The object.
        url: ObjectUrl,
    },
    /// Storage failed, or can't be reached; the same command goes on later.
    #[error("{url}: {said}; try again later, or look at {}", url.provider.variables())]
    Storage {
        /// The object.
        url: ObjectUrl,
        /// What it said.
        said: String,
    },
    /// What is sent can't be read on this machine, or what is fetched not be written.
    #[error("{url}: stopped half-way, by this machine's side of it: {source}")]
    Here {
        /// The object.
        url: ObjectUrl,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_a_provider_a_bucket_and_a_name() {
        for (text, shown) in [
            ("s3://calls", "s3://calls"),
            ("s3://calls/", "s3://calls"),
            ("gs://calls/night/Ana's 1%20.wav", "gs://calls/night/Ana's 1%20.wav"),
            ("az://calls/night/", "az://calls/night"),
        ] {
            assert_eq!(text.parse::<ObjectUrl>().unwrap().to_string(), shown);
            assert!(ObjectUrl::of(Path::new(text)).unwrap().is_some());
        }
        for wrong in
            ["s3://", "s3:///a", "https://h/a.wav", "s3://b//a", "s3://b/../a", "s3://u:p@h/a", "a"]
        {
            let error = wrong.parse::<ObjectUrl>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{wrong}: no URL of object storage")), "{error}");
        }
        for path in ["a.wav", "C://a.wav", "/s3:/b", "calls/a b://c"] {
            assert!(ObjectUrl::of(Path::new(path)).unwrap().is_none(), "{path}");
        }
        assert!(ObjectUrl::of(Path::new("https://h/a.wav")).is_err());
    }

    #[test]
    fn what_lies_below_is_told_part_by_part() {
        let url = |text: &str| text.parse::<ObjectUrl>().unwrap();
        let night = url("s3://b/night");
        assert_eq!(night.join("a/b.wav"), url("s3://b/night/a/b.wav"));
        assert_eq!(url("s3://b").join("a"), url("s3://b/a"));
        assert_eq!(url("s3://b/night/a/b.wav").below(&night), Some("a/b.wav"));
        assert_eq!(url("s3://b/a").below(&url("s3://b")), Some("a"));
        for elsewhere in ["s3://b/nightly/a", "s3://c/night/a", "gs://b/night/a", "s3://b/night"] {
            assert_eq!(url(elsewhere).below(&night), None);
        }
    }

    #[cfg(not(feature = "cloud"))]
    #[test]
    fn a_program_without_it_says_what_to_build() {
        let url = "s3://calls/night".parse().unwrap();
        let error = Bucket::open(&url).err().unwrap().to_string();
        assert!(error.starts_with("s3://calls/night: ") && error.contains("--features cloud"));
    }
}
