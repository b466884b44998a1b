//! Tuners as whoever asks over the control protocol has them: which channel, sent where, locked by whom.
//!
//! - A channel is named by its number (`vchannel`); there are no frequencies. What a tuner was told is carried out once it has a channel and a target.
//! - A target is whoever sets it: nobody can have a stream sent to somebody else.
//! - A tuner that sends, or is locked, is its owner's. What he leaves behind is forgotten ([`FORGOTTEN`], [`LEFT`]).
//! - Tuners without a channel of their own show what is on by other ways, one for each tuner of a receiver that is in use.
//! - Strength and quality are 100 while a picture comes and 0 while none does: there is no figure of a receiver's behind them.

use super::feed::Feed;
use crate::web::guard::Principal;
use crate::web::{Web, doorman, tuner};
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use telecast_core::lineup::ChannelId;
use telecast_media::hdhomerun::{self, HELP, OfTuner, Packet, Target, UNKNOWN, Variable};
use tokio_util::sync::CancellationToken;

/// A tuner that sends nothing is free again when its owner has asked nothing for this long.
const FORGOTTEN: Duration = Duration::from_mins(5);
/// One that sends, after this: whoever is there is seen by the answers of his system, but a firewall may keep them.
const LEFT: Duration = Duration::from_hours(4);
/// Both are looked at this often.
const LOOK: Duration = Duration::from_secs(10);
/// What tuners can: be given numbers of channels.
const FEATURES: &str = "channelmap: none\nmodulation: auto\nauto-modulation: auto\n";
/// The ports below are those of the system's own programs.
const FIRST_PORT: u16 = 1024;
/// What a variable says that has no value.
const NONE: &str = "none";

/// See the module.
pub(super) struct Tuners {
    web: Web,
    /// What was set; others are as they were made.
    slots: Mutex<BTreeMap<u8, Slot>>,
    stop: CancellationToken,
}

/// What was set on a tuner.
struct Slot {
    owner: IpAddr,
    /// When he was heard last, since the start of the program.
    heard: Duration,
    key: Option<u32>,
    channel: Option<ChannelId>,
    target: Option<Target>,
    feed: Option<Feed>,
}

/// Somebody's request for a variable of a tuner.
struct Request<'a> {
    from: IpAddr,
    key: Option<u32>,
    tuner: u8,
    of: OfTuner,
    /// What it is to be; none: he only asks.
    value: Option<&'a str>,
}

/// What a tuner does.
struct Shown {
    number: u32,
    name: String,
    /// Programme, bits and datagrams of a second, as far as something comes.
    coming: Option<(Option<u16>, [u64; 2])>,
}

impl Slot {
    fn is_sending(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| !feed.facts.is_over())
    }

    /// Whether its owner has left it behind.
    fn is_left(&self, now: Duration) -> bool {
        let silence = now.saturating_sub(self.heard);
        silence >= if self.is_sending() { LEFT } else { FORGOTTEN }
    }

    /// Whether somebody else must leave it alone.
    fn is_kept_from(&self, request: &Request<'_>) -> bool {
        match self.key {
            Some(key) => request.key != Some(key),
            None => self.is_sending() && self.owner != request.from,
        }
    }
}

impl Tuners {
    pub(super) fn new(web: Web, stop: CancellationToken) -> Self {
        Self { web, slots: Mutex::default(), stop }
    }

