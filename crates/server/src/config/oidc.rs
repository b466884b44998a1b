//! What `[auth.oidc]` means, and what contradicts itself in it: all of it at once. What the provider itself answers is another matter
//! (`adapters::oidc`); nothing here asks it.

use super::read::{Config, Layers, list};
use crate::adapters::oidc::Settings;
use secrecy::SecretString;
use std::net::IpAddr;
use telecast_core::access::Role;
use telecast_core::limits;
use url::{Host, Url};

/// Keys that mean nothing without an issuer.
const WITHOUT_ISSUER: [&str; 6] = [
    "auth.oidc.client_id",
    "auth.oidc.client_secret",
    "auth.oidc.name",
    "auth.oidc.roles",
    "auth.oidc.default_role",
    "auth.oidc.hosts",
];

impl Config {
    /// The provider by which people may sign in; `None`: there is none.
    pub fn oidc(&self) -> Option<Settings> {
        let issuer = self.string("auth.oidc.issuer")?.to_owned();
        let own = |name: &str| self.string(name).map(str::to_owned);
        Some(Settings {
            issuer,
            client_id: own("auth.oidc.client_id").unwrap_or_default(),
            client_secret: own("auth.oidc.client_secret").map(SecretString::from),
            name: own("auth.oidc.name"),
            scopes: self.list("auth.oidc.scopes"),
            role_claim: own("auth.oidc.role_claim").unwrap_or_default(),
            roles: self.list("auth.oidc.roles").iter().filter_map(|text| role_of(text).ok()).collect(),
            default_role: own("auth.oidc.default_role").and_then(|name| role(&name).ok()),
            hosts: self.list("auth.oidc.hosts"),
            patience: limits::OIDC_CALL,
        })
    }
}

/// Tells all that contradicts: key, and what is wrong.
pub(super) fn faults(keys: &Layers, fault: &mut impl FnMut(&str, String)) {
    let issuer = keys.text("auth.oidc.issuer");
    if issuer.is_empty() {
        for name in WITHOUT_ISSUER.into_iter().filter(|name| !keys.text(name).is_empty()) {
            fault(name, "it means nothing without the provider's address (auth.oidc.issuer)".into());
        }
    } else {
        if let Some(what) = Url::parse(issuer).ok().and_then(|url| issuer_fault(&url)) {
            fault("auth.oidc.issuer", what.into());
        }
        if keys.text("auth.oidc.client_id").is_empty() {
            let what = "the provider knows this station by a name: set auth.oidc.client_id as well";
            fault("auth.oidc.issuer", what.into());
        }
        if keys.text("auth.oidc.roles").is_empty() && keys.text("auth.oidc.default_role").is_empty() {
            let what = "it would let nobody in: set auth.oidc.roles, or auth.oidc.default_role";
            fault("auth.oidc.issuer", what.into());
        }
    }
    if !list(keys.text("auth.oidc.scopes")).iter().any(|scope| scope == "openid") {
        fault("auth.oidc.scopes", "'openid' must be among them".into());
    }
    for what in list(keys.text("auth.oidc.roles")).iter().filter_map(|text| role_of(text).err()) {
        fault("auth.oidc.roles", what);
    }
    let default = keys.text("auth.oidc.default_role");
    if let Some(what) = role(default).err().filter(|_| !default.is_empty()) {
        fault("auth.oidc.default_role", what);
    }
    for host in list(keys.text("auth.oidc.hosts")) {
        if !matches!(Host::parse(&host), Ok(Host::Domain(_))) {
            fault("auth.oidc.hosts", format!("'{host}' is not a host's name such as oauth2.googleapis.com"));
        }
    }
}

/// OpenID Connect Discovery 1.0 §3: HTTPS, no query, no fragment. Plain HTTP never leaves this machine or a private network.
fn issuer_fault(url: &Url) -> Option<&'static str> {
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Some("an issuer's address has no user, no '?' and no '#'");
    }
    let near = match url.host() {
        Some(Host::Ipv4(v4)) => is_near(v4.into()),
        Some(Host::Ipv6(v6)) => is_near(v6.into()),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    (url.scheme() != "https" && !near)
        .then_some("whoever is on the way could sign in as anybody: use https (http is for addresses of this machine and of private networks)")
}

fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// `value=role`. The value may hold further equals signs.
fn role_of(text: &str) -> Result<(String, Role), String> {
    match text.rsplit_once('=').map(|(value, name)| (value.trim(), name.trim())) {
        Some((value, name)) if !value.is_empty() => {
            role(name).map(|role| (value.to_owned(), role)).map_err(|what| format!("'{text}': {what}"))
        }
        _ => Err(format!("'{text}' is not written as value=role, such as tv-admins=admin")),
    }
}

fn role(name: &str) -> Result<Role, String> {
    match Role::parse(name) {
        Some(Role::Owner) => Err("nobody becomes the owner through a provider".into()),
        Some(role) => Ok(role),
        None => {
            let given: Vec<&str> = Role::ALL.iter().skip(1).map(|role| role.name()).collect();
            Err(format!("there is no role '{name}'; there are {}", given.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::load;
    use super::*;
    use secrecy::ExposeSecret;
    use std::path::Path;

    fn read(text: &str) -> Result<Config, Vec<String>> {
        load(Some((Path::new("telecast.toml"), text)), std::iter::empty(), &[])
    }

    #[test]
    fn a_provider_is_read_from_a_section_of_its_own() {
        let text = "[auth]\nallowed_origins = []\n[auth.oidc]\nissuer = \"https://id.example/tv/\"\nclient_id = \"tv\"\nclient_secret = \"s3cret\"\nrole_claim = \"realm_access.roles\"\nroles = [\"tv-admins=admin\", \"cn=kids = child\"]\n";
        let config = read(text).expect("good");
        let settings = config.oidc().expect("one");
        assert_eq!(settings.issuer, "https://id.example/tv/", "as it stands there");
        assert_eq!(settings.scopes, ["openid", "profile", "email"]);
        assert_eq!(settings.roles, [("tv-admins".into(), Role::Admin), ("cn=kids".into(), Role::Child)]);
        assert_eq!((settings.default_role, settings.name), (None, None));
        assert_eq!(settings.client_secret.expect("one").expose_secret(), "s3cret");
        assert!(!format!("{:?}", config.table()).contains("s3cret"));
        assert!(read("").expect("good").oidc().is_none());
    }

    #[test]
    fn all_that_contradicts_is_told_at_once() {
        for (text, parts) in [
            ("client_id = \"tv\"", &["telecast.toml:2: auth.oidc.client_id: it means nothing without"][..]),
            (
                "issuer = \"http://id.example\"\nscopes = [\"email\"]\nroles = [\"a=owner\", \"b\", \"c=king\"]\ndefault_role = \"owner\"\nhosts = [\"https://x\"]",
                &[
                    "telecast.toml:2: auth.oidc.issuer: whoever is on the way",
                    "auth.oidc.issuer: the provider knows",
                    "telecast.toml:3: auth.oidc.scopes: 'openid'",
                    "telecast.toml:4: auth.oidc.roles: 'a=owner': nobody becomes the owner",
                    "'b' is not written as value=role",
                    "'c=king': there is no role 'king'",
                    "telecast.toml:5: auth.oidc.default_role: nobody becomes",
                    "telecast.toml:6: auth.oidc.hosts: 'https://x' is not",
                ],
            ),
            (
                "issuer = \"https://id.example?x=1\"\nclient_id = \"tv\"",
                &["no '?'", "it would let nobody in"],
            ),
            ("isuer = \"x\"", &["there is no key 'auth.oidc.isuer'; did you mean 'auth.oidc.issuer'?"]),
        ] {
            let faults = read(&format!("[auth.oidc]\n{text}")).expect_err(text);
            for part in parts {
                assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:?}");
            }
        }
    }

    #[test]
    fn plain_http_stays_near() {
        for (issuer, good) in [
            ("https://id.example", true),
            ("http://127.0.0.1:9", true),
            ("http://localhost:9", true),
            ("http://192.168.1.2", true),
            ("http://[fd00::1]", true),
            ("http://169.254.169.254", false),
            ("http://8.8.8.8", false),
            ("http://localhost.example", false),
            ("https://anna@id.example", false),
        ] {
            let url = Url::parse(issuer).expect(issuer);
            assert_eq!(issuer_fault(&url).is_none(), good, "{issuer}");
        }
    }
}
