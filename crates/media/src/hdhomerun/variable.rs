//! Names of variables, and what may be set: what comes in requests, as far as a device without frequencies has it.

use std::fmt;
use std::net::SocketAddrV4;

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// What variables there are.
    Help,
    /// What tuners can.
    Features,
    /// Name of the make.
    HwModel,
    /// Name of the kind.
    Model,
    /// Version of the program.
    Version,
    /// One of a tuner, by its number.
    Tuner(u8, OfTuner),
}

/// A variable of a tuner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfTuner {
    /// Frequency, or what it is tuned to otherwise.
    Channel,
    /// Who has it for himself.
    LockKey,
    /// How it fares.
    Status,
    /// Programmes of what comes.
    StreamInfo,
    /// Where it sends what comes.
    Target,
    /// Number of the channel.
    VChannel,
    /// Name of the channel, and the right to see it.
    VStatus,
}

/// Those of all tuners, by name.
const OF_TUNER: [(&str, OfTuner); 7] = [
    ("channel", OfTuner::Channel),
    ("lockkey", OfTuner::LockKey),
    ("status", OfTuner::Status),
    ("streaminfo", OfTuner::StreamInfo),
    ("target", OfTuner::Target),
    ("vchannel", OfTuner::VChannel),
    ("vstatus", OfTuner::VStatus),
];

/// What [`Variable::Help`] says.
pub const HELP: &str = "Supported configuration options:\n/sys/features\n/sys/hwmodel\n/sys/model\n/sys/version\n/tuner<n>/channel none\n\
    /tuner<n>/lockkey\n/tuner<n>/status\n/tuner<n>/streaminfo\n/tuner<n>/target <protocol>://<ip>:<port>\n/tuner<n>/vchannel <vchannel>\n\
    /tuner<n>/vstatus\n";

impl Variable {
    /// The variable of that name; none: there is no such one.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "help" => return Some(Self::Help),
            "/sys/features" => return Some(Self::Features),
            "/sys/hwmodel" => return Some(Self::HwModel),
            "/sys/model" => return Some(Self::Model),
            "/sys/version" => return Some(Self::Version),
            _ => {}
        }
        let (number, of) = name.strip_prefix("/tuner")?.split_once('/')?;
        let plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| plain)?;
        let (_, of) = OF_TUNER.iter().find(|(known, _)| *known == of)?;
        Some(Self::Tuner(number, *of))
    }
}

/// Where a tuner sends what comes, over UDP: seven packets of the transport stream in each datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// With a head of RTP (RFC 3550 §5.1, RFC 2250 §2) before the packets.
    pub rtp: bool,
    /// To whom.
    pub to: SocketAddrV4,
}

impl Target {
    /// Reads `udp://192.168.1.9:5000`, `rtp://…`, or an address alone, which is UDP. None: it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let (rtp, address) = match text.split_once("://") {
            Some(("udp", address)) => (false, address),
            Some(("rtp", address)) => (true, address),
            Some(_) => return None,
            None => (false, text),
        };
        let to: SocketAddrV4 = address.parse().ok()?;
        (to.port() != 0).then_some(Self { rtp, to })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.rtp { "rtp" } else { "udp" }, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_one_name() {
        for (name, known) in [
            ("help", Some(Variable::Help)),
            ("/sys/model", Some(Variable::Model)),
            ("/tuner0/status", Some(Variable::Tuner(0, OfTuner::Status))),
            ("/tuner255/vchannel", Some(Variable::Tuner(255, OfTuner::VChannel))),
            ("/tuner256/status", None),
            ("/tuner+1/status", None),
            ("/tuner/status", None),
            ("/tuner0/", None),
            ("/tuner0/status/", None),
            ("/tuner0", None),
            ("/sys/", None),
            ("", None),
        ] {
            assert_eq!(Variable::parse(name), known, "{name}");
        }
    }

    #[test]
    fn help_names_what_there_is_and_nothing_else() {
        let names = HELP.lines().skip(1).map(|line| line.split(' ').next().unwrap_or_default());
        let names: Vec<String> = names.map(|name| name.replace("<n>", "0")).collect();
        assert!(names.iter().all(|name| Variable::parse(name).is_some()), "{names:?}");
        assert_eq!(names.len(), 4 + OF_TUNER.len());
    }

    #[test]
    fn a_target_is_read_as_it_is_written() {
        for (text, written) in [
            ("udp://192.168.1.9:5000", Some("udp://192.168.1.9:5000")),
            ("rtp://192.168.1.9:5000", Some("rtp://192.168.1.9:5000")),
            ("192.168.1.9:5000", Some("udp://192.168.1.9:5000")),
            ("none", None),
            ("udp://192.168.1.9:0", None),
            ("udp://192.168.1.9", None),
            ("udp://[::1]:5000", None),
            ("udp://host:5000", None),
            ("tcp://192.168.1.9:5000", None),
        ] {
            let read = Target::parse(text);
            assert_eq!(read.map(|target| target.to_string()).as_deref(), written, "{text}");
            assert_eq!(read, written.and_then(Target::parse), "{text}");
        }
    }
}
