//! Secrets that must be readable again (a receiver's password), sealed with the key of this installation.
//!
//! XChaCha20-Poly1305 in an envelope: version (1 byte) · key id (4 bytes) · nonce (24 bytes) · ciphertext. The additional
//! data binds it to its table, row and column. The key lies in a file of mode 0600 beside the store; a backup needs both.

use crate::Kind;
use crate::error::{Error, Result};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY: usize = 32;
const KEY_ID: usize = 4;
const NONCE: usize = 24;
const HEAD: usize = 1 + KEY_ID + NONCE;

/// A sealed secret, as the store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Seals and opens. Holds the key of this installation.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID],
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// With the key in the file at `path`; made of fresh entropy, with mode 0600, if it is missing.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] if the file can be neither read nor made, [`Kind::Invalid`] if it is not a key.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        if let Some(sealer) = Self::load(path)? {
            return Ok(sealer);
        }
        let mut key = Zeroizing::new([0u8; KEY]);
        fill(key.as_mut())?;
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match made.and_then(|mut file| file.write_all(key.as_ref()).and_then(|()| file.sync_all())) {
            Ok(()) => Ok(Self::new(&key)),
            // Another has made it in the meantime: theirs counts.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or_else(|| Error::caused(Kind::Unavailable, fault(path), error))
            }
            Err(error) => Err(Error::caused(Kind::Unavailable, fault(path), error)),
        }
    }

    fn load(path: &Path) -> Result<Option<Self>> {
        let mut file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::caused(Kind::Unavailable, fault(path), error)),
        };
        let mut key = Zeroizing::new([0u8; KEY]);
        let whole = file.read_exact(key.as_mut()).is_ok() && file.read(&mut [0]).is_ok_and(|more| more == 0);
        if !whole {
            let message = format!(
                "{} is not an instance key of {KEY} bytes. Restore it from a backup.",
                path.display()
            );
            return Err(Error::new(Kind::Invalid, message));
        }
        Ok(Some(Self::new(&key)))
    }

    fn new(key: &[u8; KEY]) -> Self {
        use telecast_core::secret::{SecretHash, base32};
        // Says which key sealed something without telling anything of the key itself.
        let name = SecretHash::of(&format!("key id {}", base32(key)).into());
        let mut key_id = [0; KEY_ID];
        key_id.copy_from_slice(&name.as_bytes()[..KEY_ID]);
        Self { cipher: XChaCha20Poly1305::new(key.into()), key_id }
    }

    /// Seals `secret`, bound to `aad` (table, row and column).
    ///
    /// # Errors
    /// [`Kind::Unavailable`] if the system gives no randomness.
    pub fn seal(&self, secret: &SecretString, aad: &str) -> Result<Sealed> {
        let mut nonce = [0u8; NONCE];
        fill(&mut nonce)?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: aad.as_bytes() };
        let cipher = self
            .cipher
            .encrypt(&nonce.into(), payload)
            .map_err(|_| Error::new(Kind::Internal, "The secret is too long to be sealed."))?;
        let mut envelope = Vec::with_capacity(HEAD + cipher.len());
        envelope.push(VERSION);
        envelope.extend_from_slice(&self.key_id);
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&cipher);
        Ok(Sealed(envelope))
    }

    /// Opens what was sealed with the same key and `aad`.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it was sealed with another key or for another place, or was damaged.
    pub fn open(&self, sealed: &Sealed, aad: &str) -> Result<SecretString> {
        let damaged = || Error::new(Kind::Conflict, "A stored secret cannot be opened; enter it again.");
        let (head, cipher) = sealed.0.split_at_checked(HEAD).ok_or_else(damaged)?;
        if head[0] != VERSION {
            return Err(damaged());
        }
        if head[1..=KEY_ID] != self.key_id {
            let message =
                "A stored secret was sealed with another instance key. Restore that key, or enter it again.";
            return Err(Error::new(Kind::Conflict, message));
        }
        let nonce: [u8; NONCE] = head[1 + KEY_ID..].try_into().map_err(|_| damaged())?;
        let payload = Payload { msg: cipher, aad: aad.as_bytes() };
        let plain = self.cipher.decrypt(&nonce.into(), payload).map_err(|_| damaged())?;
        Ok(String::from_utf8(plain).map_err(|_| damaged())?.into())
    }
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| Error::caused(Kind::Unavailable, "The system gives no randomness.", error))
}

fn fault(path: &Path) -> String {
    format!(
        "The instance key {} can be neither read nor made. Check the directory and its owner.",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("instance.key");
        let sealer = Sealer::load_or_create(&path).expect("made");
        assert_eq!(std::fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
        let secret: SecretString = "geheim".into();
        let sealed = sealer.seal(&secret, "receiver/a/password").expect("sealed");
        assert_ne!(sealed, sealer.seal(&secret, "receiver/a/password").expect("sealed"), "a nonce twice");
        assert!(!format!("{sealed:?}").contains("geheim"));

        let again = Sealer::load_or_create(&path).expect("read");
        assert_eq!(again.open(&sealed, "receiver/a/password").expect("opened").expose_secret(), "geheim");
        assert_eq!(again.open(&sealed, "receiver/b/password").expect_err("moved").kind(), Kind::Conflict);
    }

    #[test]
    fn a_damaged_envelope_or_a_foreign_key_is_refused_and_never_a_panic() {
        let directory = tempfile::tempdir().expect("directory");
        let sealer = Sealer::load_or_create(&directory.path().join("a")).expect("made");
        let other = Sealer::load_or_create(&directory.path().join("b")).expect("made");
        let sealed = sealer.seal(&"geheim".into(), "x").expect("sealed");
        assert!(other.open(&sealed, "x").expect_err("key").to_string().contains("another instance key"));
        for at in 0..sealed.0.len() {
            let mut bytes = sealed.0.clone();
            bytes[at] ^= 1;
            assert_eq!(
                sealer.open(&Sealed(bytes), "x").expect_err("flipped").kind(),
                Kind::Conflict,
                "byte {at}"
            );
            assert!(sealer.open(&Sealed(sealed.0[..at].to_vec()), "x").is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("key");
        for size in [0, 31, 33] {
            std::fs::write(&path, vec![1; size]).expect("written");
            assert_eq!(Sealer::load_or_create(&path).expect_err("no key").kind(), Kind::Invalid, "{size}");
        }
    }
}
