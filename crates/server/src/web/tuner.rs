//! What the station says to programs that know network tuners of HDHomeRun's kind (its HTTP interface: `discover.json`, `lineup.json`,
//! `lineup_status.json`, `device.xml`): at a player's own address, with the streams of that address, and at the station's
//! root for networks that need none (`auth.iptv_networks`). Only television: in a tuner's lineup a number stands once.
//!
//! It says what is so: as many tuners as receivers have, and a name that is ours.

use super::Web;
use super::guard::Principal;
use super::iptv::{base, listed};
use super::problem::Problem;
use super::routes::PLAYER;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Json};
use serde_json::{Value, json};
use telecast_media::hdhomerun::DeviceId;

/// Tuners that are told where no receiver has said how many it has.
const TUNERS: u32 = 4;
/// Clients keep the count in a byte.
const MOST: u32 = 255;

/// Its pages, below a player's address.
pub(super) fn routes() -> [(&'static str, MethodRouter<Web>); 4] {
    [
        ("discover.json", get(discover)),
        ("lineup.json", get(lineup)),
        ("lineup_status.json", get(lineup_status)),
        ("device.xml", get(device)),
    ]
}

/// Who it is: at a player's address the same by whatever name the station is called, elsewhere by that name.
fn id(base: &str) -> DeviceId {
    let base = base.find(PLAYER).map_or(base, |at| &base[at..]);
    // FNV-1a.
    DeviceId::from_seed(
        base.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)),
    )
}

async fn discover(State(web): State<Web>, request: Request) -> Result<Json<Value>, Problem> {
    let base = base(&web, &request, "discover.json")?;
    let told: u32 = web.app.receivers().iter().filter_map(|receiver| receiver.tuners).sum();
    let tuners = if told == 0 { TUNERS } else { told.min(MOST) };
    Ok(Json(json!({
        "FriendlyName": "Telecast",
        "Manufacturer": "Telecast",
        "ModelNumber": "Telecast",
        "FirmwareName": "telecast",
        "FirmwareVersion": env!("CARGO_PKG_VERSION"),
        "DeviceID": id(&base).to_string(),
        "DeviceAuth": "telecast",
        "TunerCount": tuners,
        "BaseURL": base,
        "LineupURL": format!("{base}/lineup.json"),
    })))
}

async fn lineup(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Json<Vec<Value>>, Problem> {
    let base = base(&web, &request, "lineup.json")?;
    let lineup = web.app.lineup();
    let television = listed(&lineup, &who).filter(|channel| !channel.radio);
    let row = |channel: &telecast_core::lineup::Channel| {
        json!({
            "GuideNumber": channel.number.to_string(),
            "GuideName": channel.name,
            "URL": format!("{base}/stream/{}.ts", channel.id),
        })
    };
    Ok(Json(television.map(row).collect()))
}

/// There is nothing to scan for: the lineup is what it is.
async fn lineup_status() -> Json<Value> {
    Json(json!({ "ScanInProgress": 0, "ScanPossible": 0, "Source": "Cable", "SourceList": ["Cable"] }))
}

/// The description that UPnP asks for (UPnP Device Architecture 1.1 §2.3).
async fn device(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let base = base(&web, &request, "device.xml")?;
    let id = id(&base);
    let escaped = base.replace('&', "&amp;").replace('<', "&lt;");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><specVersion><major>1</major><minor>0</minor></specVersion>\
         <URLBase>{escaped}</URLBase><device><deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType><friendlyName>Telecast</friendlyName>\
         <manufacturer>Telecast</manufacturer><modelName>Telecast</modelName><modelNumber>Telecast</modelNumber><serialNumber>{id}</serialNumber>\
         <UDN>uuid:{:08x}-0000-4000-8000-7465{:08x}</UDN></device></root>\n",
        id.0, id.0
    );
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response())
}