    /// Forgets what was left behind, until `stop`; then everything.
    pub(super) async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        while stop.run_until_cancelled(look.tick()).await.is_some() {
            let now = self.web.clock.uptime();
            self.with(|slots| slots.retain(|_, slot| !slot.is_left(now)));
        }
        self.with(BTreeMap::clear);
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u8, Slot>) -> T) -> T {
        work(&mut self.slots.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The answer to a packet of whoever is at `from`; none: it wants none.
    pub(super) fn answer(&self, from: IpAddr, packet: &Packet<'_>) -> Option<Vec<u8>> {
        hdhomerun::answer(packet, |name, value| {
            let Some(variable) = Variable::parse(name) else { return Err(UNKNOWN.to_owned()) };
            let said = match variable {
                Variable::Tuner(tuner, of) if tuner < tuner::count(&self.web) => {
                    let request = Request { from, key: packet.lock_key(), tuner, of, value };
                    return self.with(|slots| self.variable(slots, &request));
                }
                Variable::Help => HELP,
                Variable::Features => FEATURES,
                Variable::HwModel => "Telecast",
                Variable::Model => "telecast",
                Variable::Version => env!("CARGO_PKG_VERSION"),
                Variable::Tuner(..) => return Err(UNKNOWN.to_owned()),
            };
            if value.is_some() { Err(UNKNOWN.to_owned()) } else { Ok(said.to_owned()) }
        })
    }

    fn variable(&self, slots: &mut BTreeMap<u8, Slot>, request: &Request<'_>) -> Result<String, String> {
        let now = self.web.clock.uptime();
        if let Some(slot) = slots.get_mut(&request.tuner).filter(|slot| slot.owner == request.from) {
            slot.heard = now;
        }
        if let Some(value) = request.value {
            self.set(slots, request, value, now)?;
        }
        Ok(self.get(slots, request))
    }

    fn set(
        &self,
        slots: &mut BTreeMap<u8, Slot>,
        request: &Request<'_>,
        value: &str,
        now: Duration,
    ) -> Result<(), String> {
        let is_forced = request.of == OfTuner::LockKey && value == "force";
        if let Some(slot) = slots.get(&request.tuner).filter(|slot| !is_forced && slot.is_kept_from(request))
        {
            return Err(format!("resource locked by {}", slot.owner));
        }
        let change = self.change(request, value)?;
        let free =
            || Slot { owner: request.from, heard: now, key: None, channel: None, target: None, feed: None };
        let slot = slots.entry(request.tuner).or_insert_with(free);
        (slot.owner, slot.heard) = (request.from, now);
        match change {
            // What was begun under it goes on, as on a device.
            Change::Key(key) => slot.key = key,
            Change::Channel(channel) => slot.channel = channel,
            Change::Target(target) => slot.target = target,
        }
        if request.of != OfTuner::LockKey {
            slot.feed = None;
            if let (Some(channel), Some(target)) = (&slot.channel, slot.target) {
                slot.feed = Some(Feed::begin(&self.web, channel.clone(), target, &self.stop));
            }
        }
        if slot.key.is_none() && slot.channel.is_none() && slot.target.is_none() {
            slots.remove(&request.tuner);
        }
        Ok(())
    }

    /// What `value` makes of the variable, or why it cannot be.
    fn change(&self, request: &Request<'_>, value: &str) -> Result<Change, String> {
        let is_none = value == NONE;
        match request.of {
            OfTuner::LockKey if is_none || value == "force" => Ok(Change::Key(None)),
            OfTuner::LockKey => {
                let key = value.parse().ok().filter(|key: &u32| *key != 0);
                key.map(|key| Change::Key(Some(key))).ok_or_else(|| "invalid lockkey".to_owned())
            }
            OfTuner::Channel | OfTuner::VChannel if is_none => Ok(Change::Channel(None)),
            OfTuner::Channel => Err("invalid channel".to_owned()),
            OfTuner::VChannel => {
                let number = value.parse::<u32>().ok();
                let who = Principal::anonymous(doorman::network(request.from));
                let lineup = self.web.app.lineup();
                let channels = tuner::television(&self.web, &lineup, &who, true);
                let found = channels.into_iter().find(|channel| Some(channel.number) == number);
                found
                    .map(|channel| Change::Channel(Some(channel.id.clone())))
                    .ok_or_else(|| "invalid virtual channel".to_owned())
            }
            OfTuner::Target if is_none => Ok(Change::Target(None)),
            OfTuner::Target => {
                let target = Target::parse(value);
                let target = target.filter(|target| {
                    request.from.to_canonical() == IpAddr::V4(*target.to.ip())
                        && target.to.port() >= FIRST_PORT
                });
                target.map(|target| Change::Target(Some(target))).ok_or_else(|| "invalid target".to_owned())
            }
            OfTuner::Status | OfTuner::StreamInfo | OfTuner::VStatus => Err(UNKNOWN.to_owned()),
        }
    }

    fn get(&self, slots: &BTreeMap<u8, Slot>, request: &Request<'_>) -> String {
        let slot = slots.get(&request.tuner);
        let set = match request.of {
            OfTuner::LockKey => slot.filter(|slot| slot.key.is_some()).map(|slot| slot.owner.to_string()),
            OfTuner::Target => slot.and_then(|slot| slot.target).map(|target| target.to_string()),
            of => return told(of, self.shown(slots, request.tuner).as_ref()),
        };
        set.unwrap_or_else(|| NONE.to_owned())
    }

    /// What a tuner does: what it was told, or else what is on otherwise.
    fn shown(&self, slots: &BTreeMap<u8, Slot>, tuner: u8) -> Option<Shown> {
        let lineup = self.web.app.lineup();
        let show = |id: &ChannelId, coming| {
            let channel = lineup.channel(id)?;
            Some(Shown { number: channel.number, name: channel.name.clone(), coming })
        };
        let told = |tuner: u8| slots.get(&tuner).filter(|slot| slot.channel.is_some());
        if let Some(slot) = told(tuner) {
            let facts = slot.feed.as_ref().map(|feed| &feed.facts);
            let coming = facts.and_then(|facts| Some((Some(facts.programme()?), facts.rates())));
            return show(slot.channel.as_ref()?, coming);
        }
        let place = (0..tuner).filter(|other| told(*other).is_none()).count();
        let board = self.web.app.board();
        let own: HashSet<&ChannelId> = slots.values().filter_map(|slot| slot.channel.as_ref()).collect();
        let mut tuned = HashSet::new();
        let others = board.streams.iter().filter(|(stream, transponder, idle)| {
            idle.is_none()
                && !own.contains(&stream.channel)
                && transponder.is_some_and(|transponder| tuned.insert((&stream.receiver, transponder)))
        });
        let mut others = others.map(|(stream, ..)| &stream.channel);
        show(others.nth(place)?, Some((None, [0; 2])))
    }
}

/// What a request changes.
enum Change {
    Key(Option<u32>),
    Channel(Option<ChannelId>),
    Target(Option<Target>),
}

/// What a variable says of what a tuner does.
fn told(of: OfTuner, shown: Option<&Shown>) -> String {
    let number = shown.map(|shown| shown.number.to_string());
    let coming = shown.and_then(|shown| shown.coming);
    match of {
        OfTuner::VChannel => number.unwrap_or_else(|| NONE.to_owned()),
        OfTuner::Channel => shown.map_or(NONE, |_| "auto").to_owned(),
        OfTuner::StreamInfo => match (shown, coming) {
            (Some(shown), Some((Some(programme), _))) => {
                format!("{programme}: {} {}\n", shown.number, shown.name)
            }
            _ => NONE.to_owned(),
        },
        OfTuner::VStatus => {
            let name = shown.map_or(NONE, |shown| &shown.name);
            let number = number.as_deref().unwrap_or(NONE);
            format!("vch={number} name={name} auth=unspecified cci=none cgms=none")
        }
        // The others are not asked for here.
        OfTuner::Status | OfTuner::LockKey | OfTuner::Target => {
            let channel = shown.map_or(NONE, |_| "auto");
            let lock = coming.map_or(NONE, |_| "auto");
            let quality = if coming.is_some() { 100 } else { 0 };
            let [bits, datagrams] = coming.map_or([0; 2], |(_, rates)| rates);
            format!(
                "ch={channel} lock={lock} ss={quality} snq={quality} seq={quality} bps={bits} pps={datagrams}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuner_says_what_it_does() {
        let shown = |coming| Shown { number: 7, name: "Prisma HD".into(), coming };
        let (idle, dark, lit) = (None, Some(shown(None)), Some(shown(Some((Some(3), [8_000, 1])))));
        for (of, idle_says, dark_says, lit_says) in [
            (OfTuner::VChannel, "none", "7", "7"),
            (OfTuner::Channel, "none", "auto", "auto"),
            (OfTuner::StreamInfo, "none", "none", "3: 7 Prisma HD\n"),
            (
                OfTuner::Status,
                "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0",
                "ch=auto lock=none ss=0 snq=0 seq=0 bps=0 pps=0",
                "ch=auto lock=auto ss=100 snq=100 seq=100 bps=8000 pps=1",
            ),
            (
                OfTuner::VStatus,
                "vch=none name=none auth=unspecified cci=none cgms=none",
                "vch=7 name=Prisma HD auth=unspecified cci=none cgms=none",
                "vch=7 name=Prisma HD auth=unspecified cci=none cgms=none",
            ),
        ] {
            let said = [&idle, &dark, &lit].map(|shown| told(of, shown.as_ref()));
            assert_eq!(said, [idle_says, dark_says, lit_says], "{of:?}");
        }
    }
}
