//! Providers of models: who there is, in the host's order, how each fares, and what a person's day may cost.
//!
//! How they fare is `core::assistant::choose`'s to say, whether a day bears another answer `core::assistant::price`'s. What was spent is kept in the store, so that a
//! restart gives no new day.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Zoned;
use serde::Serialize;
use telecast_core::assistant::choose::{Choice, Health, choose};
use telecast_core::assistant::price::{Budget, Over, Price, Spent, Usage};
use telecast_core::assistant::{Fault, FaultKind, Kind, Quirks, Request};
use utoipa::ToSchema;

use super::Order;
use crate::adapters::clock::Clock;
use crate::adapters::llm::{Answering, Llm, Place};

/// What every model is told before everything else, if the host says nothing.
pub const PROMPT: &str = "You are the assistant of a household's television station. You answer questions about what is on television and help to work the \
    station. Answer briefly, in the language of the question, in Markdown. What is on and when you know only from the tools; never invent programmes or times. \
    When you name programmes, keep the links that the tools give. Whatever changes something is only proposed by a tool; the person confirms it by a button.";

/// A provider, as the host has set it.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// What it is called.
    pub name: String,
    /// Where it is, and its key.
    pub place: Place,
    /// Its name of the model.
    pub model: String,
    /// Tokens that the model holds.
    pub window: usize,
    /// Tokens of an answer at most.
    pub max_tokens: u32,
    /// What it costs.
    pub price: Price,
    /// What it does otherwise.
    pub quirks: Quirks,
}

/// A provider as people see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProviderView {
    /// What it is called.
    pub name: String,
    /// How it is spoken to.
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// Its name of the model.
    pub model: String,
    /// Whether it is asked; otherwise it is left alone for so many seconds.
    pub well: bool,
    /// For how long it is left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_s: Option<u64>,
}

/// Who is asked, in the host's order, and the host's words and limits.
#[derive(Clone, Debug, Default)]
pub struct AssistantSettings {
    /// Providers.
    pub providers: Vec<ProviderSettings>,
    /// What models are told before everything else; empty: what the house says.
    pub prompt: String,
    /// What a person's day may cost.
    pub budget: Budget,
}

/// All of them. Cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<Inner>);

struct Inner {
    settings: ArcSwap<AssistantSettings>,
    state: Mutex<State>,
    llm: Llm,
    clock: Clock,
}

#[derive(Default)]
struct State {
    health: Vec<Health>,
    /// By account: the day, and what was spent on it.
    spent: HashMap<String, (i64, Spent)>,
}

/// Nobody answers.
pub(super) enum Nobody {
    /// There is no other.
    Left,
    /// For so long.
    Until(Duration),
    /// The person's day is spent.
    Spent(Over),
}

impl Nobody {
    pub(super) fn fault(&self) -> Fault {
        match self {
            Self::Left => Fault {
                message: "There is no other provider to ask.".into(),
                ..Fault::new(FaultKind::Overloaded)
            },
            Self::Until(wait) => Fault {
                message: format!("No provider answers just now. Try again in {} s.", wait.as_secs().max(1)),
                retry_after: Some(*wait),
                ..Fault::new(FaultKind::Overloaded)
            },
            Self::Spent(over) => spent(*over),
        }
    }
}

fn spent(over: Over) -> Fault {
    let what = match over {
        Over::Money => "What your questions may cost in a day is spent",
        Over::Tokens => "Your questions of today have used all that they may",
    };
    Fault {
        message: format!("{what}. Ask again tomorrow, or ask whoever runs the station for more."),
        ..Fault::new(FaultKind::Quota)
    }
}

/// A provider that is to be asked. Given up before it has answered in any way, nothing is known of it.
pub(super) struct Chosen {
    all: Providers,
    place: usize,
    settings: ProviderSettings,
    account: String,
    is_told: bool,
}

impl Drop for Chosen {
    fn drop(&mut self) {
        if !self.is_told {
            self.all.undecided(self.place);
        }
    }
}

impl Chosen {
    pub(super) fn place(&self) -> usize {
        self.place
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.name
    }

    pub(super) fn model(&self) -> &str {
        &self.settings.model
    }

