//! Accounts, sign-ins, codes, tokens and receivers of pages, as the web needs them, over the store.

use super::guard::{Credential, Principal};
use super::known::{Found, Known};
use super::problem::Problem;
use super::secret;
use crate::adapters::clock::Clock;
use crate::adapters::oidc::Person;
use crate::app::settings::{ReceiverKind, ReceiverSettings};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use telecast_core::access::{Profile, Role, Scope};
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::secret::{Lifetime, SecretHash};
use telecast_media::hdhomerun::DeviceId;
use telecast_store::{
    Account, ApiToken, AuditLine, Created, Identity, NewAccount, NewApiToken, NewPairing, NewPin, NewPlayer,
    Paired, Player, Purpose, Receiver, RequestKey, Sealer, Store, Waiting,
};
use tokio_util::sync::CancellationToken;
use url::Url;

impl From<telecast_store::Error> for Problem {
    fn from(error: telecast_store::Error) -> Self {
        telecast_core::error::Error::from(error).into()
    }
}

/// Name of the setting that says whether the simulated receiver is wanted.
const SIMULATED: &str = "receivers.simulated";
/// Name of the setting that says which network tuner the station is.
const DEVICE: &str = "tuner.device";

/// What has become of somebody whom an identity provider has told of.
pub enum Told {
    /// He is let in as this.
    In(Account),
    /// The same, with another role than before.
    Anew(Account),
    /// He is not; this account has lost all that lets it in.
    Out(Option<Account>),
}

/// See the module.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    sealer: Sealer,
    known: Arc<Known>,
    /// There is an owner; he cannot be removed.
    owned: Arc<AtomicBool>,
}

impl Accounts {
    /// Over an open store; `sealer` keeps receivers' passwords.
    pub fn new(store: Store, sealer: Sealer) -> Self {
        Self { store, sealer, known: Arc::default(), owned: Arc::default() }
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), Problem> {
        Ok(self.store.ping().await?)
    }

    /// Whether the station belongs to somebody.
    pub async fn owner_exists(&self) -> Result<bool, Problem> {
        if !self.owned.load(Ordering::Relaxed) {
            self.owned.store(self.store.has_owner().await?, Ordering::Relaxed);
        }
        Ok(self.owned.load(Ordering::Relaxed))
    }

    /// Makes the code with which the first owner is made; it is to be printed, and is good for an hour.
    pub async fn new_setup_code(&self, now_ms: i64) -> Result<SecretString, Problem> {
        let code = telecast_core::secret::code(secret::entropy());
        let expires = now_ms + limits::SETUP_CODE.as_millis() as i64;
        self.store.put_code(Purpose::Setup, &SecretHash::of_code(&code), None, expires).await?;
        Ok(code)
    }

    /// Makes the first owner, if `code` is the one printed.
    pub async fn create_owner(
        &self,
        name: &str,
        hash: String,
        code: &SecretString,
        now_ms: i64,
    ) -> Result<Account, Problem> {
        let new = new_account(name, Role::Owner, Some(hash), None);
        Ok(self.store.create_owner(&new, &SecretHash::of_code(code), now_ms).await?)
    }

    /// Makes an account.
    pub async fn create(
        &self,
        name: &str,
        role: Role,
        hash: Option<String>,
        now_ms: i64,
    ) -> Result<Account, Problem> {
        Ok(self.store.create_account(&new_account(name, role, hash, None), now_ms).await?)
    }

