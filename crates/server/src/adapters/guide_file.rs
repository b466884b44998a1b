//! A guide somewhere: a file of this machine or an address, plain or packed (gzip, xz). Read as a stream, on a thread that may wait.
//!
//! Packed is what begins like it (RFC 1952 §2.3.1, the .xz format 1.2 §2.1.1.1), whatever its name says.

use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use foldhash::quality::FixedState;
use futures_util::TryStreamExt;
use reqwest::StatusCode;
use telecast_core::limits;
use telecast_core::outgoing::Reach;
use tokio_util::io::{StreamReader, SyncIoBridge};
use url::Url;

use super::outgoing::{self, Outgoing};

/// Where a guide lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    Path(PathBuf),
    /// An address.
    Url(Url),
}

/// Why it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The file.
    #[error("The guide {0} cannot be read: {1}. Check its path and its owner.")]
    File(String, io::Error),
    /// The server.
    #[error("The guide cannot be fetched: {0}.")]
    Fetch(String),
}

impl Place {
    /// As it is written in the configuration.
    ///
    /// # Errors
    /// It is an address that nobody can ask.
    pub fn read(text: &str) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::Path(text.into()));
        }
        let url = Url::parse(text).map_err(|error| format!("`{text}` is no address: {error}"))?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Url(url)),
            "file" => url
                .to_file_path()
                .map(Self::Path)
                .map_err(|()| format!("`{text}` names no file of this machine")),
            other => Err(format!("`{other}://` is not asked for guides; `http`, `https` and files are")),
        }
    }

    /// What it is called where people see it: without user, password and query.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Url(url) => {
                let mut shown = url.clone();
                let _ = (shown.set_username(""), shown.set_password(None));
                shown.set_query(None);
                shown.into()
            }
        }
    }

    /// A number that is another when what lies there is another; none: that cannot be told without reading it.
    pub async fn mark(&self) -> Option<u64> {
        let Self::Path(path) = self else { return None };
        let path = path.clone();
        let marked = tokio::task::spawn_blocking(move || {
            let (mut file, mut hasher) = (File::open(path)?, FixedState::default().build_hasher());
            let mut buffer = vec![0; MARKED];
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok::<_, io::Error>(hasher.finish()),
                    count => hasher.write(&buffer[..count]),
                }
            }
        });
        marked.await.ok()?.ok()
    }

    /// Begins to read it; what is read comes unpacked.
    ///
    /// # Errors
    /// It is not there, or not asked.
    pub async fn open(&self) -> Result<Box<dyn BufRead + Send>, Trouble> {
        match self {
            Self::Path(path) => {
                let failed = |error| Trouble::File(path.display().to_string(), error);
                let file = File::open(path).map_err(failed)?;
                unpacked(file).map_err(failed)
            }
            Self::Url(url) => {
                let response = fetch(url).await?;
                let stream = response.bytes_stream().map_err(io::Error::other);
                let bridge = SyncIoBridge::new(StreamReader::new(Box::pin(stream)));
                // It waits for the first bytes.
                let opened = tokio::task::spawn_blocking(move || unpacked(bridge)).await;
                let failed =
                    |error: &dyn std::fmt::Display| Trouble::Fetch(format!("it broke off ({error})"));
                opened.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
            }
        }
    }
}

/// Bytes that are looked at together.
const MARKED: usize = 1 << 20;

async fn fetch(url: &Url) -> Result<reqwest::Response, Trouble> {
    let failed = |error: reqwest::Error| {
        Trouble::Fetch(match outgoing::refusal(&error) {
            Some(refusal) => format!("its address is not asked: {refusal}"),
            None if error.is_timeout() => "nothing comes any more".into(),
            None if error.is_connect() => "nobody answers at its address".into(),
            None => "the connection broke".into(),
        })
    };
    let client = Outgoing::new(Reach::Home)
        .client(limits::GUIDE_REDIRECTS, Some(limits::GUIDE_FETCH))
        .map_err(failed)?;
    let (mut bare, mut user) = (url.clone(), None);
    if !url.username().is_empty() {
        user = Some((url.username().to_owned(), url.password().map(str::to_owned)));
        let _ = (bare.set_username(""), bare.set_password(None));
    }
    let mut request = client.get(bare);
    if let Some((name, password)) = user {
        request = request.basic_auth(name, password);
    }
    let response = request.send().await.map_err(failed)?;
    match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(Trouble::Fetch(format!("its server answers {}", status.as_u16()))),
    }
}

/// What is packed comes unpacked, and never more than so many bytes.
fn unpacked(raw: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    const BUFFER: usize = 256 << 10;
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    let head = raw.fill_buf()?;
    let most = limits::GUIDE_FILE;
    Ok(if head.starts_with(&[0x1F, 0x8B]) {
        Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(raw).take(most)))
    } else if head.starts_with(&[0xFD, b'7', b'z', b'X', b'Z', 0]) {
        Box::new(BufReader::with_capacity(BUFFER, lzma_rust2::XzReader::new(raw, true).take(most)))
    } else {
        Box::new(raw.take(most))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_named_without_secrets() {
        assert_eq!(Place::read("/srv/guide.xml"), Ok(Place::Path("/srv/guide.xml".into())));
        assert_eq!(Place::read("file:///srv/guide.xml"), Ok(Place::Path("/srv/guide.xml".into())));
        let place =
            Place::read("https://anna:secret@example.org/guide.xml.gz?key=secret").expect("an address");
        assert_eq!(place.name(), "https://example.org/guide.xml.gz");
        assert!(Place::read("ftp://example.org/x").is_err() && Place::read("http://").is_err());
    }

    #[test]
    fn what_is_packed_comes_unpacked_whatever_its_name() {
        use std::io::Write;
        let plain = b"<tv></tv>".repeat(1000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).expect("packs");
        let gzip = gzip.finish().expect("packs");
        // Two members one after the other are one file (RFC 1952 §2.2).
        let twice = [gzip.clone(), gzip.clone()].concat();
        for (packed, times) in [(plain.clone(), 1), (gzip, 1), (twice, 2), (Vec::new(), 0)] {
            let mut read = Vec::new();
            unpacked(io::Cursor::new(packed)).expect("opens").read_to_end(&mut read).expect("reads");
            assert_eq!(read.len(), plain.len() * times);
        }
    }
}
