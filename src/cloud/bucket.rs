//! A bucket of object storage, asked and waited for one thing at a time.
//!
//! The library is asynchronous; here it runs on the calling thread, which waits. A program that wants
//! several things at once opens a bucket a thread.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Read, Write};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path as Key;
use object_store::{
    ClientConfigKey, Error as StoreError, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _,
    PutMode, PutMultipartOptions, PutOptions, RetryConfig, UpdateVersion, WriteMultipart,
};
use tokio::runtime::{Builder, Runtime};

use super::{CloudError, Object, ObjectUrl, Over, Provider, Version};

/// A request is tried so often more…
const RETRIES: usize = 4;
/// …and for so long: who works through thousands of recordings is to know that storage is gone.
const RETRY_FOR: Duration = Duration::from_secs(60);
/// The longest that a transfer may take: the library's 30 s are too short for a recording of gigabytes
/// over a slow line. One that stands still ends sooner.
const LONGEST_TRANSFER: &str = "6h";
/// Without a byte for so long, a transfer stands still.
const STANDS_STILL: &str = "60s";
/// Larger objects are sent in parts of this size (S3 takes 10,000 of at least 5 MB), each tried again by
/// itself. Bytes.
const PART: usize = 8 << 20;
/// Parts under way at once.
const PARTS_AT_ONCE: usize = 2;

/// A bucket, by whatever credentials the environment has for its provider.
pub struct Bucket {
    store: Box<dyn ObjectStore>,
    runtime: Runtime,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({})", self.store)
    }
}

impl Bucket {
    /// The bucket of `url`. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`CloudError::Setup`].
    pub fn open(url: &ObjectUrl) -> Result<Bucket, CloudError> {
        let setup = |said: String| CloudError::Setup { url: url.clone(), said };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| setup(error.to_string()))?;
        let store = store(url).map_err(|error| setup(whole(&error)))?;
        Ok(Bucket { store, runtime })
    }

    /// All objects below `url`, in the order of their names.
    ///
    /// # Errors
    /// [`CloudError::Refused`], [`CloudError::Storage`].
    pub fn list(&self, url: &ObjectUrl) -> Result<Vec<Object>, CloudError> {
        let below = (!url.key().is_empty()).then(|| key(url));
        let listed = self.runtime.block_on(async {
            self.store.list(below.as_ref()).try_collect::<Vec<ObjectMeta>>().await
        });
        let listed = listed.map_err(failed(url))?;
        let mut objects: Vec<Object> = listed.into_iter().map(|meta| object(url, meta)).collect();
        objects.sort_by(|a, b| a.url.cmp(&b.url));
        Ok(objects)
    }

    /// What is told of the object `url`; `None` where there is none.
    ///
    /// # Errors
    /// [`CloudError::Refused`], [`CloudError::Storage`].
    pub fn look(&self, url: &ObjectUrl) -> Result<Option<Object>, CloudError> {
        if url.key().is_empty() {
            return Ok(None);
        }
        match self.runtime.block_on(self.store.head(&key(url))) {
            Ok(meta) => Ok(Some(object(url, meta))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(url)(error)),
        }
    }

    /// The content of a small object, and which content that is; `None` where there is none.
    ///
    /// # Errors
    /// [`CloudError::Refused`], [`CloudError::Storage`].
    pub fn get(&self, url: &ObjectUrl) -> Result<Option<(Vec<u8>, Version)>, CloudError> {
        let got = self.runtime.block_on(async {
            let got = self.store.get(&key(url)).await?;
            let version =
                Version { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
            Ok((got.bytes().await?.to_vec(), version))
        });
        match got {
            Ok(got) => Ok(Some(got)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(url)(error)),
        }
    }

    /// Writes the object `url` to `to`; returns its size in bytes.
    ///
    /// # Errors
    /// [`CloudError::Nothing`], [`CloudError::Refused`], [`CloudError::Storage`]; [`CloudError::Here`],
    /// where `to` can't be written.
    pub fn fetch(&self, url: &ObjectUrl, to: &mut dyn Write) -> Result<u64, CloudError> {
        self.runtime.block_on(async {
            let got = self.store.get_opts(&key(url), GetOptions::default()).await;
            let got = got.map_err(failed(url))?;
            let (bytes, mut stream) = (got.meta.size, got.into_stream());
            let mut written = 0;
            while let Some(part) = stream.next().await {
                let part = part.map_err(failed(url))?;
                to.write_all(&part).map_err(|source| here(url, source))?;
                written += part.len() as u64;
            }
            if written != bytes {
                let said = format!("ended after {written} of {bytes} bytes");
                return Err(CloudError::Storage { url: url.clone(), said });
            }
            Ok(written)
        })
    }

    /// Writes a small object, in one step.
    ///
    /// # Errors
    /// [`CloudError::Changed`], where something else is there than it may be written over;
    /// [`CloudError::Refused`], [`CloudError::Storage`].
    pub fn put(&self, url: &ObjectUrl, content: Vec<u8>, over: Over) -> Result<(), CloudError> {
        let mode = match over {
            Over::Anything => PutMode::Overwrite,
            Over::Nothing => PutMode::Create,
            Over::Seen(Version { e_tag, version }) => {
                PutMode::Update(UpdateVersion { e_tag, version })
            }
        };
        let options = PutOptions { mode, ..PutOptions::default() };
        let key = key(url);
        let put = self.store.put_opts(&key, content.into(), options);
        self.runtime.block_on(put).map(drop).map_err(failed(url))
    }

    /// Writes an object of any size from all of `from`. It is there when all of it is; nothing is, where
    /// `from` can't be read to its end.
    ///
    /// # Errors
    /// [`CloudError::Here`], where `from` can't be read; [`CloudError::Refused`],
    /// [`CloudError::Storage`].
    pub fn send(&self, url: &ObjectUrl, from: &mut dyn Read) -> Result<(), CloudError> {
        let first = chunk(from).map_err(|source| here(url, source))?;
        if first.len() < PART {
            return self.put(url, first, Over::Anything);
        }
        self.runtime.block_on(async {
            let options = PutMultipartOptions::default();
            let upload = self.store.put_multipart_opts(&key(url), options).await;
            let upload = upload.map_err(failed(url))?;
            let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
            let mut part = first;
            while !part.is_empty() {
                writer.wait_for_capacity(PARTS_AT_ONCE).await.map_err(failed(url))?;
                writer.write(&part);
                part = match chunk(from) {
                    Ok(part) => part,
                    Err(source) => {
                        // Parts that stay are no object; the bucket's own rules remove them.
                        let _ = writer.abort().await;
                        return Err(here(url, source));
                    }
                };
            }
            writer.finish().await.map(drop).map_err(failed(url))
        })
    }

    /// Removes an object; it is well where there is none.
    ///
    /// # Errors
    /// [`CloudError::Refused`], [`CloudError::Storage`].
    pub fn remove(&self, url: &ObjectUrl) -> Result<(), CloudError> {
        match self.runtime.block_on(self.store.delete(&key(url))) {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(url)(error)),
        }
    }
}

