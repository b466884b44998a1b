//! Datagrams, written.

use super::read::BLANK;
use super::{Advert, Fault, GROUP, Message, PORT, Wrong};
use std::fmt::{Display, Write};

/// The datagram that says so. [`Wrong::Value`] names a header whose value is empty, begins or ends with a blank, or breaks its line;
/// [`Wrong::Missing`] one that has to be there.
pub fn write(message: &Message<'_>) -> Result<Vec<u8>, Fault> {
    let mut out = Out(String::with_capacity(512));
    match message {
        Message::Search(search) => {
            out.start("M-SEARCH * HTTP/1.1");
            out.header("HOST", &format_args!("{GROUP}:{PORT}"))?;
            out.header("MAN", &"\"ssdp:discover\"")?;
            out.some("MX", search.mx)?;
            out.header("ST", &search.target)?;
            out.some("USER-AGENT", search.user_agent)?;
        }
        Message::Found(advert) => {
            out.start("HTTP/1.1 200 OK");
            out.some("CACHE-CONTROL", advert.max_age_s.map(|age| format!("max-age={age}")))?;
            out.some("DATE", advert.date)?;
            // Empty, and of no use since UPnP 1.0; §1.3.3 wants it.
            out.start("EXT:");
            out.stays(advert)?;
            out.some("SERVER", advert.server)?;
            out.header("ST", &advert.target)?;
            out.ids(advert)?;
        }
        Message::Alive(advert) => {
            out.notify()?;
            out.some("CACHE-CONTROL", advert.max_age_s.map(|age| format!("max-age={age}")))?;
            out.stays(advert)?;
            out.header("NT", &advert.target)?;
            out.header("NTS", &"ssdp:alive")?;
            out.some("SERVER", advert.server)?;
            out.ids(advert)?;
        }
        Message::Byebye(advert) => {
            out.notify()?;
            out.header("NT", &advert.target)?;
            out.header("NTS", &"ssdp:byebye")?;
            out.ids(advert)?;
        }
    }
    out.start("");
    Ok(out.0.into_bytes())
}

struct Out(String);

impl Out {
    /// A line as it is.
    fn start(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push_str("\r\n");
    }

    fn header(&mut self, name: &'static str, value: &dyn Display) -> Result<(), Fault> {
        let fault = Fault { at: self.0.len(), wrong: Wrong::Value(name) };
        self.0.push_str(name);
        self.0.push_str(": ");
        let begin = self.0.len();
        write!(self.0, "{value}").map_err(|_| fault)?;
        let value = &self.0[begin..];
        let bad = value.is_empty()
            || value.starts_with(BLANK)
            || value.ends_with(BLANK)
            || value.bytes().any(|byte| byte.is_ascii_control());
        if bad {
            return Err(fault);
        }
        self.0.push_str("\r\n");
        Ok(())
    }

    fn some(&mut self, name: &'static str, value: Option<impl Display>) -> Result<(), Fault> {
        value.map_or(Ok(()), |value| self.header(name, &value))
    }

    fn notify(&mut self) -> Result<(), Fault> {
        self.start("NOTIFY * HTTP/1.1");
        self.header("HOST", &format_args!("{GROUP}:{PORT}"))
    }

    fn stays(&mut self, advert: &Advert<'_>) -> Result<(), Fault> {
        let missing = Fault { at: self.0.len(), wrong: Wrong::Missing("LOCATION") };
        self.header("LOCATION", &advert.location.ok_or(missing)?)
    }

    fn ids(&mut self, advert: &Advert<'_>) -> Result<(), Fault> {
        self.header("USN", &advert.usn)?;
        self.some("BOOTID.UPNP.ORG", advert.boot_id)?;
        self.some("CONFIGID.UPNP.ORG", advert.config_id)
    }
}
