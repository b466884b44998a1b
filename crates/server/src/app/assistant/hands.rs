//! The assistant's hands: what its tools do, with the rights of the person who asked and no others.
//!
//! What reads gives text: lines with links to the pages, for a model and for people. What changes is first shown ([`Hands::preview`]: what exactly, in lines that
//! the station makes), then carried out when its asker has said so, noted, and undone if he wants. Names of channels are found here; where one
//! fits several nothing is done, and the answer says which there are. Of airings of one title the next is meant: what is shown before it is done says which that is.

use std::fmt::Write;
use std::sync::Weak;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use telecast_core::access::Profile;
use telecast_core::assistant::tools::{About, Call, Day, Timer, Tool, When};
use telecast_core::conversation::{CallId, Pin};
use telecast_core::lineup::{Channel, ChannelId};
use telecast_store::{AuditLine, Store};

use super::Asker;
use super::job::timestamp;
use super::words::{clock, day_and_clock, link, named};
use crate::app::guide::{AiringView, Query};
use crate::app::timers::{TimerView, TimerWish};
use crate::app::{App, Inner};

/// Channels that are told of at once.
const CHANNELS: usize = 40;
/// Programmes that are told of at once.
const FOUND: usize = 12;
/// Of a long text so many characters are told.
const TEXT: usize = 1200;

/// What came of something.
pub(super) struct Done {
    /// For people and for the assistant.
    pub(super) text: String,
    /// It can be undone.
    pub(super) undo: bool,
}

/// What somebody looks at.
pub(super) struct Seen {
    pub(super) channel: String,
    pub(super) title: String,
    pub(super) time: String,
    pub(super) text: String,
}

type Told<T> = Result<T, String>;

/// See the module.
pub(super) struct Hands {
    station: Weak<Inner>,
    store: Store,
}

impl Asker {
    fn lists(&self, channel: &ChannelId) -> bool {
        self.profile.as_ref().is_none_or(|profile| profile.lists(channel))
    }

    fn admits(&self, age: Option<u8>) -> bool {
        self.profile.as_ref().is_none_or(|profile| !profile.minds_time() || profile.admits(age))
    }

    fn minded(&self) -> Option<&Profile> {
        self.profile.as_deref().filter(|profile| profile.minds_time())
    }
}

impl Hands {
    pub(super) fn new(station: Weak<Inner>, store: Store) -> Self {
        Self { station, store }
    }

    /// Whether it can be done yet.
    pub(super) fn has(tool: Tool) -> bool {
        !matches!(tool, Tool::Documents | Tool::ProposeSchedule)
    }

    fn app(&self) -> Told<App> {
        self.station.upgrade().map(App).ok_or_else(|| "The station is shutting down.".to_owned())
    }

    /// The time on the station's clock.
    pub(super) fn zoned_now(&self) -> Zoned {
        let ms = self.app().map_or(0, |app| app.now_ms());
        timestamp(ms).to_zoned(TimeZone::system())
    }

    /// Whether something is the name of a channel that is there for whoever asks.
    pub(super) fn is_channel(&self, name: &str, asker: &Asker) -> bool {
        self.app().is_ok_and(|app| channel(&app, name, asker).is_ok())
    }

    /// What somebody looks at, as his message says.
    pub(super) async fn watching(&self, pin: &Pin, asker: &Asker) -> Option<Seen> {
        let app = self.app().ok()?;
        let lineup = app.lineup();
        let channel = lineup.channel(&pin.channel).filter(|channel| asker.lists(&channel.id))?;
        let mut seen = Seen {
            channel: channel.name.clone(),
            title: String::new(),
            time: String::new(),
            text: String::new(),
        };
        let languages = app.languages(&asker.account).await.unwrap_or_default();
        if let Some(id) = &pin.programme
            && let Ok(detail) = app.programme(id, &languages).await
            && asker.admits(detail.airing.age)
        {
            seen.title = detail.airing.title.clone();
            seen.time = span(&app, &detail.airing);
            seen.text = detail.description;
        }
        Some(seen)
    }

