//! What a provider says of somebody: whether it is said to us, now, for this sign-in (OpenID Connect Core 1.0 §3.1.3.7), and what follows
//! from it: a role, and a name. Pure.

use super::{Begun, Settings, Trouble, read};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use telecast_core::access::{Role, name_fault};
use telecast_core::limits;
use telecast_core::secret::SecretHash;

/// Claims by which somebody may be called, the best first.
const NAMES: [&str; 3] = ["preferred_username", "name", "email"];
/// Characters of a name; a number may come behind it where it is taken.
const NAME: usize = 56;
/// What somebody is called of whom no name is told.
const NAMELESS: &str = "user";

/// Somebody whom a provider has told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who says so.
    pub issuer: String,
    /// What he is there; never given to anybody else.
    pub subject: String,
    /// What he would be called here.
    pub name: String,
    /// What he may be here; none: nothing.
    pub role: Option<Role>,
}

/// What is said.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads them from an answer that is not signed.
    pub(super) fn read(answer: &[u8]) -> Result<Self, Trouble> {
        read(answer)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Whether this is said by that issuer, to this client, of this sign-in, and holds at `now_ms`.
    pub(super) fn check(&self, settings: &Settings, begun: &Begun, now_ms: i64) -> Result<(), Trouble> {
        if self.text("iss") != Some(&settings.issuer) {
            return Err(Trouble::WrongIssuer);
        }
        self.check_audience(&settings.client_id)?;
        self.check_time(begun, now_ms)?;
        let hash = |text: &str| SecretHash::of(&SecretString::from(text.to_owned()));
        match self.text("nonce") {
            Some(nonce) if hash(nonce) == SecretHash::of(&begun.nonce) => Ok(()),
            _ => Err(Trouble::WrongNonce),
        }
    }

    /// Steps 3 to 5: meant for us, and where it is meant for others as well, given to us.
    fn check_audience(&self, client: &str) -> Result<(), Trouble> {
        let audience: Vec<&str> = match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let party = self.0.get("azp").map(|party| party.as_str() == Some(client));
        let is_given_to_us = party.unwrap_or(audience.len() == 1);
        if audience.contains(&client) && is_given_to_us { Ok(()) } else { Err(Trouble::WrongAudience) }
    }

    /// Steps 9 and 10, and RFC 7519 §4.1.5. Nothing that was issued before the sign-in began is of this sign-in.
    fn check_time(&self, begun: &Begun, now_ms: i64) -> Result<(), Trouble> {
        let leeway = limits::OIDC_LEEWAY.as_millis() as f64;
        let at_ms = |name: &str| self.0.get(name).map(|at| at.as_f64().map(|seconds| seconds * 1_000.0));
        let (now, begun) = (now_ms as f64, begun.at_ms as f64);
        let (Some(Some(ends)), Some(Some(issued))) = (at_ms("exp"), at_ms("iat")) else {
            return Err(Trouble::NotUnderstood);
        };
        let valid_from = at_ms("nbf").unwrap_or(Some(issued)).ok_or(Trouble::NotUnderstood)?;
        if now >= ends + leeway || issued < begun - leeway {
            return Err(Trouble::Expired);
        }
        if issued > now + leeway || valid_from > now + leeway {
            return Err(Trouble::TooEarly);
        }
        Ok(())
    }

    /// Whether a name is told, and what roles are given by.
    pub(super) fn are_enough(&self, settings: &Settings) -> bool {
        let is_named = NAMES.iter().any(|name| self.text(name).is_some());
        is_named
            && (settings.roles.is_empty()
                || self.reach(&settings.role_claim).is_some_and(|value| !value.is_null()))
    }

    /// Takes what is said beside the token, where the token says nothing (§5.3.2: of the same `sub`, or not at all).
    pub(super) fn add(&mut self, said: Self) -> Result<(), Trouble> {
        if said.text("sub").is_none() || said.text("sub") != self.text("sub") {
            return Err(Trouble::NotUnderstood);
        }
        for (name, value) in said.0 {
            if self.0.get(&name).is_none_or(Value::is_null) {
                self.0.insert(name, value);
            }
        }
        Ok(())
    }

    /// Who that is.
    pub(super) fn person(&self, settings: &Settings) -> Result<Person, Trouble> {
        let subject =
            self.text("sub").filter(|sub| (1..=limits::OIDC_SUBJECT).contains(&sub.chars().count()));
        Ok(Person {
            issuer: settings.issuer.clone(),
            subject: subject.ok_or(Trouble::NotUnderstood)?.to_owned(),
            name: self.name(),
            role: self.role(settings),
        })
    }

    fn name(&self) -> String {
        let clean = |text: &str| {
            let printed: String = text.chars().filter(|c| !c.is_control()).take(NAME).collect();
            printed.trim().to_owned()
        };
        let told = NAMES.iter().filter_map(|name| self.text(name)).map(clean);
        told.into_iter().find(|name| name_fault(name).is_none()).unwrap_or_else(|| NAMELESS.to_owned())
    }

    fn role(&self, settings: &Settings) -> Option<Role> {
        let has = |wanted: &str| match self.reach(&settings.role_claim) {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(wanted)),
            _ => false,
        };
        let given = settings.roles.iter().find(|(wanted, _)| has(wanted)).map(|(_, role)| *role);
        given.or(settings.default_role).filter(|role| *role != Role::Owner)
    }

    /// The claim of that name, or the one that its dots lead to: names of claims may hold dots themselves.
    fn reach(&self, name: &str) -> Option<&Value> {
        self.0.get(name).or_else(|| {
            let mut parts = name.split('.');
            let first = self.0.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        })
    }
}

