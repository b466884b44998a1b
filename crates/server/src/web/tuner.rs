//! What the station says to programs that know network tuners of HDHomeRun's kind (its HTTP interface: `discover.json`, `lineup.json`,
//! `lineup_status.json`, `lineup.post`, `device.xml`, `auto/v{number}`): at a player's own address, with the streams of that address, and at the station's
//! root for networks that need none (`auth.iptv_networks`). Only television: in a tuner's lineup a number stands once.
//!
//! It says what is so: as many tuners as receivers have, a name that is ours, and of a channel what was seen when it was last on. The station is one device
//! (`Web::device_id`), which is found on the network as well (`crate::device`), and each player's address is another.

use super::guard::Principal;
use super::problem::Problem;
use super::routes::PLAYER;
use super::{Web, address, iptv};
use crate::app::TrackView;
use crate::web::caller::Caller;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::session::ReasonCode;
use telecast_media::hdhomerun::DeviceId;

/// Tuners that are told where no receiver has said how many it has.
const TUNERS: u32 = 4;
/// Clients keep the count in a byte.
const MOST: u32 = 255;
/// A picture with so many lines is in high definition.
const HD_LINES: u32 = 720;
/// What the kind of device is called in its description, and where it is found.
pub(crate) const DEVICE_TYPE: (&str, u32) = ("urn:schemas-upnp-org:device:MediaServer", 1);

/// Its pages, below a player's address.
pub(super) fn routes() -> [(&'static str, MethodRouter<Web>); 8] {
    [
        ("discover.json", get(discover)),
        ("lineup.json", get(lineup)),
        ("lineup.m3u", get(lineup_m3u)),
        ("lineup.xml", get(lineup_xml)),
        ("lineup.post", post(lineup_post)),
        ("lineup_status.json", get(lineup_status)),
        ("device.xml", get(device)),
        ("auto/{channel}", get(auto)),
    ]
}

/// As many streams as whoever asks may have at once, as far as is known.
pub(crate) fn count(web: &Web) -> u8 {
    web.app.tuners().unwrap_or(TUNERS).min(MOST) as u8
}

/// What UPnP knows a device by.
pub(crate) fn uuid(id: DeviceId) -> String {
    format!("{:08x}-0000-4000-8000-7465{:08x}", id.0, id.0)
}

/// Channels of a tuner that whoever asks may see; the station's own may be bound to some bouquets.
pub(crate) fn television<'a>(
    web: &Web,
    lineup: &'a Lineup,
    who: &'a Principal,
    is_own: bool,
) -> Vec<&'a Channel> {
    let config = web.config();
    let bouquets = &config.tuner.bouquets;
    let is_in = |id: &ChannelId| {
        !is_own
            || bouquets.is_empty()
            || lineup.bouquets_of(id).any(|bouquet| bouquets.contains(&bouquet.name))
    };
    iptv::listed(lineup, who).filter(|channel| !channel.radio && is_in(&channel.id)).collect()
}

/// What is asked for: the station's own tuner, or that at a player's address.
struct Asked {
    is_own: bool,
    /// Where its pages are.
    home: String,
    /// Where its streams are.
    streams: String,
}

impl Asked {
    /// `last`: what of it.
    fn of(web: &Web, request: &Request, last: &str) -> Result<Self, Problem> {
        let path = request.uri().path();
        if path.starts_with(PLAYER) {
            let home = iptv::base(web, request, last)?;
            return Ok(Self { is_own: false, streams: home.clone(), home });
        }
        // Whoever needs no account has come directly, and is to come back so.
        let caller = request.extensions().get::<Caller>().copied();
        let is_anonymous = request.extensions().get::<Principal>().is_some_and(Principal::is_anonymous);
        let own = if is_anonymous { address::asked } else { address::own };
        let own = own(web, caller, request.headers())?;
        let streams = format!("{own}/iptv");
        let home = if path.starts_with("/iptv/") { streams.clone() } else { own };
        Ok(Self { is_own: true, home, streams })
    }

    /// Which device: the station, or another one for each player, the same by whatever name the station is called.
    async fn id(&self, web: &Web) -> Result<DeviceId, Problem> {
        let own = web.device_id().await?;
        if self.is_own {
            return Ok(own);
        }
        let path = self.home.find(PLAYER).map_or(self.home.as_str(), |at| &self.home[at..]);
        Ok(id_of_player(path, own))
    }

    /// Its television, with the address of each.
    fn channels<'a>(&self, web: &Web, lineup: &'a Lineup, who: &'a Principal) -> Vec<(&'a Channel, String)> {
        let address = |channel: &Channel| format!("{}/stream/{}.ts", self.streams, channel.id);
        television(web, lineup, who, self.is_own)
            .into_iter()
            .map(|channel| (channel, address(channel)))
            .collect()
    }
}

/// The device at a player's path, which is not the station.
fn id_of_player(path: &str, own: DeviceId) -> DeviceId {
    // FNV-1a.
    let seed = path.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x100_0193));
    let id = DeviceId::from_seed(seed);
    if id == own { DeviceId::from_seed(seed ^ 1) } else { id }
}