    /// Looks something up.
    ///
    /// # Errors
    /// Why not, for people and for a model.
    pub(super) async fn look(&self, call: &Call, asker: &Asker) -> Told<String> {
        let app = self.app()?;
        match call {
            Call::WhatsOn { channel: wanted, when } => {
                self.whats_on(&app, wanted.as_deref(), *when, asker).await
            }
            Call::SearchGuide { words, day, channel } => {
                let found = self.found(&app, words, *day, channel.as_deref(), asker).await?;
                if found.is_empty() {
                    Ok("Nothing in the guide fits.".to_owned())
                } else {
                    Ok(listed(&app, &found))
                }
            }
            Call::Programme { id } => self.programme(&app, id, asker).await,
            Call::Explain { about: About::Tuners, .. } => Ok(tuners(&app, asker)),
            Call::Explain { about: About::Channel, channel: wanted } => {
                explained(&app, wanted.as_deref(), asker)
            }
            Call::Explain { about: About::WhyOn, channel: wanted } => {
                why_on(&app, wanted.as_deref(), asker).await
            }
            Call::Documents { .. } => Err("There are no documents.".to_owned()),
            _ => Err("This changes something; it can only be proposed.".to_owned()),
        }
    }

    async fn whats_on(&self, app: &App, wanted: Option<&str>, when: When, asker: &Asker) -> Told<String> {
        let now = self.zoned_now();
        let moment = when.moment(&now).as_millisecond();
        let lineup = app.lineup();
        let channels: Vec<ChannelId> = match wanted {
            Some(name) => vec![channel(app, name, asker)?.id],
            None => {
                let liked =
                    app.favourites(&asker.account).await.map(|liked| liked.channels).unwrap_or_default();
                let all = lineup.channels.iter().filter(|channel| !channel.radio).map(|channel| &channel.id);
                let liked_first = liked
                    .iter()
                    .filter(|id| lineup.channel(id).is_some())
                    .chain(all.filter(|id| !liked.contains(id)));
                liked_first.filter(|id| asker.lists(id)).take(CHANNELS).cloned().collect()
            }
        };
        // One channel: the evening of it; many: what is on at that moment.
        let until = if wanted.is_some() { moment + 4 * 3_600_000 } else { moment + 60_000 };
        let languages = app.languages(&asker.account).await.unwrap_or_default();
        let rows = app.guide(&channels, (moment, until), &languages).await.map_err(|error| error.message)?;
        let airings: Vec<AiringView> = rows
            .into_iter()
            .flat_map(|row| row.airings)
            .filter(|airing| asker.admits(airing.age) && !airing.generated)
            .collect();
        if airings.is_empty() {
            return Ok("The guide knows of nothing there.".to_owned());
        }
        Ok(listed(app, &airings))
    }

    async fn found(
        &self,
        app: &App,
        words: &str,
        day: Option<Day>,
        wanted: Option<&str>,
        asker: &Asker,
    ) -> Told<Vec<AiringView>> {
        let now = self.zoned_now();
        let (from, to) = match day {
            Some(day) => {
                let date = day.date(now.date());
                let start =
                    date.to_zoned(now.time_zone().clone()).map_err(|_| "There is no such day.".to_owned())?;
                let end = start.checked_add(1.day()).map_err(|_| "There is no such day.".to_owned())?;
                (start.timestamp().max(now.timestamp()), end.timestamp())
            }
            None => (now.timestamp(), Timestamp::MAX),
        };
        let channels = match wanted {
            Some(name) => Some(vec![channel(app, name, asker)?.id]),
            None if asker.profile.as_ref().is_some_and(|profile| profile.channels.is_some()) => Some(
                app.lineup()
                    .channels
                    .iter()
                    .map(|channel| channel.id.clone())
                    .filter(|id| asker.lists(id))
                    .collect(),
            ),
            None => None,
        };
        let query = Query {
            words: words.to_owned(),
            channels,
            from_ms: from.as_millisecond(),
            to_ms: to.as_millisecond().min(i64::MAX / 2),
            genre: None,
            new: false,
            age: asker.minded().map(|profile| (profile.age, profile.admits(None))),
            limit: FOUND,
            cursor: None,
        };
        let languages = app.languages(&asker.account).await.unwrap_or_default();
        let page = app.search_guide(query, &languages).await.map_err(|error| error.message)?;
        Ok(page.airings)
    }

    async fn programme(&self, app: &App, id: &str, asker: &Asker) -> Told<String> {
        let airing = self.airing(app, id, None, asker).await?;
        let languages = app.languages(&asker.account).await.unwrap_or_default();
        let detail = app.programme(&airing.id, &languages).await.map_err(|error| error.message)?;
        let mut text = listed(app, std::slice::from_ref(&detail.airing));
        if !detail.description.is_empty() {
            let _ = write!(text, "\n\n{}", detail.description.chars().take(TEXT).collect::<String>());
        }
        let names: Vec<&str> = detail.credits.iter().take(8).map(|(_, name, _)| name.as_str()).collect();
        if !names.is_empty() {
            let _ = write!(text, "\n\n{}", names.join(", "));
        }
        Ok(text)
    }

