//! The same answers in XML, in the element names that the Enigma2 web interface has had since its beginning.

use std::fmt::Write as _;

use serde_json::Value;

use super::escaped;

/// Name of the element and the field whose value it holds.
type Fields = &'static [(&'static str, &'static str)];

const EVENT: Fields = &[
    ("e2eventid", "id"),
    ("e2eventstart", "begin_timestamp"),
    ("e2eventduration", "duration_sec"),
    ("e2eventcurrenttime", "now_timestamp"),
    ("e2eventtitle", "title"),
    ("e2eventdescription", "shortdesc"),
    ("e2eventdescriptionextended", "longdesc"),
    ("e2eventservicereference", "sref"),
    ("e2eventservicename", "sname"),
    ("e2eventgenre", "genre"),
];
const SERVICE: Fields = &[("e2servicereference", "servicereference"), ("e2servicename", "servicename")];
const TIMER: Fields = &[
    ("e2servicereference", "serviceref"),
    ("e2servicename", "servicename"),
    ("e2eit", "eit"),
    ("e2name", "name"),
    ("e2description", "description"),
    ("e2descriptionextended", "descriptionextended"),
    ("e2disabled", "disabled"),
    ("e2timebegin", "begin"),
    ("e2timeend", "end"),
    ("e2duration", "duration"),
    ("e2startprepare", "startprepare"),
    ("e2justplay", "justplay"),
    ("e2afterevent", "afterevent"),
    ("e2location", "dirname"),
    ("e2tags", "tags"),
    ("e2logentries", "logentries"),
    ("e2filename", "filename"),
    ("e2backoff", "backoff"),
    ("e2nextactivation", "nextactivation"),
    ("e2firsttryprepare", "firsttryprepare"),
    ("e2state", "state"),
    ("e2repeated", "repeated"),
    ("e2dontsave", "dontsave"),
    ("e2cancled", "cancelled"),
    ("e2toggledisabled", "toggledisabled"),
    ("e2toggledisabledimg", "toggledisabledimg"),
    ("e2alwayszap", "always_zap"),
];
const MOVIE: Fields = &[
    ("e2servicereference", "fullname"),
    ("e2title", "eventname"),
    ("e2description", "description"),
    ("e2descriptionextended", "descriptionExtended"),
    ("e2servicename", "servicename"),
    ("e2time", "recordingtime"),
    ("e2length", "length"),
    ("e2tags", "tags"),
    ("e2filename", "filename"),
    ("e2filesize", "filesize"),
];
const DEVICE: Fields = &[
    ("e2enigmaversion", "enigmaver"),
    ("e2distroversion", "imagedistro"),
    ("e2imageversion", "imagever"),
    ("e2webifversion", "webifver"),
    ("e2fpversion", "fp_version"),
    ("e2devicename", "model"),
];
const FRONTEND: Fields = &[("e2name", "name"), ("e2model", "type")];
const INTERFACE: Fields = &[
    ("e2name", "name"),
    ("e2mac", "mac"),
    ("e2dhcp", "dhcp"),
    ("e2ip", "ip"),
    ("e2gateway", "gw"),
    ("e2netmask", "mask"),
];
const DISK: Fields =
    &[("e2model", "model"), ("e2capacity", "capacity"), ("e2free", "free"), ("e2mount", "mount")];
const SIGNAL: Fields = &[("e2snrdb", "snr_db"), ("e2snr", "snr"), ("e2ber", "ber"), ("e2acg", "agc")];
const CURRENT: Fields = &[
    ("e2servicereference", "ref"),
    ("e2servicename", "name"),
    ("e2providername", "provider"),
    ("e2videowidth", "width"),
    ("e2videoheight", "height"),
    ("e2iswidescreen", "iswidescreen"),
    ("e2apid", "apid"),
    ("e2vpid", "vpid"),
    ("e2pcrpid", "pcrpid"),
    ("e2pmtpid", "pmtpid"),
    ("e2txtpid", "txtpid"),
    ("e2tsid", "tsid"),
    ("e2onid", "onid"),
    ("e2sid", "sid"),
];

