//! The command line: one file for each subcommand. Errors go to stderr in one line that says what to do.
//!
//! Exit codes: 0 good · 1 it cannot be done · 2 the command line or the configuration is wrong.

mod check;
mod demo_channels;
mod health;
mod import;
mod serve;
mod sim;
mod simulate;
mod temporary;
mod tls;
mod token;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A television station in one binary.
#[derive(Parser)]
#[command(name = "telecast", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the station.
    Serve(serve::Serve),
    /// Runs the station with a simulated receiver, in a temporary folder.
    Demo(serve::Demo),
    /// Runs the simulated receiver alone.
    Sim(telecast_sim::SimArgs),
    /// Runs channels of one's own ahead and says what they come to.
    Simulate(simulate::Simulate),
    /// Makes channels of one's own of those of another program.
    #[command(subcommand)]
    Import(import::Import),
    /// Checks the configuration and what it needs; prints each setting and where it came from.
    Check(check::Check),
    /// Asks a running server whether it is ready.
    Health(health::Health),
    /// Accounts.
    #[command(subcommand)]
    User(token::User),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Makes a certificate for HTTPS at home, and the authority that devices are to know.
    Tls(tls::Tls),
    /// Prints the API's description (OpenAPI 3.1).
    Openapi {
        /// Print instead who may use which route (Markdown).
        #[arg(long)]
        access: bool,
    },
    /// Prints the version.
    Version,
}

/// Options that several commands share.
#[derive(clap::Args, Clone, Debug)]
pub struct Common {
    /// Configuration file; `telecast.toml` in this folder if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Folder of the store and of whatever else is kept.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long)]
    listen: Option<String>,
}

/// Why a command failed: exit code and message.
pub struct Failure(u8, String);

impl Failure {
    /// It cannot be done.
    pub fn cannot(message: impl Into<String>) -> Self {
        Self(1, message.into())
    }

    /// The command line or the configuration is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self(2, message.into())
    }
}

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let command = Arguments::parse().command;
    if matches!(command, Command::Serve(_) | Command::Demo(_)) {
        // These run for long.
        crate::adapters::machine::ask_for_more_files();
    }
    let done = match command {
        Command::Serve(serve) => serve.run().await,
        Command::Demo(demo) => demo.run().await,
        Command::Sim(arguments) => sim::run(arguments).await,
        Command::Simulate(simulate) => simulate.run(),
        Command::Import(import) => import.run().await,
        Command::Check(check) => check.run().await,
        Command::Health(health) => health.run().await,
        Command::User(user) => user.run().await,
        Command::Token(token) => token.run().await,
        Command::Tls(tls) => tls.run(),
        Command::Openapi { access: true } => say(crate::web::routes::reference().trim_end()),
        Command::Openapi { access: false } => say(crate::web::openapi().trim_end()),
        Command::Version => say(&format!("telecast {}", env!("CARGO_PKG_VERSION"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(code, message)) => {
            #[allow(clippy::print_stderr)] // the command line speaks on stderr
            {
                eprintln!("telecast: {message}");
            }
            ExitCode::from(code)
        }
    }
}

/// Prints a line on stdout; a closed pipe is no fault.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::cannot(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}

impl Common {
    /// Reads all layers of the configuration.
    pub(crate) fn load(&self) -> Result<crate::config::Config, Failure> {
        self.read().map(|(config, _, _)| config)
    }

    /// The same, with where it came from and what its file said.
    pub(crate) fn read(
        &self,
    ) -> Result<(crate::config::Config, crate::config::Source, Option<String>), Failure> {
        let source = self.source();
        let text = source.text().map_err(Failure::usage)?;
        let config = source.load(text.as_deref());
        let config = config.map_err(|faults| Failure::usage(faults.join("\n          ")))?;
        Ok((config, source, text))
    }

    /// Where the configuration comes from.
    fn source(&self) -> crate::config::Source {
        let mut flags = Vec::new();
        if let Some(listen) = &self.listen {
            flags.push(("server.listen", listen.clone()));
        }
        if let Some(directory) = &self.data_dir {
            flags.push(("server.data_dir", directory.display().to_string()));
        }
        crate::config::Source::new(self.config.clone(), flags)
    }
}