    /// The airing of that id, or the next one that is called so, on television rather than on the radio.
    async fn airing(&self, app: &App, wanted: &str, on: Option<&str>, asker: &Asker) -> Told<AiringView> {
        let languages = app.languages(&asker.account).await.unwrap_or_default();
        if let Ok(detail) = app.programme(wanted, &languages).await {
            let airing = detail.airing;
            if asker.lists(&airing.channel) && asker.admits(airing.age) {
                return Ok(airing);
            }
            return Err("There is no such programme.".to_owned());
        }
        let found = self.found(app, wanted, None, on, asker).await?;
        let same: Vec<&AiringView> = found.iter().filter(|airing| named(&airing.title, wanted)).collect();
        let mut fitting = if same.is_empty() { found.iter().collect() } else { same };
        let lineup = app.lineup();
        let is_radio =
            |airing: &AiringView| lineup.channel(&airing.channel).is_some_and(|channel| channel.radio);
        fitting.sort_by_key(|airing| (is_radio(airing), airing.start_ms));
        fitting.first().copied().cloned().ok_or_else(|| "There is no such programme in the guide.".to_owned())
    }

    /// What a call would change: the call as it will be carried out, and lines that say so.
    ///
    /// # Errors
    /// It cannot be, and why.
    pub(super) async fn preview(&self, call: Call, asker: &Asker) -> Told<(Call, Vec<String>)> {
        let app = self.app()?;
        match call {
            Call::Tune { channel: wanted } => {
                let found = channel(&app, &wanted, asker)?;
                let line = format!("Show {} on this screen.", found.name);
                Ok((Call::Tune { channel: found.id.0 }, vec![line]))
            }
            Call::Remind { programme, minutes_before } => {
                let airing = self.airing(&app, &programme, None, asker).await?;
                // The page says it when the programme begins, however long before it was wished.
                let line = format!("Remind of “{}” when it begins: {}.", airing.title, on(&app, &airing));
                Ok((Call::Remind { programme: airing.id, minutes_before }, vec![line]))
            }
            Call::SetTimer(timer) => {
                let (wish, timer) = self.wanted(&app, timer, asker).await?;
                let shown = app
                    .preview_timer(&wish, asker.profile.as_deref())
                    .await
                    .map_err(|error| error.message)?;
                Ok((Call::SetTimer(timer), shown.lines))
            }
            Call::CancelTimer { timer } => {
                let found = self.timer(&app, &timer, asker).await?;
                let line = format!("Cancel the recording of “{}”, {}.", found.title, timer_on(&app, &found));
                Ok((Call::CancelTimer { timer: found.id }, vec![line]))
            }
            Call::ProposeSchedule { .. } => Err("Schedules are changed on the channel's page.".to_owned()),
            _ => Err("This changes nothing.".to_owned()),
        }
    }

    /// Carries out what was confirmed, and notes who has done it.
    ///
    /// # Errors
    /// Nothing was changed, and why.
    pub(super) async fn carry_out(&self, call: &Call, place: (&str, CallId), asker: &Asker) -> Told<Done> {
        let app = self.app()?;
        if !asker.scopes.contains(&call.tool().scope()) {
            return Err("You may not do this.".to_owned());
        }
        let done = match call {
            // The page on which it was confirmed does these.
            Call::Tune { channel: wanted } => {
                let found = channel(&app, wanted, asker)?;
                Done { text: format!("[{}](/watch/{})", found.name, found.id.0), undo: false }
            }
            Call::Remind { programme, .. } => {
                let airing = self.airing(&app, programme, None, asker).await?;
                Done {
                    text: format!(
                        "You will be reminded of {}.",
                        listed(&app, &[airing]).trim_start_matches("- ")
                    ),
                    undo: true,
                }
            }
            Call::SetTimer(timer) => {
                let (wish, _) = self.wanted(&app, timer.clone(), asker).await?;
                let set = app
                    .set_timer(&wish, asker.profile.as_deref(), None)
                    .await
                    .map_err(|error| error.message)?;
                let text = format!("“{}” will be recorded, {}.", set.timer.title, timer_on(&app, &set.timer));
                // What was there before anybody asked is not taken away by undoing.
                let undo = !set.was_there && self.keep(place, &set.timer.id).await;
                Done { text, undo }
            }
            Call::CancelTimer { timer } => {
                let gone =
                    app.cancel_timer(timer, asker.profile.as_deref()).await.map_err(|error| error.message)?;
                let undo = self.keep(place, &serde_json::to_string(&gone).unwrap_or_default()).await;
                Done { text: format!("The recording of “{}” is cancelled.", gone.title), undo }
            }
            _ => return Err("This cannot be done from here.".to_owned()),
        };
        self.note(&app, call, asker, "assistant").await;
        Ok(done)
    }