/// A call's answer; `None` when there is no such page in XML.
pub(crate) fn write(call: &str, value: &Value) -> Option<String> {
    if call == "zap" {
        return Some(simple_result(true, value["message"].as_str().unwrap_or_default()));
    }
    let body = lists(call, value).or_else(|| device(call, value))?;
    Some(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn items(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().cloned().unwrap_or_default()
}

/// Pairs of texts as elements of two leaves.
fn pairs(name: &str, leaves: [&str; 2], items: &[Value]) -> String {
    items
        .iter()
        .map(|pair| element(name, &(leaf(leaves[0], &pair[0]) + &leaf(leaves[1], &pair[1]))))
        .collect()
}

/// Services, events, timers, recordings.
fn lists(call: &str, value: &Value) -> Option<String> {
    let items = |key: &str| items(value, key);
    Some(match call {
        "getservices" => element("e2servicelist", &list("e2service", SERVICE, &items("services"))),
        "bouquets" | "getbouquets" => {
            let names = ["e2servicereference", "e2servicename"];
            element("e2servicelist", &pairs("e2service", names, &items("bouquets")))
        }
        "getallservices" => {
            let bouquet = |bouquet: &Value| {
                let inner = self::items(bouquet, "subservices");
                let services = element("e2servicelist", &list("e2service", SERVICE, &inner));
                element("e2bouquet", &(fields(SERVICE, bouquet) + &services))
            };
            let bouquets: String = items("services").iter().map(bouquet).collect();
            element("e2servicelistrecursive", &bouquets)
        }
        "epgbouquet" | "epgmulti" | "epgnow" | "epgnext" | "epgnownext" | "epgservice" | "epgservicenow"
        | "epgservicenext" | "epgsearch" => element("e2eventlist", &list("e2event", EVENT, &items("events"))),
        "timerlist" => element("e2timerlist", &list("e2timer", TIMER, &items("timers"))),
        "movielist" => element("e2movielist", &list("e2movie", MOVIE, &items("movies"))),
        "getlocations" => element("e2locations", &leaves("e2location", &items("locations"))),
        "getcurrlocation" => element("e2locations", &leaf("e2location", &value["location"])),
        "gettags" => element("e2tags", &leaves("e2tag", &items("tags"))),
        _ => return None,
    })
}

/// The box itself.
fn device(call: &str, value: &Value) -> Option<String> {
    let items = |key: &str| items(value, key);
    Some(match call {
        "deviceinfo" => {
            let inner = fields(DEVICE, value)
                + &element("e2frontends", &list("e2frontend", FRONTEND, &items("tuners")))
                + &element("e2network", &list("e2interface", INTERFACE, &items("ifaces")))
                + &element("e2hdds", &list("e2hdd", DISK, &items("hdd")));
            element("e2deviceinfo", &inner)
        }
        "about" => {
            let inner = fields(DEVICE, &value["info"]) + &fields(CURRENT, &value["service"]);
            element("e2abouts", &element("e2about", &inner))
        }
        "statusinfo" => element("e2statusinfo", &named(value)),
        "signal" | "tunersignal" => element("e2frontendstatus", &fields(SIGNAL, value)),
        "getcurrent" => {
            element("e2currentserviceinformation", &element("e2service", &fields(CURRENT, &value["info"])))
        }
        "subservices" => {
            let name = |key: &str| match value["info"][key].as_str() {
                Some(text) if !text.is_empty() => Value::from(text),
                _ => Value::from("N/A"),
            };
            let inner = leaf("e2servicereference", &name("ref")) + &leaf("e2servicename", &name("name"));
            element("e2servicelist", &element("e2service", &inner))
        }
        "settings" => {
            let names = ["e2settingname", "e2settingvalue"];
            element("e2settings", &pairs("e2setting", names, &items("settings")))
        }
        "currenttime" => leaf("e2currenttime", &value["time"]),
        "powerstate" => element("e2powerstate", &leaf("e2instandby", &value["instandby"])),
        "vol" => {
            let inner = leaf("e2result", &value["result"])
                + &leaf("e2resulttext", &value["message"])
                + &leaf("e2current", &value["current"])
                + &leaf("e2ismuted", &value["ismute"]);
            element("e2volume", &inner)
        }
        _ => return None,
    })
}

/// The answer to a command, and to one that failed.
pub(crate) fn simple_result(result: bool, text: &str) -> String {
    let state = if result { "True" } else { "False" };
    let inner = leaf("e2state", &Value::from(state)) + &leaf("e2statetext", &Value::from(text));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", element("e2simplexmlresult", &inner))
}

fn element(name: &str, inner: &str) -> String {
    format!("<{name}>\n{inner}</{name}>\n")
}

fn list(name: &str, of: Fields, items: &[Value]) -> String {
    items.iter().map(|item| element(name, &fields(of, item))).collect()
}

fn fields(of: Fields, item: &Value) -> String {
    of.iter().map(|(name, key)| leaf(name, &item[*key])).collect()
}

/// Every field under its own name: no client that was read asks for these in XML.
fn named(value: &Value) -> String {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, item)| leaf(&format!("e2{}", key.to_lowercase()), item))
        .collect()
}

fn leaves(name: &str, items: &[Value]) -> String {
    items.iter().map(|item| leaf(name, item)).collect()
}

/// Control characters that XML forbids are left out, as the box's filter does.
fn leaf(name: &str, value: &Value) -> String {
    let text = match value {
        Value::String(text) => escape_once(text),
        Value::Null => "None".to_owned(),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => escape_once(&other.to_string()),
    };
    let mut out = String::new();
    let _ = writeln!(out, "<{name}>{text}</{name}>");
    out
}

/// Texts that are HTML-escaped already are not escaped again.
fn escape_once(text: &str) -> String {
    let plain = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let clean: String =
        plain.chars().filter(|c| !matches!(u32::from(*c), 0..=8 | 11 | 12 | 14..=31)).collect();
    escaped(&clean)
}