    pub(super) fn kind(&self) -> Kind {
        self.settings.place.kind
    }

    pub(super) fn window(&self) -> usize {
        self.settings.window
    }

    pub(super) fn max_tokens(&self) -> u32 {
        self.settings.max_tokens
    }

    /// What is the same of all requests to it.
    pub(super) fn request(&self) -> Request {
        Request {
            model: self.settings.model.clone(),
            window_tokens: u32::try_from(self.settings.window).ok(),
            user: "viewer".into(),
            quirks: self.settings.quirks,
            ..Request::default()
        }
    }
}

/// An answer that comes. Dropped before its end it says nothing of its provider's health.
pub(super) struct Asked {
    answering: Answering,
    all: Providers,
    place: usize,
    account: String,
    price: Price,
    is_told: bool,
    began_ms: i64,
    name: String,
    has_said: bool,
}

impl Asked {
    pub(super) async fn next(&mut self) -> Result<Option<Vec<telecast_core::assistant::Delta>>, Fault> {
        let next = self.answering.next().await;
        match &next {
            Ok(Some(_)) if !self.has_said => {
                self.has_said = true;
                let ms = (self.all.0.clock.steady_ms() - self.began_ms).max(0) as f64;
                metrics::histogram!("telecast_chat_first_token_seconds", "provider" => self.name.clone())
                    .record(ms / 1000.0);
            }
            Err(fault) => {
                self.is_told = true;
                self.all.failed(self.place, &self.name, fault);
            }
            _ => {}
        }
        next
    }

    /// It came to its end; gives what it has cost (millionths).
    pub(super) fn done(mut self, usage: &Usage) -> u64 {
        self.is_told = true;
        let mut state = self.all.state();
        if let Some(health) = state.health.get_mut(self.place) {
            health.answered();
        }
        let today = self.all.today();
        let entry = state.spent.entry(self.account.clone()).or_insert((today, Spent::default()));
        if entry.0 != today {
            *entry = (today, Spent::default());
        }
        entry.1.add(usage, &self.price);
        drop(state);
        let cost = self.price.cost_micros(usage);
        metrics::counter!("telecast_chat_tokens_total", "provider" => self.name.clone(), "way" => "in")
            .increment(usage.input);
        metrics::counter!("telecast_chat_tokens_total", "provider" => self.name.clone(), "way" => "out")
            .increment(usage.output);
        metrics::counter!("telecast_chat_cost_micros_total", "provider" => self.name.clone()).increment(cost);
        cost
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.is_told {
            self.all.undecided(self.place);
        }
    }
}