    /// Undoes what was done.
    ///
    /// # Errors
    /// Nothing was changed, and why.
    pub(super) async fn undo(&self, call: &Call, place: (&str, CallId), asker: &Asker) -> Told<Done> {
        let app = self.app()?;
        if !asker.scopes.contains(&call.tool().scope()) {
            return Err("You may not do this.".to_owned());
        }
        let text = match call {
            Call::Remind { .. } => "You will not be reminded.".to_owned(),
            Call::SetTimer(_) => {
                let id = self.kept(place).await?;
                let gone =
                    app.cancel_timer(&id, asker.profile.as_deref()).await.map_err(|error| error.message)?;
                format!("The recording of “{}” is cancelled.", gone.title)
            }
            Call::CancelTimer { .. } => {
                let kept = self.kept(place).await?;
                let gone: TimerView = serde_json::from_str(&kept)
                    .map_err(|_| "What it was is not known any more.".to_owned())?;
                let wish = gone.again().ok_or("Its channel is not known any more.")?;
                let set = app
                    .set_timer(&wish, asker.profile.as_deref(), None)
                    .await
                    .map_err(|error| error.message)?;
                format!("“{}” will be recorded again, {}.", set.timer.title, timer_on(&app, &set.timer))
            }
            _ => return Err("This cannot be undone.".to_owned()),
        };
        self.note(&app, call, asker, "assistant.undo").await;
        Ok(Done { text, undo: false })
    }

    /// Keeps what is needed to undo a call; false: it cannot be undone. It is done all the same.
    async fn keep(&self, (conversation, call): (&str, CallId), what: &str) -> bool {
        let kept = self.store.keep_undo(conversation, call.0, what).await;
        if let Err(error) = &kept {
            tracing::warn!(%error, "what would undo a call cannot be kept");
        }
        kept.is_ok()
    }

    async fn kept(&self, (conversation, call): (&str, CallId)) -> Told<String> {
        let kept = self.store.kept_undo(conversation, call.0).await.map_err(|error| error.to_string())?;
        kept.ok_or_else(|| "What it was is not known any more.".to_owned())
    }

    async fn note(&self, app: &App, call: &Call, asker: &Asker, how: &str) {
        let line = AuditLine {
            at_ms: app.now_ms(),
            id: 0,
            actor: Some(asker.account.clone()),
            actor_name: Some(asker.name.clone()),
            action: format!("{how}.{}", call.tool().name()),
            resource: String::new(),
            result: "done".to_owned(),
            address: String::new(),
            agent: String::new(),
            request_id: String::new(),
            details: Some(call.arguments().to_string()),
        };
        if let Err(error) = self.store.put_audit(&line).await {
            tracing::error!(%error, "what the assistant has done cannot be noted");
        }
    }

    /// The timer that is wanted, and the call that names it exactly.
    async fn wanted(&self, app: &App, timer: Timer, asker: &Asker) -> Told<(TimerWish, Timer)> {
        match timer {
            Timer::Programme { programme, channel: on } => {
                let airing = self.airing(app, &programme, on.as_deref(), asker).await?;
                let wish = TimerWish::programme(airing.id.clone());
                Ok((wish, Timer::Programme { programme: airing.id, channel: None }))
            }
            Timer::Time { channel: on, start, end, title } => {
                let found = channel(app, &on, asker)?;
                let title = title.unwrap_or_else(|| found.name.clone());
                let wish = TimerWish::stretch(found.id.0.clone(), (start, end), Some(title.clone()));
                Ok((wish, Timer::Time { channel: found.id.0, start, end, title: Some(title) }))
            }
        }
    }

    /// The timer of that id, or the next one that is called so.
    async fn timer(&self, app: &App, wanted: &str, asker: &Asker) -> Told<TimerView> {
        let timers = app.timers(asker.profile.as_deref()).await.map_err(|error| error.message)?;
        timers
            .items
            .into_iter()
            .find(|timer| timer.id == wanted || named(&timer.title, wanted))
            .ok_or_else(|| "There is no such recording planned.".to_owned())
    }
}