/// The library's own setting by the environment, with patience for large objects and little for storage
/// that is gone.
fn store(url: &ObjectUrl) -> Result<Box<dyn ObjectStore>, StoreError> {
    let retry =
        RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
    let patience = |variable: &str| {
        // Who sets the time of a request knows better.
        let own = std::env::var_os(variable).is_some();
        let times = [
            (ClientConfigKey::Timeout, LONGEST_TRANSFER),
            (ClientConfigKey::ReadTimeout, STANDS_STILL),
        ];
        times.into_iter().filter(move |_| !own)
    };
    Ok(match url.provider() {
        Provider::S3 => {
            let mut builder = AmazonS3Builder::from_env().with_retry(retry);
            for (key, time) in patience("AWS_TIMEOUT") {
                builder = builder.with_config(AmazonS3ConfigKey::Client(key), time);
            }
            Box::new(builder.with_bucket_name(url.bucket()).build()?)
        }
        Provider::Google => {
            let mut builder = GoogleCloudStorageBuilder::from_env().with_retry(retry);
            for (key, time) in patience("GOOGLE_TIMEOUT") {
                builder = builder.with_config(GoogleConfigKey::Client(key), time);
            }
            Box::new(builder.with_bucket_name(url.bucket()).build()?)
        }
        Provider::Azure => {
            let mut builder = MicrosoftAzureBuilder::from_env().with_retry(retry);
            for (key, time) in patience("AZURE_TIMEOUT") {
                builder = builder.with_config(AzureConfigKey::Client(key), time);
            }
            Box::new(builder.with_container_name(url.bucket()).build()?)
        }
    })
}

fn key(url: &ObjectUrl) -> Key {
    Key::parse(url.key()).expect("a URL's key was looked at when it was read")
}

fn object(url: &ObjectUrl, meta: ObjectMeta) -> Object {
    Object {
        url: url.beside(meta.location.as_ref()),
        bytes: meta.size,
        e_tag: meta.e_tag,
        written_secs: meta.last_modified.timestamp(),
    }
}

/// The next part of what is sent; shorter at its end only.
fn chunk(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    from.take(PART as u64).read_to_end(&mut part)?;
    Ok(part)
}

fn here(url: &ObjectUrl, source: io::Error) -> CloudError {
    CloudError::Here { url: url.clone(), source }
}

fn failed(url: &ObjectUrl) -> impl Fn(StoreError) -> CloudError + '_ {
    |error| {
        let (url, said) = (url.clone(), whole(&error));
        match error {
            StoreError::NotFound { .. } => CloudError::Nothing { url },
            StoreError::AlreadyExists { .. } | StoreError::Precondition { .. } => {
                CloudError::Changed { url }
            }
            StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } => {
                CloudError::Refused { url, said }
            }
            _ => CloudError::Storage { url, said },
        }
    }
}

/// What the library says, with the causes that it leaves out, on one line.
fn whole(error: &StoreError) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = deeper.source();
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