impl Providers {
    /// These, in this order.
    pub fn new(settings: &AssistantSettings, llm: Llm, clock: Clock) -> Self {
        let health = settings.providers.iter().map(|_| Health::default()).collect();
        let state = State { health, ..State::default() };
        Self(Arc::new(Inner {
            settings: ArcSwap::from_pointee(settings.clone()),
            state: Mutex::new(state),
            llm,
            clock,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these; how those fare that are where they were is kept.
    pub fn set(&self, settings: AssistantSettings) {
        let before = self.0.settings.load_full();
        let mut state = self.state();
        let old = std::mem::take(&mut state.health);
        let same = |new: &ProviderSettings, old: &ProviderSettings| {
            new.name == old.name && new.place.url == old.place.url
        };
        state.health = settings
            .providers
            .iter()
            .map(|new| {
                before
                    .providers
                    .iter()
                    .position(|one| same(new, one))
                    .and_then(|at| old.get(at).cloned())
                    .unwrap_or_default()
            })
            .collect();
        self.0.settings.store(Arc::new(settings));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.settings.load().providers.is_empty()
    }

    /// All, as people see them.
    pub fn views(&self) -> Vec<ProviderView> {
        let settings = self.0.settings.load();
        let state = self.state();
        let now = self.0.clock.uptime();
        let view = |(one, health): (&ProviderSettings, &Health)| {
            let away = health.away_for(now);
            ProviderView {
                name: one.name.clone(),
                kind: one.place.kind.name(),
                model: one.model.clone(),
                well: away.is_none(),
                away_s: away.map(|away| away.as_secs().max(1)),
            }
        };
        settings.providers.iter().zip(&state.health).map(view).collect()
    }

    /// What a model is told before everything else.
    pub(super) fn prompt(&self, now: &Zoned) -> String {
        let settings = self.0.settings.load();
        let mut prompt = if settings.prompt.is_empty() { PROMPT.to_owned() } else { settings.prompt.clone() };
        let _ = write!(prompt, "\n\nIt is {}.", now.strftime("%A, %Y-%m-%d %H:%M, %:z"));
        prompt
    }

    /// Who is asked next: the one that the conversation names, then the others in their order.
    pub(super) fn choose(&self, order: &Order, tried: &[usize]) -> Result<Chosen, Nobody> {
        let settings = self.0.settings.load();
        let mut state = self.state();
        let now = self.0.clock.uptime();
        let wanted = order
            .model
            .as_deref()
            .and_then(|name| settings.providers.iter().position(|one| one.name == name));
        let others: Vec<usize> =
            (0..settings.providers.len()).filter(|at| Some(*at) != wanted || tried.contains(at)).collect();
        let first = wanted.filter(|at| !tried.contains(at)).map(|at| {
            let except: Vec<usize> = (0..settings.providers.len()).filter(|other| *other != at).collect();
            choose(&mut state.health, &except, now)
        });
        let choice = match first {
            Some(choice @ Choice::Ask(_)) => choice,
            _ => {
                let except: Vec<usize> = (0..settings.providers.len())
                    .filter(|at| tried.contains(at) || !others.contains(at))
                    .collect();
                choose(&mut state.health, &except, now)
            }
        };
        match choice {
            Choice::Ask(place) => {
                let Some(settings) = settings.providers.get(place).cloned() else { return Err(Nobody::Left) };
                let account = order.asker.account.clone();
                Ok(Chosen { all: self.clone(), place, settings, account, is_told: false })
            }
            Choice::Wait(wait) => Err(Nobody::Until(wait)),
            Choice::Nobody => Err(Nobody::Left),
        }
    }

    /// How many tokens the answer may have.
    ///
    /// # Errors
    /// The person's day is spent.
    pub(super) fn allow(&self, chosen: &Chosen, input: u64) -> Result<u32, Fault> {
        let settings = self.0.settings.load();
        let today = self.today();
        let day =
            self.state().spent.get(&chosen.account).filter(|(day, _)| *day == today).map(|(_, spent)| *spent);
        settings
            .budget
            .allow(&day.unwrap_or_default(), &chosen.settings.price, input, chosen.settings.max_tokens)
            .map_err(|over| Nobody::Spent(over).fault())
    }

    /// Asks.
    ///
    /// # Errors
    /// There is no answer.
    pub(super) async fn ask(&self, chosen: &mut Chosen, request: &Request) -> Result<Asked, Fault> {
        let began_ms = self.0.clock.steady_ms();
        let posting = chosen.kind().encode(request);
        let answering = self.0.llm.ask(&chosen.settings.place, &posting).await;
        chosen.is_told = true;
        match answering {
            Ok(answering) => Ok(Asked {
                answering,
                all: self.clone(),
                place: chosen.place,
                account: chosen.account.clone(),
                price: chosen.settings.price,
                is_told: false,
                began_ms,
                name: chosen.settings.name.clone(),
                has_said: false,
            }),
            Err(fault) => {
                self.failed(chosen.place, &chosen.settings.name, &fault);
                Err(fault)
            }
        }
    }

    fn undecided(&self, place: usize) {
        if let Some(health) = self.state().health.get_mut(place) {
            health.undecided();
        }
    }

    fn failed(&self, place: usize, name: &str, fault: &Fault) {
        metrics::counter!("telecast_chat_provider_faults_total", "provider" => name.to_owned(), "kind" => fault.kind.name()).increment(1);
        tracing::warn!(provider = name, kind = fault.kind.name(), "a provider gave no answer");
        let now = self.0.clock.uptime();
        if let Some(health) = self.state().health.get_mut(place) {
            health.failed(fault, now);
        }
    }

    fn today(&self) -> i64 {
        self.0.clock.wall_ms().div_euclid(86_400_000)
    }
}
