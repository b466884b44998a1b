//! Secrets of the web: random tokens, their hashes, password hashes. Nothing here is ever logged.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// `bytes` random bytes in hexadecimal.
pub fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("the system has random numbers");
    random.iter().fold(String::with_capacity(2 * bytes), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}

/// `N` random bytes.
pub fn entropy<const N: usize>() -> [u8; N] {
    let mut random = [0; N];
    // The system's generator does not fail on any system that runs this; if it did, nothing could be trusted.
    getrandom::fill(&mut random).expect("the system has random numbers");
    random
}

/// Hashes a password (argon2id). Takes about 50 ms and 19 MiB: call it where that may be.
pub fn hash_password(password: &str) -> Option<String> {
    let hash = argon2::Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

/// Whether `password` is the one that `hash` was made from.
pub fn password_matches(password: &str, hash: &str) -> bool {
    let Ok(hash) = argon2::password_hash::phc::PasswordHash::new(hash) else { return false };
    argon2::Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_hash_alone() {
        let hash = hash_password("correct horse").expect("hash");
        assert!(password_matches("correct horse", &hash) && !password_matches("wrong horse", &hash));
        assert_ne!(random_hex(16), random_hex(16));
    }
}
