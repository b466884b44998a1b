//! The faults that a simulated receiver can show, by name, from the command line, the control interface and tests.
//!
//! A fault has an amount (seconds, a share of packets or a count; each has a default) and may be bound to one
//! channel, unless it is of the whole box. Faults are combined freely. An unknown name, and a channel for a fault of the box, are
//! refused, so that no test believes in a fault that does not happen.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::RwLock;
use std::time::Instant;

use crate::error::SimError;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident $name:literal $default:literal;)*) => {
        /// A misbehaviour of a receiver or of the air.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $($(#[$doc])* $variant,)* }

        impl Fault {
            /// Every fault that is simulated.
            pub const ALL: &'static [Fault] = &[$(Fault::$variant,)*];

            /// The name used on the command line and in the control interface.
            pub fn name(self) -> &'static str {
                match self { $(Fault::$variant => $name,)* }
            }

            /// Whether it may be bound to a channel: the others are of the whole box.
            pub fn is_of_a_channel(self) -> bool {
                use Fault::{
                    BitErrors, ContinuityErrors, EndMidway, FormatChange, JunkPrefix, PacketLoss, PmtChange, PtsJump, PtsWrap,
                    RecordingTakesTuner, RefuseTune, Scrambled, SlowFirstByte, Stall, TimerConflict,
                };
                matches!(
                    self,
                    BitErrors | ContinuityErrors | EndMidway | FormatChange | JunkPrefix | PacketLoss | PmtChange | PtsJump
                        | PtsWrap | RecordingTakesTuner | RefuseTune | Scrambled | SlowFirstByte | Stall | TimerConflict
                )
            }

            /// The amount when none is given.
            pub fn default_amount(self) -> f64 {
                match self { $(Fault::$variant => $default,)* }
            }
        }
    };
}

faults! {
    /// The first packet comes this many seconds late.
    SlowFirstByte "slow_first_byte" 5.0;
    /// 200, then the text `HTTP/1.0 400 Bad Request` in the body, then the end.
    RefuseTune "refuse_tune" 1.0;
    /// The stream ends after this many seconds.
    EndMidway "end_midway" 5.0;
    /// Nothing more comes after this many seconds, but the connection stays.
    Stall "stall" 5.0;
    /// This share of packets is lost.
    PacketLoss "packet_loss" 0.001;
    /// This share of packets has a wrong continuity counter.
    ContinuityErrors "continuity_errors" 0.001;
    /// This share of packets has one flipped bit in its payload.
    BitErrors "bit_errors" 0.001;
    /// Every ten seconds all clocks jump by this many seconds.
    PtsJump "pts_jump" 100.0;
    /// The 33-bit clock wraps this many seconds after the stream began.
    PtsWrap "pts_wrap" 8.0;
    /// The programme map gets a new version, and sound another PID, every this many seconds.
    PmtChange "pmt_change" 8.0;
    /// Picture and sound go over to another format and back every this many seconds.
    FormatChange "format_change" 8.0;
    /// All packets of the programme are marked as scrambled, and unreadable.
    Scrambled "scrambled" 1.0;
    /// This many bytes that are no packets precede the stream.
    JunkPrefix "junk_prefix" 155.0;
    /// Everything asks for a password that nobody knows.
    Http401 "http_401" 1.0;
    /// The web interface says 403, as to a foreign network.
    Http403 "http_403" 1.0;
    /// The web interface knows no page, in HTML.
    Http404Html "http_404_html" 1.0;
    /// JSON is sent in Latin-1.
    JsonLatin1 "json_latin1" 1.0;
    /// Every call ends in an exception: 500 with JSON.
    JsonException "json_exception" 1.0;
    /// Fifteen times as many guide entries, with long texts.
    HugeGuide "huge_guide" 15.0;
    /// No guide: one dummy event with id 0.
    EmptyGuide "empty_guide" 1.0;
    /// Guide calls for whole bouquets end in an exception; calls for a service work.
    BrokenBulkGuide "broken_bulk_guide" 1.0;
    /// All channels and bouquets share few names.
    DuplicateNames "duplicate_names" 1.0;
    /// No bouquet at all.
    NoBouquets "no_bouquets" 1.0;
    /// The box is in standby (streams work).
    Standby "standby" 1.0;
    /// Both ports are dead for this many seconds from now on, all streams end.
    Reboot "reboot" 60.0;
    /// The box's clock is wrong by this many seconds, which may be negative.
    ClockJump "clock_jump" 3600.0;
    /// Whatever timer is added, changed or enabled is told of a conflict.
    TimerConflict "timer_conflict" 1.0;
    /// After this many seconds of streaming a recording takes the tuner; it is in the list of timers.
    RecordingTakesTuner "recording_takes_tuner" 5.0;
    /// Calls that touch the disk take this many seconds, and every other call waits for them.
    SlowDisk "slow_disk" 8.0;
    /// Messages are in German.
    TranslatedMessages "translated_messages" 1.0;
}

/// One fault as asked for: `NAME[=AMOUNT][@CHANNEL]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultSpec {
    /// Which fault.
    pub fault: Fault,
    /// Seconds, share or count; see [`Fault`].
    pub amount: f64,
    /// Only this channel: its code in decimal, or its service reference.
    pub channel: Option<String>,
}

impl FaultSpec {
    /// The fault with its default amount, on every channel.
    pub fn new(fault: Fault) -> Self {
        Self { fault, amount: fault.default_amount(), channel: None }
    }

    /// With this amount.
    pub fn amount(mut self, amount: f64) -> Self {
        self.amount = amount;
        self
    }

