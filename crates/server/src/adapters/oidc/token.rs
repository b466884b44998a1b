//! ID tokens (OpenID Connect Core 1.0 §2, RFC 7515): whether a key of the provider's has signed one. Pure.
//!
//! The token chooses neither the kind of signature nor the key freely: the algorithm is one of a short list, none of which works with a
//! shared secret, and the key must be of that algorithm's own kind and meant for signatures (RFC 8725 §3.1).

use super::claims::Claims;
use super::{Trouble, read};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;

/// All that are trusted. Never `none`, and none that signs with what verifies.
const TRUSTED: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// What a token says of its signature.
pub(super) struct Head {
    algorithm: Algorithm,
    key: Option<String>,
}

/// As it is written.
#[derive(Deserialize)]
struct Written {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// Reads the head of a token.
pub(super) fn head(token: &str) -> Result<Head, Trouble> {
    let first = token.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(first).map_err(|_| Trouble::NotUnderstood)?;
    let written: Written = read(&bytes)?;
    // RFC 7515 §4.1.11: what must be understood and is not, makes it worthless.
    if written.crit.is_some() {
        return Err(Trouble::NotUnderstood);
    }
    let algorithm = TRUSTED.iter().find(|(name, _)| *name == written.alg).map(|(_, algorithm)| *algorithm);
    Ok(Head { algorithm: algorithm.ok_or(Trouble::WrongAlgorithm)?, key: written.kid })
}

/// A provider's keys (RFC 7517 §5). Those that cannot be read are none.
pub(super) fn keys(answer: &[u8]) -> Result<Vec<Jwk>, Trouble> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = read(answer)?;
    Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

impl Head {
    /// The key that it names; where it names none, the only one that fits.
    pub(super) fn key_in<'a>(&self, keys: &'a [Jwk]) -> Option<&'a Jwk> {
        let fit = |key: &&Jwk| fits(key, self.algorithm);
        if let Some(name) = &self.key {
            return keys.iter().filter(fit).find(|key| key.common.key_id.as_ref() == Some(name));
        }
        let mut all = keys.iter().filter(fit);
        let first = all.next();
        if all.next().is_none() { first } else { None }
    }
}

/// Whether the key is of the algorithm's kind, and for signatures.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let is_of_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), RS256 | RS384 | RS512 | PS256 | PS384 | PS512) => true,
        (AlgorithmParameters::EllipticCurve(of), ES256) => of.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(of), ES384) => of.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(of), EdDSA) => of.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let common = &key.common;
    is_of_kind
        && common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify))
        && common.key_algorithm.is_none_or(|of| of == KeyAlgorithm::from(algorithm))
}

/// What the token says, if `key` has signed it. What that means, and whether it counts, is for [`Claims::check`].
pub(super) fn verified(token: &str, head: &Head, key: &Jwk) -> Result<Claims, Trouble> {
    let key = DecodingKey::from_jwk(key).map_err(|_| Trouble::UnknownKey)?;
    let mut only_the_signature = Validation::new(head.algorithm);
    only_the_signature.required_spec_claims = HashSet::new();
    only_the_signature.validate_exp = false;
    only_the_signature.validate_aud = false;
    let data = decode::<Claims>(token, &key, &only_the_signature);
    data.map(|data| data.claims).map_err(|_| Trouble::WrongSignature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(of: Value) -> Jwk {
        serde_json::from_value(of).expect("a key")
    }

    fn of(head: &Value) -> Result<Head, Trouble> {
        super::head(&format!("{}.e30.", URL_SAFE_NO_PAD.encode(head.to_string())))
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_trusted() {
        for alg in ["none", "None", "HS256", "HS384", "HS512", "RSA-OAEP", "", "rs256"] {
            assert_eq!(of(&json!({ "alg": alg })).err(), Some(Trouble::WrongAlgorithm), "{alg}");
        }
        for alg in TRUSTED.map(|(name, _)| name) {
            assert!(of(&json!({ "alg": alg })).is_ok(), "{alg}");
        }
        assert_eq!(of(&json!({ "alg": "ES256", "crit": ["b64"] })).err(), Some(Trouble::NotUnderstood));
        assert_eq!(super::head("rubbish").err(), Some(Trouble::NotUnderstood));
    }

    #[test]
    fn a_key_is_used_as_what_it_is_and_for_what_it_is_meant() {
        let rsa = json!({ "kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB" });
        let curve = json!({ "kty": "EC", "kid": "e", "crv": "P-256", "x": "AA", "y": "AA" });
        let ed = json!({ "kty": "OKP", "kid": "d", "crv": "Ed25519", "x": "AA" });
        let shared = json!({ "kty": "oct", "kid": "o", "k": "AA" });
        let with = |of: &Value, name: &str, value: Value| {
            let mut of = of.clone();
            of[name] = value;
            of
        };
        for (of, algorithm, fit) in [
            (rsa.clone(), Algorithm::RS256, true),
            (rsa.clone(), Algorithm::PS512, true),
            (rsa.clone(), Algorithm::ES256, false),
            (curve.clone(), Algorithm::ES256, true),
            (curve.clone(), Algorithm::ES384, false),
            (curve.clone(), Algorithm::RS256, false),
            (ed.clone(), Algorithm::EdDSA, true),
            (shared, Algorithm::RS256, false),
            (with(&rsa, "use", json!("enc")), Algorithm::RS256, false),
            (with(&rsa, "use", json!("sig")), Algorithm::RS256, true),
            (with(&rsa, "alg", json!("RS512")), Algorithm::RS256, false),
            (with(&rsa, "key_ops", json!(["sign"])), Algorithm::RS256, false),
        ] {
            assert_eq!(fits(&key(of.clone()), algorithm), fit, "{of} {algorithm:?}");
        }
        // By its name, or as the only one that fits.
        let all = keys(json!({ "keys": [rsa, curve, ed, { "kty": "odd" }, 7] }).to_string().as_bytes())
            .expect("keys");
        let found =
            |head: Value| of(&head).expect("a head").key_in(&all).and_then(|key| key.common.key_id.clone());
        assert_eq!(found(json!({ "alg": "RS256", "kid": "r" })).as_deref(), Some("r"));
        assert_eq!(found(json!({ "alg": "RS256", "kid": "e" })), None);
        assert_eq!(found(json!({ "alg": "EdDSA" })).as_deref(), Some("d"));
        let two = [all[0].clone(), all[0].clone()];
        assert!(of(&json!({ "alg": "RS256" })).expect("a head").key_in(&two).is_none(), "which of them?");
    }
}