/// Settings for tests.
#[cfg(test)]
pub(super) fn settings(issuer: &str, hosts: &[&str]) -> Settings {
    Settings {
        issuer: issuer.into(),
        client_id: "tv".into(),
        client_secret: None,
        name: None,
        scopes: vec!["openid".into()],
        role_claim: "groups".into(),
        roles: vec![("kids".into(), Role::Child), ("tv-admins".into(), Role::Admin)],
        default_role: None,
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        patience: limits::OIDC_CALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_790_000_000_000;

    fn claims(change: &Value) -> Claims {
        let seconds = NOW / 1000;
        let mut all = json!({ "iss": "https://id.example", "aud": "tv", "exp": seconds + 300, "iat": seconds, "nonce": "n-1", "sub": "7" });
        for (name, value) in change.as_object().expect("an object") {
            if value.is_null() {
                all.as_object_mut().expect("an object").remove(name);
            } else {
                all[name] = value.clone();
            }
        }
        serde_json::from_value(all).expect("claims")
    }

    #[test]
    fn what_is_said_counts_for_us_now_and_for_this_sign_in_alone() {
        let seconds = NOW / 1000;
        let begun = Begun {
            nonce: "n-1".to_owned().into(),
            verifier: "v".to_owned().into(),
            redirect_uri: String::new(),
            at_ms: NOW - 60_000,
        };
        for (change, expected) in [
            (json!({}), Ok(())),
            (json!({ "iss": "https://id.example/" }), Err(Trouble::WrongIssuer)),
            (json!({ "iss": ["https://id.example"] }), Err(Trouble::WrongIssuer)),
            (json!({ "aud": "radio" }), Err(Trouble::WrongAudience)),
            (json!({ "aud": null }), Err(Trouble::WrongAudience)),
            (json!({ "aud": ["tv", "radio"] }), Err(Trouble::WrongAudience)),
            (json!({ "aud": ["tv", "radio"], "azp": "radio" }), Err(Trouble::WrongAudience)),
            (json!({ "aud": ["tv", "radio"], "azp": "tv" }), Ok(())),
            (json!({ "azp": "radio" }), Err(Trouble::WrongAudience)),
            (json!({ "exp": seconds - 61 }), Err(Trouble::Expired)),
            (json!({ "exp": seconds - 59 }), Ok(())),
            (json!({ "exp": null }), Err(Trouble::NotUnderstood)),
            (json!({ "exp": "soon" }), Err(Trouble::NotUnderstood)),
            (json!({ "iat": null }), Err(Trouble::NotUnderstood)),
            (json!({ "iat": seconds + 61 }), Err(Trouble::TooEarly)),
            (json!({ "iat": seconds - 121 }), Err(Trouble::Expired)),
            (json!({ "nbf": seconds + 61 }), Err(Trouble::TooEarly)),
            (json!({ "nbf": "now" }), Err(Trouble::NotUnderstood)),
            (json!({ "nonce": "n-2" }), Err(Trouble::WrongNonce)),
            (json!({ "nonce": null }), Err(Trouble::WrongNonce)),
        ] {
            let settings = settings("https://id.example", &[]);
            assert_eq!(claims(&change).check(&settings, &begun, NOW), expected, "{change}");
        }
    }

    #[test]
    fn the_first_value_that_fits_gives_the_role_and_none_is_the_owner() {
        let with = |claim: &str, default_role| Settings {
            role_claim: claim.into(),
            default_role,
            ..settings("https://id.example", &[])
        };
        for (change, claim, default, role) in [
            (json!({ "groups": "tv-admins" }), "groups", None, Some(Role::Admin)),
            (json!({ "groups": ["tv-admins", "kids"] }), "groups", None, Some(Role::Child)),
            (json!({ "groups": ["others"] }), "groups", None, None),
            (json!({ "groups": ["others"] }), "groups", Some(Role::Viewer), Some(Role::Viewer)),
            (json!({ "groups": { "kids": true } }), "groups", None, None),
            (json!({ "realm": { "roles": ["kids"] } }), "realm.roles", None, Some(Role::Child)),
            (
                json!({ "https://tv.example/roles": "kids" }),
                "https://tv.example/roles",
                None,
                Some(Role::Child),
            ),
            (json!({}), "groups", Some(Role::Owner), None),
        ] {
            assert_eq!(claims(&change).person(&with(claim, default)).expect("one").role, role, "{change}");
        }
    }

    #[test]
    fn names_are_cleaned_and_what_is_said_beside_a_token_is_of_the_same_person() {
        let settings = settings("https://id.example", &[]);
        let named = |change: Value| claims(&change).person(&settings).expect("one").name;
        assert_eq!(named(json!({ "preferred_username": " an\u{0}na ", "name": "Anna" })), "anna");
        assert_eq!(named(json!({ "preferred_username": "  ", "email": "a@b.example" })), "a@b.example");
        assert_eq!(named(json!({ "name": "x".repeat(99) })), "x".repeat(56));
        assert_eq!(named(json!({})), "user");
        let mut told = claims(&json!({ "name": "Anna" }));
        assert!(!told.are_enough(&settings), "no groups");
        let other = claims(&json!({ "sub": "8", "groups": ["tv-admins"] }));
        assert_eq!(told.add(other), Err(Trouble::NotUnderstood));
        told.add(claims(&json!({ "name": "Eve", "groups": ["kids"] }))).expect("the same");
        assert!(told.are_enough(&settings));
        let person = told.person(&settings).expect("one");
        assert_eq!((person.name.as_str(), person.role), ("Anna", Some(Role::Child)), "the token counts more");
        assert!(claims(&json!({ "sub": "" })).person(&settings).is_err());
        assert!(claims(&json!({ "sub": "x".repeat(256) })).person(&settings).is_err());
    }
}