    /// Makes an account that ends by itself at `until_ms`.
    pub async fn create_guest(
        &self,
        name: &str,
        role: Role,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<Account, Problem> {
        Ok(self.store.create_account(&new_account(name, role, None, Some(until_ms)), now_ms).await?)
    }

    /// Lets in whom an identity provider has told of: his account is found by what the provider calls him, or made, and has the role that
    /// it gives by now. Whom it gives none any more is shut out. No provider makes an owner, or changes one.
    pub async fn told(&self, person: &Person, now_ms: i64) -> Result<Told, Problem> {
        let identity = Identity { issuer: &person.issuer, subject: &person.subject };
        let known = self.store.account_of(identity).await?;
        Ok(match (known, person.role) {
            (Some(owner), _) if owner.role == Role::Owner => Told::Out(None),
            (Some(account), Some(role)) if account.role == role => Told::In(account),
            (Some(account), Some(role)) => {
                self.store.set_role(&account.id, role).await?;
                Told::Anew(self.account(&account.id).await?)
            }
            (Some(account), None) => {
                self.store.shut_out(&account.id).await?;
                Told::Out(Some(account))
            }
            (None, Some(Role::Owner) | None) => Told::Out(None),
            (None, Some(role)) => {
                let new = new_account(&person.name, role, None, None);
                Told::In(self.store.create_account_of(identity, &new, now_ms).await?)
            }
        })
    }

    /// Whether it is the identity provider that lets this account in.
    pub async fn is_of_provider(&self, account: &str) -> Result<bool, Problem> {
        Ok(self.store.is_external(account).await?)
    }

    /// All accounts.
    pub async fn all(&self) -> Result<Vec<Account>, Problem> {
        Ok(self.store.accounts().await?)
    }

    /// The account of that name, and its password's hash.
    pub async fn password_of(&self, name: &str) -> Result<Option<(Account, String)>, Problem> {
        let found = self.store.credentials(name).await?;
        Ok(found.and_then(|found| Some((found.account, found.password?.expose_secret().to_owned()))))
    }

    /// Signs `account` in; gives the cookie's secret.
    pub async fn sign_in(
        &self,
        account: &Account,
        label: &str,
        now_ms: i64,
    ) -> Result<SecretString, Problem> {
        let token = telecast_core::secret::token(secret::entropy());
        self.store.create_sign_in(&SecretHash::of(&token), &account.id, label, now_ms).await?;
        Ok(token)
    }

    /// Whose credential this is, if that is known without asking the store.
    pub fn remembered(&self, credential: &Credential, now_ms: i64) -> Option<Principal> {
        self.known.get(credential, self.store.access_turn(), now_ms)
    }

    /// Whether this credential has let somebody in before.
    pub fn has_met(&self, credential: &Credential) -> bool {
        self.known.has_met(credential)
    }

    /// Whose credential this is, if it still counts. From memory, as a rule ([`Known`]).
    pub async fn holder(&self, credential: &Credential, now_ms: i64) -> Result<Option<Principal>, Problem> {
        let turn = self.store.access_turn();
        if let Some(principal) = self.known.get(credential, turn, now_ms) {
            return Ok(Some(principal));
        }
        let found = self.find(credential, now_ms).await?;
        if found.is_none() {
            self.known.refused(credential);
        }
        Ok(found.map(|found| self.known.put(found, turn, now_ms)))
    }

    /// Keeps what is known of credentials in step with the store, until `stop`.
    pub async fn keep(self, clock: Clock, stop: CancellationToken) {
        self.known.keep(&self.store, clock, stop).await;
    }

    /// Looks a credential up.
    async fn find(&self, credential: &Credential, now_ms: i64) -> Result<Option<Found>, Problem> {
        let of = |account: Account, scopes: Vec<Scope>| Principal {
            account: account.id,
            name: account.name,
            role: account.role,
            scopes,
            profile: account.profile.map(Arc::new),
            has_pin: account.has_pin,
            until_ms: account.expires_ms,
            credential: *credential,
        };
        let ends = |account: &Account, at_ms: i64| account.expires_ms.unwrap_or(i64::MAX).min(at_ms);
        match credential {
            Credential::Cookie(hash) => {
                let found = self.store.sign_in(hash, now_ms).await?;
                Ok(found.map(|found| Found {
                    until_ms: ends(&found.account, found.lifetime.expires_ms()),
                    used_ms: Some(found.lifetime.last_seen_ms),
                    principal: {
                        let scopes = found.account.scopes();
                        of(found.account, scopes)
                    },
                }))
            }
            Credential::Token(hash) => {
                let found = self.store.api_token(hash, now_ms).await?;
                Ok(found.map(|found| {
                    let own = found.account.scopes();
                    let scopes = found.scopes.into_iter().filter(|scope| own.contains(scope)).collect();
                    Found {
                        until_ms: ends(&found.account, found.expires_ms.unwrap_or(i64::MAX)),
                        used_ms: found.last_used_ms,
                        principal: of(found.account, scopes),
                    }
                }))
            }
            Credential::Player(hash) => {
                let found = self.store.player(hash, now_ms).await?;
                Ok(found.map(|found| {
                    let own = found.account.scopes();
                    // Whatever its owner may do: it watches.
                    let scopes = own.into_iter().filter(|scope| *scope == Scope::Watch).collect();
                    let of = of(found.account, scopes);
                    Found {
                        until_ms: of.until_ms.unwrap_or(i64::MAX).min(found.expires_ms.unwrap_or(i64::MAX)),
                        used_ms: found.last_used_ms,
                        principal: of,
                    }
                }))
            }
            // It is nobody's.
            Credential::Anonymous(..) => Ok(None),
        }
    }

    /// Notes who has done what.
    pub async fn note(&self, line: &AuditLine) -> Result<(), telecast_store::Error> {
        self.store.put_audit(line).await
    }

    /// Who has done what, newest first; before the line `before`, if that is given.
    pub async fn audit(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditLine>, Problem> {
        Ok(self.store.audit(before, limit).await?)
    }

    /// The account of that id.
    pub async fn account(&self, id: &str) -> Result<Account, Problem> {
        let found = self.store.account(id).await?;
        found.ok_or_else(|| Problem::new(Kind::NotFound, "There is no such account."))
    }

    /// Gives an account another password; all its sign-ins end.
    pub async fn set_password(&self, account: &str, hash: String) -> Result<(), Problem> {
        Ok(self.store.set_password(account, &hash.into()).await?)
    }

    /// Gives an account another role; all its sign-ins end.
    pub async fn set_role(&self, account: &str, role: Role) -> Result<(), Problem> {
        Ok(self.store.set_role(account, role).await?)
    }

    /// Removes an account with all that lets it in.
    pub async fn remove(&self, account: &str) -> Result<(), Problem> {
        self.store.delete_account(account).await?;
        Ok(())
    }

    /// Where an account is signed in.
    pub async fn sign_ins(
        &self,
        account: &str,
        now_ms: i64,
    ) -> Result<Vec<(SecretHash, String, Lifetime)>, Problem> {
        Ok(self.store.sign_ins(account, now_ms).await?)
    }

    /// Ends a sign-in. A token is not ended by signing out.
    pub async fn sign_out(&self, credential: &Credential) -> Result<(), Problem> {
        if let Credential::Cookie(hash) = credential {
            self.store.end_sign_in(hash).await?;
        }
        Ok(())
    }

    /// Tokens of an account, oldest first.
    pub async fn tokens(&self, account: &Account) -> Result<Vec<ApiToken>, Problem> {
        Ok(self.store.api_tokens(&account.id).await?)
    }

    /// Revokes a token of an account.
    pub async fn revoke_token(&self, account: &Account, id: &str) -> Result<(), Problem> {
        Ok(self.store.revoke_api_token(&account.id, id).await?)
    }

    /// Players of an account, oldest first.
    pub async fn players(&self, account: &str) -> Result<Vec<Player>, Problem> {
        Ok(self.store.players(account).await?)
    }

    /// Makes a player's address; gives its id and the secret in it.
    pub async fn new_player(
        &self,
        account: &str,
        (name, kind): (String, String),
        expires_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<(String, SecretString), Problem> {
        let secret = telecast_core::secret::token(secret::entropy());
        let id = telecast_core::secret::id(secret::entropy());
        let hash = SecretHash::of(&secret);
        let new = NewPlayer { id: id.clone(), hash, account_id: account.to_owned(), name, kind, expires_ms };
        self.store.create_player(&new, now_ms).await?;
        Ok((id, secret))
    }

    /// Revokes a player's address.
    pub async fn revoke_player(&self, account: &str, id: &str) -> Result<(), Problem> {
        Ok(self.store.revoke_player(account, id).await?)
    }

    /// Makes a link's code: good once and for minutes, or, for a guest, as often as he likes and until he is none any more. With it
    /// comes when it ends.
    pub async fn new_link(&self, account: &Account, now_ms: i64) -> Result<(SecretString, i64), Problem> {
        let code = telecast_core::secret::token(secret::entropy());
        let (purpose, expires) = match account.expires_ms {
            Some(expires) => (Purpose::Guest, expires),
            None => (Purpose::SignIn, now_ms + limits::SIGN_IN_LINK.as_millis() as i64),
        };
        self.store.put_code(purpose, &SecretHash::of(&code), Some(&account.id), expires).await?;
        Ok((code, expires))
    }

    /// Says what a child may see.
    pub async fn set_profile(&self, account: &str, profile: &Profile, pin: &NewPin) -> Result<(), Problem> {
        Ok(self.store.set_profile(account, profile, pin).await?)
    }

    /// What the PIN of an account is checked against.
    pub async fn pin(&self, account: &str) -> Result<Option<String>, Problem> {
        Ok(self.store.pin(account).await?.map(|pin| pin.expose_secret().to_owned()))
    }

    /// A device begins to wait until somebody lets it in: the secret it asks with, and the code it shows.
    pub async fn new_pairing(
        &self,
        label: String,
        address: String,
        now_ms: i64,
    ) -> Result<(SecretString, SecretString), Problem> {
        let (asks, shows) = (
            telecast_core::secret::token(secret::entropy()),
            telecast_core::secret::short_code(secret::entropy()),
        );
        let new =
            NewPairing { secret: SecretHash::of(&asks), code: SecretHash::of_code(&shows), label, address };
        self.store.put_pairing(&new, now_ms).await?;
        Ok((asks, shows))
    }

    /// How it stands for the device that asks with this secret.
    pub async fn paired(&self, asks: &SecretString, now_ms: i64) -> Result<Paired, Problem> {
        Ok(self.store.paired(&SecretHash::of(asks), now_ms).await?)
    }

    /// The device that shows this code.
    pub async fn waiting_device(
        &self,
        shows: &SecretString,
        now_ms: i64,
    ) -> Result<Option<Waiting>, Problem> {
        Ok(self.store.waiting_device(&SecretHash::of_code(shows), now_ms).await?)
    }

    /// Lets the device in that shows this code. `false`: none waits with it.
    pub async fn approve_device(
        &self,
        shows: &SecretString,
        account: &str,
        now_ms: i64,
    ) -> Result<bool, Problem> {
        Ok(self.store.approve_device(&SecretHash::of_code(shows), account, now_ms).await?)
    }

    /// Uses up a one-time link's code.
    pub async fn use_link(&self, code: String, now_ms: i64) -> Result<Option<Account>, Problem> {
        Ok(self.store.use_sign_in_code(&SecretHash::of(&code.into()), now_ms).await?)
    }

    /// Makes an API token; shown once.
    pub async fn new_token(
        &self,
        account: &Account,
        name: &str,
        scopes: Vec<Scope>,
        expires_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<SecretString, Problem> {
        let token = telecast_core::secret::api_token(secret::entropy());
        let new = NewApiToken {
            id: telecast_core::secret::id(secret::entropy()),
            hash: SecretHash::of(&token),
            account_id: account.id.clone(),
            name: name.to_owned(),
            scopes,
            expires_ms,
        };
        self.store.create_api_token(&new, now_ms).await?;
        Ok(token)
    }

    /// Keeps a receiver that a page has added; its password sealed. Gives it as it is kept: the same, or the one that the
    /// same request of `account` with the same key has added before.
    pub async fn keep_receiver(
        &self,
        settings: ReceiverSettings,
        (account, key): (&str, Option<String>),
        now_ms: i64,
    ) -> Result<ReceiverSettings, Problem> {
        let password = settings
            .password
            .as_ref()
            .map(|password| self.sealer.seal(password, &Receiver::aad(&settings.id)))
            .transpose()?;
        let receiver = Receiver {
            kind: settings.kind.name().to_owned(),
            id: settings.id.clone(),
            name: settings.name.clone(),
            url: settings.url.to_string(),
            username: Some(settings.username.clone()).filter(|name| !name.is_empty()),
            password,
            stream_port: settings.stream_port,
            tuners: settings.tuners,
        };
        let request = key.map(|key| RequestKey {
            account_id: account.to_owned(),
            key,
            request: fingerprint(&settings),
        });
        match self.store.create_receiver(&receiver, request.as_ref(), now_ms).await? {
            Created::New => Ok(settings),
            Created::Before(id) => {
                let before = self.receivers().await?.into_iter().find(|before| before.id == id);
                let secret = |of: &ReceiverSettings| {
                    of.password.as_ref().map(|password| password.expose_secret().to_owned())
                };
                before.filter(|before| secret(before) == secret(&settings)).ok_or_else(|| {
                    Problem::new(Kind::Conflict, "This Idempotency-Key was used with another password.")
                })
            }
        }
    }

    /// Forgets it.
    pub async fn forget_receiver(&self, id: &str) -> Result<(), Problem> {
        self.store.delete_receiver(id).await?;
        Ok(())
    }

    /// Whether the simulated receiver is wanted.
    pub async fn has_chosen_simulated(&self) -> Result<bool, Problem> {
        Ok(self.store.setting(SIMULATED).await?.is_some_and(|setting| setting.value))
    }

    /// Keeps whether it is wanted.
    pub async fn choose_simulated(&self, chosen: bool, now_ms: i64) -> Result<(), Problem> {
        let before = self.store.setting::<bool>(SIMULATED).await?;
        if before.as_ref().is_none_or(|before| before.value != chosen) {
            let revision = before.map_or(0, |before| before.revision);
            self.store.put_setting(SIMULATED, &chosen, revision, now_ms).await?;
        }
        Ok(())
    }

    /// Which network tuner the station is: made once, by chance, and kept.
    pub async fn device_id(&self, now_ms: i64) -> Result<DeviceId, Problem> {
        let kept = self.store.setting::<u32>(DEVICE).await?;
        if let Some(kept) = kept.as_ref().map(|kept| DeviceId(kept.value)).filter(|kept| kept.is_valid()) {
            return Ok(kept);
        }
        let fresh = DeviceId::from_seed(u32::from_le_bytes(secret::entropy()));
        let revision = kept.map_or(0, |kept| kept.revision);
        match self.store.put_setting(DEVICE, &fresh.0, revision, now_ms).await {
            Ok(_) => Ok(fresh),
            // Two have asked at the same time.
            Err(conflict) => {
                let other = self.store.setting::<u32>(DEVICE).await?;
                other.map(|other| DeviceId(other.value)).ok_or_else(|| conflict.into())
            }
        }
    }

    /// Receivers that pages have added.
    pub async fn receivers(&self) -> Result<Vec<ReceiverSettings>, Problem> {
        let mut all = Vec::new();
        for kept in self.store.receivers().await? {
            let Ok(url) = Url::parse(&kept.url) else { continue };
            let password = match &kept.password {
                Some(sealed) => Some(self.sealer.open(sealed, &Receiver::aad(&kept.id))?),
                None => None,
            };
            all.push(ReceiverSettings {
                kind: ReceiverKind::parse(&kept.kind).unwrap_or_default(),
                id: kept.id,
                name: kept.name,
                url,
                username: kept.username.unwrap_or_default(),
                password,
                stream_port: kept.stream_port,
                tuners: kept.tuners,
                bouquets: Vec::new(),
                from_file: false,
            });
        }
        Ok(all)
    }
}

/// What tells a repeated request for a receiver from another one with the same key; without its password.
fn fingerprint(of: &ReceiverSettings) -> SecretHash {
    let kind = of.kind.name();
    let text = serde_json::json!([
        "receiver",
        kind,
        of.name,
        of.url.as_str(),
        of.username,
        of.stream_port,
        of.tuners
    ]);
    SecretHash::of(&text.to_string().into())
}

fn new_account(name: &str, role: Role, hash: Option<String>, expires_ms: Option<i64>) -> NewAccount {
    let id = telecast_core::secret::id(secret::entropy());
    NewAccount { id, name: name.to_owned(), role, password: hash.map(SecretString::from), expires_ms }
}