    /// Only on this channel (code in decimal, or service reference).
    ///
    /// # Panics
    /// It is a fault of the whole box.
    pub fn on(mut self, channel: impl Into<String>) -> Self {
        assert!(self.fault.is_of_a_channel(), "{} is a fault of the whole box", self.fault.name());
        self.channel = Some(channel.into());
        self
    }
}

impl From<Fault> for FaultSpec {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}

impl FromStr for FaultSpec {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, SimError> {
        let error = |reason: String| SimError::Fault { given: text.to_owned(), reason };
        let (rest, channel) = match text.split_once('@') {
            Some((rest, channel)) => (rest, Some(channel.to_owned())),
            None => (text, None),
        };
        let (name, amount) = match rest.split_once('=') {
            Some((name, amount)) => (name, Some(amount)),
            None => (rest, None),
        };
        let Some(fault) = Fault::ALL.iter().copied().find(|fault| fault.name() == name) else {
            let names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            return Err(error(format!("unknown; there are {}", names.join(", "))));
        };
        let amount = match amount {
            None | Some("" | "on" | "true") => fault.default_amount(),
            Some(number) => match number.parse::<f64>() {
                Ok(number) if number.is_finite() && (number >= 0.0 || fault == Fault::ClockJump) => number,
                _ => return Err(error("the amount must be a number of at least 0".to_owned())),
            },
        };
        if channel.is_some() && !fault.is_of_a_channel() {
            return Err(error("a fault of the whole box: it cannot be bound to a channel".to_owned()));
        }
        Ok(Self { fault, amount, channel })
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.fault.name(), self.amount)?;
        match &self.channel {
            Some(channel) => write!(f, "@{channel}"),
            None => Ok(()),
        }
    }
}

/// The faults in force, shared by both ports.
#[derive(Debug, Default)]
pub(crate) struct FaultSet {
    active: RwLock<BTreeMap<Fault, Vec<(FaultSpec, Instant)>>>,
}

/// Who asks whether a fault holds: a channel by code and reference (without trailing colon).
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnChannel<'a> {
    pub(crate) code: u8,
    pub(crate) reference: &'a str,
}

impl FaultSet {
    /// Adds faults; the same fault for the same channel is replaced and begins anew.
    pub(crate) fn add(&self, specs: &[FaultSpec]) {
        let mut active = self.active.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for spec in specs {
            let list = active.entry(spec.fault).or_default();
            list.retain(|(old, _)| old.channel != spec.channel);
            list.push((spec.clone(), Instant::now()));
        }
    }

    /// Ends one fault everywhere, or all.
    pub(crate) fn clear(&self, fault: Option<Fault>) {
        let mut active = self.active.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        match fault {
            Some(fault) => {
                active.remove(&fault);
            }
            None => active.clear(),
        }
    }

    /// The amount of a fault of the whole box.
    pub(crate) fn get(&self, fault: Fault) -> Option<f64> {
        self.find(fault, |spec| spec.channel.is_none()).map(|(amount, _)| amount)
    }

    /// The amount and beginning of a fault of the whole box.
    pub(crate) fn since(&self, fault: Fault) -> Option<(f64, Instant)> {
        self.find(fault, |spec| spec.channel.is_none())
    }

    /// The amount of a fault as this channel sees it.
    pub(crate) fn on(&self, fault: Fault, channel: OnChannel<'_>) -> Option<f64> {
        self.find(fault, |spec| match &spec.channel {
            None => true,
            Some(wanted) => {
                wanted.trim_end_matches(':') == channel.reference || wanted.parse() == Ok(channel.code)
            }
        })
        .map(|(amount, _)| amount)
    }

    fn find(&self, fault: Fault, matches: impl Fn(&FaultSpec) -> bool) -> Option<(f64, Instant)> {
        let active = self.active.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (spec, since) = active.get(&fault)?.iter().find(|(spec, _)| matches(spec))?;
        Some((spec.amount, *since))
    }

    /// As text, for the control interface.
    pub(crate) fn list(&self) -> Vec<String> {
        let active = self.active.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        active.values().flatten().map(|(spec, _)| spec.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_receiver_page_parse() {
        let listed = "slow_first_byte refuse_tune end_midway stall packet_loss continuity_errors bit_errors \
            pts_jump pts_wrap format_change pmt_change scrambled junk_prefix http_401 http_403 http_404_html \
            json_latin1 json_exception huge_guide empty_guide broken_bulk_guide duplicate_names standby reboot \
            clock_jump timer_conflict recording_takes_tuner slow_disk translated_messages";
        for name in listed.split_whitespace() {
            assert_eq!(name.parse::<FaultSpec>().unwrap().fault.name(), name);
        }
    }

    #[test]
    fn a_fault_may_be_bound_to_a_channel() {
        let set = FaultSet::default();
        set.add(&["stall=2@3".parse().unwrap()]);
        assert_eq!(set.on(Fault::Stall, OnChannel { code: 3, reference: "1:0:1" }), Some(2.0));
        assert_eq!(set.on(Fault::Stall, OnChannel { code: 4, reference: "1:0:1" }), None);
        assert_eq!(set.get(Fault::Stall), None);
        for fault in Fault::ALL {
            let bound = format!("{}@3", fault.name()).parse::<FaultSpec>();
            assert_eq!(bound.is_ok(), fault.is_of_a_channel(), "{}", fault.name());
        }
        assert!("standby@3".parse::<FaultSpec>().unwrap_err().to_string().contains("whole box"));
        assert!("stall=-1".parse::<FaultSpec>().is_err());
        assert_eq!("clock_jump=-60".parse::<FaultSpec>().unwrap().to_string(), "clock_jump=-60");
        assert!("nonsense".parse::<FaultSpec>().is_err());
    }
}
