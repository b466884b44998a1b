//! Secrets: made from entropy, shown once, kept as hashes.
//!
//! A token has 256 random bits, so a plain SHA-256 of it is enough to store (there is nothing to guess); passwords are
//! another matter and go through argon2 at the edge. Secrets are [`SecretString`], which prints as `[REDACTED]`;
//! hashes are compared in constant time. Entropy comes in as a value.

use crate::limits;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`, so that a person can read it out.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// What API tokens begin with, so that a scanner of leaked secrets knows ours.
const TOKEN_PREFIX: &str = "tct_";

/// `bytes` in base 32 without padding, most significant bits first.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(ALPHABET[((buffer >> bits) & 31) as usize] as char);
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(ALPHABET[((buffer << (5 - bits)) & 31) as usize] as char);
    }
    text
}

/// An id that means nothing but identity, out of 128 random bits: 26 characters.
pub fn id(entropy: [u8; 16]) -> String {
    base32(&entropy)
}

/// The secret of a sign-in or of a playback address: 52 characters.
pub fn token(entropy: [u8; 32]) -> SecretString {
    base32(&entropy).into()
}

/// An API token: 256 random bits behind a prefix by which leaks are found.
pub fn api_token(entropy: [u8; 32]) -> SecretString {
    format!("{TOKEN_PREFIX}{}", base32(&entropy)).into()
}

/// A code that a person types once: 80 random bits in four groups of four.
pub fn code(entropy: [u8; 10]) -> SecretString {
    let text = base32(&entropy).to_ascii_uppercase();
    format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..16]).into()
}

/// A code that a person reads off a screen and types elsewhere within minutes: 40 random bits in two groups of four.
pub fn short_code(entropy: [u8; 5]) -> SecretString {
    let text = base32(&entropy).to_ascii_uppercase();
    format!("{}-{}", &text[..4], &text[4..8]).into()
}

/// What a stored secret is kept as and looked up by: its SHA-256.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of a token, exactly as it was given.
    pub fn of(secret: &SecretString) -> Self {
        Self(Sha256::digest(secret.expose_secret().as_bytes()).into())
    }

    /// Of a code as people type it: hyphens, spaces and case do not matter, and `O` is 0, `I` and `L` are 1.
    pub fn of_code(typed: &SecretString) -> Self {
        let plain = typed.expose_secret().chars().filter(char::is_ascii_alphanumeric).take(limits::CODE);
        let plain: String = plain
            .map(|c| match c.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                c => c,
            })
            .collect();
        Self(Sha256::digest(plain.as_bytes()).into())
    }

    /// A name for what it lets in, which tells nothing of it: what people and programs may see.
    pub fn name(&self) -> String {
        let again = Sha256::new().chain_update(b"name of ").chain_update(self.0).finalize();
        base32(&again[..10])
    }

    /// As the store keeps it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for SecretHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// When a sign-in ends: by not being used, or by age. Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// When it was made.
    pub created_ms: i64,
    /// When it was last used.
    pub last_seen_ms: i64,
}

impl Lifetime {
    /// When it ends if it is not used again.
    pub fn expires_ms(&self) -> i64 {
        let idle = self.last_seen_ms.saturating_add(limits::SIGN_IN_IDLE.as_millis() as i64);
        idle.min(self.created_ms.saturating_add(limits::SIGN_IN_ABSOLUTE.as_millis() as i64))
    }

    /// Whether it still counts at `now_ms`.
    pub fn is_alive(&self, now_ms: i64) -> bool {
        now_ms < self.expires_ms()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_crockford() {
        assert_eq!(base32(b"foobar"), "csqpyrk1e8");
        assert_eq!(base32(b""), "");
        assert_eq!((id([255; 16]).len(), token([0; 32]).expose_secret().len()), (26, 52));
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let made = code([0, 1, 2, 250, 251, 252, 253, 254, 255, 9]);
        let shown = made.expose_secret().to_owned();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3));
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', ""),
            shown.replace('0', "o"),
            shown.replace('1', "L"),
        ] {
            assert_eq!(SecretHash::of_code(&typed.clone().into()), SecretHash::of_code(&made), "{typed}");
        }
        assert_ne!(SecretHash::of_code(&"0000-0000-0000-0000".into()), SecretHash::of_code(&made));
    }

    #[test]
    fn secrets_and_hashes_are_never_printed() {
        let secret = api_token([7; 32]);
        let printed = format!("{secret:?} {:?}", SecretHash::of(&secret));
        assert!(!printed.contains(&base32(&[7; 32])[..8]), "{printed}");
        assert!(secret.expose_secret().starts_with("tct_"));
    }

    #[test]
    fn a_sign_in_ends_by_neglect_and_by_age() {
        let day = 86_400_000;
        let used = Lifetime { created_ms: 0, last_seen_ms: 10 * day };
        assert!(used.is_alive(23 * day) && !used.is_alive(24 * day));
        let old = Lifetime { created_ms: 0, last_seen_ms: 89 * day };
        assert!(old.is_alive(90 * day - 1) && !old.is_alive(90 * day));
    }
}