async fn discover(State(web): State<Web>, request: Request) -> Result<Json<Value>, Problem> {
    let asked = Asked::of(&web, &request, "discover.json")?;
    Ok(Json(json!({
        "FriendlyName": "Telecast",
        "Manufacturer": "Telecast",
        "ModelNumber": "Telecast",
        "FirmwareName": "telecast",
        "FirmwareVersion": env!("CARGO_PKG_VERSION"),
        "DeviceID": asked.id(&web).await?.to_string(),
        "DeviceAuth": "telecast",
        "TunerCount": count(&web),
        "BaseURL": asked.home,
        "LineupURL": format!("{}/lineup.json", asked.home),
    })))
}

/// What is known of the tracks that a channel had when it was last on: whether it is in high definition, its codecs in the words of these devices.
fn seen(tracks: &[TrackView]) -> Vec<(&'static str, Value)> {
    let mut seen = Vec::new();
    let first = |kind: &str| tracks.iter().find(|track| track.kind == kind);
    if let Some(video) = first("video") {
        let codec = match video.codec.split('.').next() {
            Some("h264" | "avc1" | "avc3") => Some("H264"),
            Some("hevc" | "hvc1" | "hev1") => Some("HEVC"),
            Some("mpeg2" | "mp4v") => Some("MPEG2"),
            _ => None,
        };
        seen.extend(codec.map(|codec| ("VideoCodec", codec.into())));
        if video.height.is_some_and(|lines| lines >= HD_LINES) {
            seen.push(("HD", 1.into()));
        }
    }
    let codec = first("audio").and_then(|audio| match audio.codec.as_str() {
        "ac3" => Some("AC3"),
        "eac3" => Some("EAC3"),
        "mp2" => Some("MPEG"),
        "aac" | "latm" => Some("AAC"),
        aac if aac.starts_with("mp4a.40") => Some("AAC"),
        _ => None,
    });
    seen.extend(codec.map(|codec| ("AudioCodec", codec.into())));
    seen
}

async fn lineup(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Json<Vec<Value>>, Problem> {
    let asked = Asked::of(&web, &request, "lineup.json")?;
    let lineup = web.app.lineup();
    let row = |(channel, address): (&Channel, String)| {
        let mut row = json!({
            "GuideNumber": channel.number.to_string(),
            "GuideName": channel.name,
            "URL": address,
        });
        for (name, value) in seen(&web.app.tracks(&channel.id.0).unwrap_or_default()) {
            row[name] = value;
        }
        row
    };
    Ok(Json(asked.channels(&web, &lineup, &who).into_iter().map(row).collect()))
}

/// The same as a list. It says no more than a device's: `channels.m3u` does.
async fn lineup_m3u(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = Asked::of(&web, &request, "lineup.m3u")?;
    let lineup = web.app.lineup();
    let mut text = String::from("#EXTM3U\n");
    for (channel, address) in asked.channels(&web, &lineup, &who) {
        let name = channel.name.replace(['"', '\r', '\n'], " ");
        let number = channel.number;
        let _ = writeln!(
            text,
            "#EXTINF:-1 channel-id=\"{number}\" channel-number=\"{number}\" tvg-name=\"{name}\",{number} {name}\n{address}"
        );
    }
    Ok(([(header::CONTENT_TYPE, "audio/x-mpegurl; charset=utf-8")], text).into_response())
}

/// The same as XML.
async fn lineup_xml(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = Asked::of(&web, &request, "lineup.xml")?;
    let lineup = web.app.lineup();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Lineup>\n");
    for (channel, address) in asked.channels(&web, &lineup, &who) {
        let _ = write!(
            text,
            "<Program><GuideNumber>{}</GuideNumber><GuideName>{}</GuideName>",
            channel.number,
            escaped(&channel.name)
        );
        for (name, value) in seen(&web.app.tracks(&channel.id.0).unwrap_or_default()) {
            let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let _ = write!(text, "<{name}>{plain}</{name}>");
        }
        let _ = writeln!(text, "<URL>{}</URL></Program>", escaped(&address));
    }
    text.push_str("</Lineup>\n");
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response())
}

/// There is nothing to scan for: the lineup is what it is.
async fn lineup_status() -> Json<Value> {
    Json(json!({ "ScanInProgress": 0, "ScanPossible": 0, "Source": "Cable", "SourceList": ["Cable"] }))
}

/// A scan that is asked for has nothing to find and is over at once; favourites are a person's and not a device's.
async fn lineup_post(request: Request) -> Result<StatusCode, Problem> {
    let query = request.uri().query().unwrap_or_default();
    let scan = query.split('&').find_map(|pair| pair.strip_prefix("scan="));
    match scan {
        Some("start" | "abort") => Ok(StatusCode::OK),
        _ => Err(Problem::new(Kind::Invalid, "Only a scan can be asked for: scan=start or scan=abort.")),
    }
}

