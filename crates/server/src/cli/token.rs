//! `telecast user` and `telecast token`: accounts and API tokens, straight in the store.

use super::{Common, Failure, say};
use crate::adapters::clock::Clock;
use crate::web::accounts::Accounts;
use crate::web::secret;
use secrecy::ExposeSecret;
use std::io::BufRead;
use std::path::PathBuf;
use telecast_core::access::{self, Role, Scope};
use telecast_store::{Sealer, Store};

/// Accounts.
#[derive(clap::Subcommand)]
pub(super) enum User {
    /// Lists accounts.
    List(Common),
    /// Adds an account; the password is read from stdin.
    Add {
        /// Name.
        name: String,
        /// `owner`, `admin`, `programmer`, `agent`, `viewer` or `child`.
        #[arg(long, default_value = "viewer")]
        role: String,
        #[command(flatten)]
        common: Common,
    },
}

/// API tokens.
#[derive(clap::Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints it, once.
    Create {
        /// Account; the owner if absent.
        #[arg(long)]
        user: Option<String>,
        /// What it may do: `watch`, `record`, `program`, `chat`, `desk`, `admin`.
        #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
        scope: Vec<String>,
        /// Days until it ends.
        #[arg(long)]
        expires: Option<u32>,
        #[command(flatten)]
        common: Common,
    },
    /// Lists tokens of all accounts: id, account, name, scopes. Not the tokens themselves: nobody knows them any more.
    List(Common),
    /// Revokes a token by its id; what it has open at a running server ends within seconds.
    Revoke {
        /// Id, as `telecast token list` shows it.
        id: String,
        #[command(flatten)]
        common: Common,
    },
}

async fn open(common: &Common) -> Result<Accounts, Failure> {
    let config = common.load()?;
    let data = PathBuf::from(config.string("server.data_dir").unwrap_or("data"));
    std::fs::create_dir_all(&data)
        .map_err(|error| Failure::cannot(format!("{}: {error}", data.display())))?;
    let store = Store::open_sqlite(&data.join("telecast.db"))
        .await
        .map_err(|error| Failure::cannot(error.to_string()))?;
    let sealer = Sealer::load_or_create(&data.join("instance.key"))
        .map_err(|error| Failure::cannot(error.to_string()))?;
    Ok(Accounts::new(store, sealer))
}

fn fault(problem: crate::web::problem::Problem) -> Failure {
    Failure::cannot(problem.detail())
}

impl User {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(common) => {
                for account in open(&common).await?.all().await.map_err(fault)? {
                    say(&format!("{}\t{}", account.name, account.role.name()))?;
                }
                Ok(())
            }
            Self::Add { name, role, common } => {
                let role =
                    Role::parse(&role).ok_or_else(|| Failure::usage(format!("there is no role '{role}'")))?;
                let mut password = String::new();
                std::io::stdin()
                    .lock()
                    .read_line(&mut password)
                    .map_err(|error| Failure::cannot(format!("stdin: {error}")))?;
                let password = password.trim_end_matches(['\r', '\n']);
                if let Some(fault) =
                    access::name_fault(&name).or_else(|| access::password_fault(password, &name))
                {
                    return Err(Failure::usage(fault));
                }
                let hash = secret::hash_password(password)
                    .ok_or_else(|| Failure::cannot("the password cannot be hashed"))?;
                open(&common)
                    .await?
                    .create(&name, role, Some(hash), Clock::start().wall_ms())
                    .await
                    .map_err(fault)?;
                say(&format!("{name} is {} now.", role.name()))
            }
        }
    }
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create { user, scope, expires, common } => create(user, scope, expires, &common).await,
            Self::List(common) => {
                let accounts = open(&common).await?;
                for account in accounts.all().await.map_err(fault)? {
                    for token in accounts.tokens(&account).await.map_err(fault)? {
                        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
                        say(&format!(
                            "{}\t{}\t{}\t{}",
                            token.id,
                            account.name,
                            token.name,
                            scopes.join(",")
                        ))?;
                    }
                }
                Ok(())
            }
            Self::Revoke { id, common } => {
                let accounts = open(&common).await?;
                for account in accounts.all().await.map_err(fault)? {
                    let tokens = accounts.tokens(&account).await.map_err(fault)?;
                    if tokens.iter().any(|token| token.id == id) {
                        accounts.revoke_token(&account, &id).await.map_err(fault)?;
                        return say(&format!("The token {id} of {} is revoked.", account.name));
                    }
                }
                Err(Failure::cannot("there is no such token; see 'telecast token list'"))
            }
        }
    }
}

async fn create(
    user: Option<String>,
    scope: Vec<String>,
    expires: Option<u32>,
    common: &Common,
) -> Result<(), Failure> {
    let mut scopes = Vec::new();
    for name in &scope {
        scopes.push(Scope::parse(name).ok_or_else(|| Failure::usage(format!("there is no scope '{name}'")))?);
    }
    let accounts = open(common).await?;
    let all = accounts.all().await.map_err(fault)?;
    let account = match &user {
        Some(name) => all.iter().find(|account| account.name == *name),
        None => all.iter().find(|account| account.role == Role::Owner),
    };
    let account = account.ok_or_else(|| {
        Failure::cannot("there is no such account; make one with 'telecast user add NAME --role owner'")
    })?;
    let now = Clock::start().wall_ms();
    let until = expires.map(|days| now + i64::from(days) * 86_400_000);
    let token = accounts.new_token(account, "command line", scopes, until, now).await.map_err(fault)?;
    say(token.expose_secret())
}