/// The channel of that id, number or name, if it is there for whoever asks.
fn channel(app: &App, wanted: &str, asker: &Asker) -> Told<Channel> {
    let lineup = app.lineup();
    let all = || lineup.channels.iter().filter(|channel| asker.lists(&channel.id));
    let wanted = wanted.trim();
    let exact = all().find(|channel| channel.id.0 == wanted || channel.name.eq_ignore_ascii_case(wanted));
    let number = || all().find(|channel| wanted.parse() == Ok(channel.number));
    if let Some(channel) = exact.or_else(number) {
        return Ok(channel.clone());
    }
    let fitting: Vec<&Channel> = all().filter(|channel| named(&channel.name, wanted)).collect();
    match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err("There is no such channel.".to_owned()),
        // “Das Erste” means “Das Erste HD”, and not its regional sisters.
        several => {
            let names: Vec<&str> = several.iter().take(8).map(|channel| channel.name.as_str()).collect();
            Err(format!("Several channels are called so: {}. Which one?", names.join(", ")))
        }
    }
}

fn span(app: &App, airing: &AiringView) -> String {
    format!("{}–{}", day_and_clock(airing.start_ms, app.now_ms()), clock(airing.end_ms))
}

fn on(app: &App, airing: &AiringView) -> String {
    let lineup = app.lineup();
    let channel = lineup.channel(&airing.channel).map_or("", |channel| channel.name.as_str());
    format!("{channel}, {}", span(app, airing))
}

fn timer_on(app: &App, timer: &TimerView) -> String {
    let (start, end) = (timer.start.as_millisecond(), timer.end.as_millisecond());
    format!("{}, {}–{}", timer.channel, day_and_clock(start, app.now_ms()), clock(end))
}

/// A line for each, with a link to its page.
fn listed(app: &App, airings: &[AiringView]) -> String {
    let lines = airings.iter().map(|airing| {
        let more =
            if airing.subtitle.is_empty() { String::new() } else { format!(" – {}", airing.subtitle) };
        format!("- {}: {}{more}", on(app, airing), link(&airing.title, &airing.id))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Who holds what. Channels that are not there for whoever asks have no names.
fn tuners(app: &App, asker: &Asker) -> String {
    let board = app.board();
    let mut text = String::new();
    for receiver in app.receivers() {
        let usage = board.receivers.get(&receiver.id);
        let tuned = usage.map_or(0, |usage| usage.tuned);
        let of =
            receiver.tuners.map_or_else(|| "an unknown number of".to_owned(), |tuners| tuners.to_string());
        let _ =
            writeln!(text, "- {}: {tuned} of {of} tuners are in use. {}", receiver.name, receiver.message);
    }
    let lineup = app.lineup();
    for lease in &board.leases {
        let channel = lineup.channel(&lease.stream.channel).filter(|channel| asker.lists(&channel.id));
        let channel = channel.map_or("a channel", |channel| channel.name.as_str());
        let _ = writeln!(text, "- {} holds {channel}.", lease.holder);
    }
    if text.is_empty() { "There are no receivers.".to_owned() } else { text }
}

/// Why a channel plays or does not: as the station sees it.
fn explained(app: &App, wanted: Option<&str>, asker: &Asker) -> Told<String> {
    let Some(wanted) = wanted else { return Err("Which channel?".to_owned()) };
    let found = channel(app, wanted, asker)?;
    let mut text = format!("{}:\n", found.name);
    if found.sources.is_empty() {
        text.push_str("- It has no source just now.\n");
    }
    let receivers = app.receivers();
    for source in &found.sources {
        let Some(receiver) = receivers.iter().find(|receiver| receiver.id == source.receiver) else {
            continue;
        };
        let _ = writeln!(text, "- It comes from {}. {}", receiver.name, receiver.message);
    }
    for session in app.sessions().into_iter().filter(|session| session.channel_id == found.id.0) {
        let reason = session.reason.map(|reason| format!(": {}", reason.message)).unwrap_or_default();
        let state = serde_json::to_value(session.state).unwrap_or_default();
        let _ = writeln!(text, "- A session of it is {}{reason}", state.as_str().unwrap_or_default());
    }
    text.push_str(&tuners(app, asker));
    Ok(text)
}

/// Why an own channel shows what it shows.
async fn why_on(app: &App, wanted: Option<&str>, asker: &Asker) -> Told<String> {
    let stations = app.stations().all().await.map_err(|error| error.message)?;
    let mine = stations.into_iter().filter(|station| asker.lists(&ChannelId(station.channel_id.clone())));
    let found = mine.into_iter().find(|station| {
        wanted.is_none_or(|wanted| named(&station.name, wanted) || station.channel_id == wanted)
    });
    let Some(station) = found else { return Err("There is no such channel of one's own.".to_owned()) };
    let Some(slot) = &station.now else { return Ok(format!("{} shows nothing just now.", station.name)) };
    let why = serde_json::to_string(&slot.why).unwrap_or_default();
    Ok(format!(
        "{} shows “{}” from {} to {}. As its plan says: {why}",
        station.name, slot.title, slot.start, slot.end
    ))
}
