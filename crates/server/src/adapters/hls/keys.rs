//! Encrypted segments (RFC 8216 §4.3.2.4, METHOD=AES-128): AES-128 in CBC mode with PKCS7 padding, a whole segment or header at a time.
//!
//! Keys are fetched from where the playlist says, by the same way as segments, and kept while they are among the newest; they are never written down.

use std::collections::VecDeque;

use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use bytes::Bytes;
use telecast_core::limits;
use telecast_media::playlist::Key;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use super::Way;

/// Keys that are kept: of picture and sound, the old one and the new.
const KEYS_MOST: usize = 8;
/// Bytes of a key.
const KEY: usize = 16;
/// Bytes that are read of what should be a key.
const REPLY: usize = 4096;

/// Keys of one playlist.
#[derive(Default)]
pub(super) struct Keys(VecDeque<(Url, Zeroizing<[u8; KEY]>)>);

impl Keys {
    /// What `bytes`, number `sequence` of its playlist, were before they were encrypted.
    ///
    /// # Errors
    /// There is no key, or it is another one's: why, for people.
    pub(super) async fn open(
        &mut self,
        way: &Way,
        base: &Url,
        key: &Key,
        sequence: u64,
        bytes: Bytes,
    ) -> Result<Bytes, String> {
        let url = base.join(&key.uri).map_err(|error| format!("a key at no address ({error})"))?;
        let vector = key.iv.unwrap_or(u128::from(sequence).to_be_bytes());
        if let Some((_, known)) = self.0.iter().find(|(at, _)| *at == url) {
            return decrypt(known.clone(), vector, bytes).await;
        }
        let fetched = timeout(limits::RECEIVER_CALL, way.bytes(&url, None, REPLY)).await;
        let fetched = fetched.unwrap_or_else(|_| Err("no reply in time".into()));
        let fetched = fetched.map_err(|why| format!("no key for its segments ({why})"))?;
        let found = <[u8; KEY]>::try_from(&fetched[..])
            .map_err(|_| format!("{} bytes instead of a key of {KEY} for its segments", fetched.len()))?;
        let found = Zeroizing::new(found);
        if self.0.len() >= KEYS_MOST {
            self.0.pop_front();
        }
        self.0.push_back((url, found.clone()));
        decrypt(found, vector, bytes).await
    }
}

/// Many megabytes are decrypted where nobody waits.
async fn decrypt(key: Zeroizing<[u8; KEY]>, vector: [u8; 16], bytes: Bytes) -> Result<Bytes, String> {
    let done = tokio::task::spawn_blocking(move || {
        let key = UnboundCipherKey::new(&AES_128, &key[..]).ok()?;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
        let mut bytes = Vec::from(bytes);
        let vector = DecryptionContext::Iv128(FixedLength::from(vector));
        let length = cipher.decrypt(&mut bytes, vector).ok()?.len();
        bytes.truncate(length);
        Some(Bytes::from(bytes))
    });
    let done = done.await.ok().flatten();
    done.ok_or_else(|| "segments that its key does not open".to_owned())
}