/// The stream of a channel by its number (`v702`), for some seconds where that is said (`?duration=30`).
async fn auto(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(path): Path<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let number = path.get("channel").and_then(|named| named.strip_prefix('v')?.parse::<u32>().ok());
    let lineup = web.app.lineup();
    let channels = television(&web, &lineup, &who, !request.uri().path().starts_with(PLAYER));
    let Some(channel) = channels.into_iter().find(|channel| Some(channel.number) == number) else {
        return refused(Problem::new(Kind::NotFound, "There is no channel of this number."));
    };
    let query = request.uri().query().unwrap_or_default();
    let seconds = query.split('&').find_map(|pair| pair.strip_prefix("duration=")?.parse::<u32>().ok());
    let duration = seconds.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds.into()));
    let id = channel.id.clone();
    iptv::deliver(&web, who, id, (&method, &headers), duration).await.unwrap_or_else(refused)
}

/// Why there is no stream, in a device's words as well (`X-HDHomeRun-Error`).
pub(super) fn refused(problem: Problem) -> Response {
    let (kind, reason) = problem.cause();
    let words = words(kind, reason);
    let mut response = problem.into_response();
    response.headers_mut().insert("x-hdhomerun-error", HeaderValue::from_static(words));
    response
}

/// What a device says of a stream that it does not give.
fn words(kind: Kind, reason: Option<&str>) -> &'static str {
    let code = ReasonCode::ALL.iter().find(|code| Some(code.name()) == reason);
    match code {
        Some(ReasonCode::TunersBusy | ReasonCode::ReceiverRefused | ReasonCode::TooManyOnReceiver) => {
            "805 All Tuners In Use"
        }
        Some(ReasonCode::TooManySessions | ReasonCode::TooManyOfAccount) => "803 System Busy",
        Some(
            ReasonCode::TuneTimeout
            | ReasonCode::SourceEnded
            | ReasonCode::SourceStalled
            | ReasonCode::SourceCorrupt
            | ReasonCode::NoKeyFrame,
        ) => "807 No Video Data",
        Some(ReasonCode::Scrambled) => "811 Content Protection Required",
        None if kind == Kind::NotFound => "801 Unknown Channel",
        None if kind == Kind::TooMany => "803 System Busy",
        _ => "806 Tune Failed",
    }
}

/// A text as it stands in XML.
fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The description that UPnP asks for (UPnP Device Architecture 1.1 §2.3).
async fn device(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let asked = Asked::of(&web, &request, "device.xml")?;
    let id = asked.id(&web).await?;
    let (base, uuid, (kind, version)) = (escaped(&asked.home), uuid(id), DEVICE_TYPE);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><specVersion><major>1</major><minor>0</minor></specVersion>\
         <URLBase>{base}</URLBase><device><deviceType>{kind}:{version}</deviceType><friendlyName>Telecast</friendlyName>\
         <manufacturer>Telecast</manufacturer><modelName>Telecast</modelName><modelNumber>Telecast</modelNumber><serialNumber>{id}</serialNumber>\
         <UDN>uuid:{uuid}</UDN></device></root>\n",
    );
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_is_another_device_than_the_station_and_always_the_same() {
        let own = DeviceId::from_seed(7);
        let one = id_of_player("/iptv/d/secret", own);
        assert_eq!(one, id_of_player("/iptv/d/secret", own));
        assert!(one.is_valid() && one != own && one != id_of_player("/iptv/d/other", own));
        let moved = id_of_player("/iptv/d/secret", one);
        assert!(moved.is_valid() && moved != one, "where chance had made it the station");
    }

    #[test]
    fn refusals_are_in_the_words_of_devices() {
        for (kind, reason, said) in [
            (Kind::NotFound, None, "801 Unknown Channel"),
            (Kind::TooMany, None, "803 System Busy"),
            (Kind::Unavailable, Some("too_many_of_account"), "803 System Busy"),
            (Kind::Unavailable, Some("tuners_busy"), "805 All Tuners In Use"),
            (Kind::Unavailable, Some("receiver_unreachable"), "806 Tune Failed"),
            (Kind::Unavailable, Some("tune_timeout"), "807 No Video Data"),
            (Kind::Unavailable, Some("scrambled"), "811 Content Protection Required"),
            (Kind::Unavailable, None, "806 Tune Failed"),
        ] {
            assert_eq!(words(kind, reason), said, "{reason:?}");
        }
    }

    #[test]
    fn of_a_channel_is_said_what_was_seen_and_nothing_else() {
        let track = |kind: &str, codec: &str, height| TrackView {
            id: 0,
            kind: kind.into(),
            codec: codec.into(),
            language: None,
            role: "main".into(),
            channels: None,
            width: None,
            height,
            frame_rate: None,
        };
        assert!(seen(&[]).is_empty());
        let sd = [track("video", "mp4v.61", Some(576)), track("audio", "mp2", None)];
        assert_eq!(seen(&sd), [("VideoCodec", "MPEG2".into()), ("AudioCodec", "MPEG".into())]);
        let hd = [track("video", "avc1.640028", Some(1080)), track("audio", "ac3", None)];
        assert_eq!(
            seen(&hd),
            [("VideoCodec", "H264".into()), ("HD", 1.into()), ("AudioCodec", "AC3".into())]
        );
    }
}
