//! The web interface: `/api/…` in JSON and `/web/…` in XML as OpenWebif answers, picons, and control under `/sim/…`.
//!
//! Failures are 200 with `result: false`; an unknown page is 404 in HTML; an exception is 500. Requests run one after
//! the other, as in the box's main loop, so that a slow one holds up all others. Control requests do not wait.
//! Arguments come in the query or in a posted form. `/autotimer` is a plugin's.

mod control;
mod device;
mod epg;
mod picon;
mod services;
mod timers;
mod xml;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::Fault;
use crate::stream::credentials_match;
use crate::world::World;

/// What a call costs a box at least.
const CALL_COST: Duration = Duration::from_millis(2);

/// Bytes of a posted form that are read.
const FORM_LIMIT: usize = 65_536;

/// Calls that touch the hard disk.
const ON_DISK: &[&str] = &["movielist", "getlocations", "about", "deviceinfo"];

/// Parameters of a request.
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    fn parse(text: &str) -> Self {
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok()
    }
}

/// What a call gives before it is written as JSON or XML.
pub(crate) enum Answer {
    Json(Value),
    /// A missing argument and the like, in English and German: 200 all the same.
    Fails(&'static str, &'static str),
    /// What came of a command: `result`, `message` and perhaps more, of which XML gives only the first two.
    Command(Value),
    Exception,
    Unknown,
}

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().fallback(answer).with_state(world)
}

/// The web port: closed to newcomers while the box reboots.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) world: Arc<World>,
}

impl axum::serve::Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let (socket, address) = axum::serve::Listener::accept(&mut self.listener).await;
            if !self.world.is_dead() {
                return (socket, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

async fn answer(State(world): State<Arc<World>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let mut query = Query::parse(request.uri().query().unwrap_or_default());
    if let Some(call) = path.strip_prefix("/sim/") {
        return control::answer(&world, request.method(), call, &query);
    }
    if world.is_dead() {
        // a connection from before: it hears nothing until the box is back
        while world.is_dead() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        return html(StatusCode::SERVICE_UNAVAILABLE, "503", "Starting").into_response();
    }
    let name = path.trim_start_matches('/').to_owned();
    world.count_call(if name.starts_with("picon/") { "picon" } else { &name });
    if let Some(refusal) = refusal(&world, request.headers()) {
        return refusal;
    }
    let _loop = world.main_loop.lock().await;
    tokio::time::sleep(CALL_COST).await;
    world.tick();
    let host = host_of(request.headers());
    let method = request.method().clone();
    if method == Method::POST {
        let form = axum::body::to_bytes(request.into_body(), FORM_LIMIT).await.unwrap_or_default();
        query.0.append(&mut Query::parse(&String::from_utf8_lossy(&form)).0);
    }
    page(&world, &method, &name, &query, &host).await
}

async fn page(world: &World, method: &Method, name: &str, query: &Query, host: &str) -> Response {
    let (kind, call) = name.split_once('/').unwrap_or(("", name));
    if ON_DISK.contains(&call)
        && let Some(seconds) = world.faults.get(Fault::SlowDisk)
    {
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    }
    match (kind, call) {
        ("", "") => html(StatusCode::OK, "OpenWebif", "Open Webif").into_response(),
        ("picon", file) => picon::answer(world, file),
        ("", "autotimer") => xml_page(AUTOTIMER),
        ("autotimer", call) => autotimer(call),
        ("web", "stream.m3u") => services::stream_m3u(world, query, host),
        ("api" | "web", call) => {
            // In XML there are no slots: it is the guide of the bouquet.
            let call = if (kind, call) == ("web", "epgmulti") { "epgbouquet" } else { call };
            let posted = method != Method::GET && method != Method::HEAD && method != Method::POST;
            let answer = if posted { Answer::Unknown } else { run(world, call, query) };
            if kind == "api" { as_json(world, call, answer) } else { as_xml(world, call, answer) }
        }
        _ => not_found(),
    }
}

fn run(world: &World, call: &str, query: &Query) -> Answer {
    if world.faults.get(Fault::JsonException).is_some() {
        return Answer::Exception;
    }
    services::run(world, call, query)
        .or_else(|| epg::run(world, call, query))
        .or_else(|| timers::run(world, call, query))
        .or_else(|| device::run(world, call, query))
        .unwrap_or(Answer::Unknown)
}

fn as_json(world: &World, call: &str, answer: Answer) -> Response {
    let (status, value) = match answer {
        Answer::Json(value) | Answer::Command(value) => (StatusCode::OK, value),
        Answer::Fails(english, german) => {
            (StatusCode::OK, json!({"result": false, "message": world.says(english, german)}))
        }
        Answer::Exception => {
            let exception = "AttributeError: 'NoneType' object has no attribute 'getContent'";
            let body = json!({"result": false, "request": format!("/api/{call}"), "exception": exception});
            (StatusCode::INTERNAL_SERVER_ERROR, body)
        }
        Answer::Unknown => return not_found(),
    };
    let text = value.to_string();
    let body = if world.faults.get(Fault::JsonLatin1).is_some() { latin1(&text) } else { text.into_bytes() };
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}

fn as_xml(world: &World, call: &str, answer: Answer) -> Response {
    match answer {
        Answer::Json(value) => xml::write(call, &value).map_or_else(not_found, |text| xml_page(&text)),
        Answer::Command(value) => {
            let message = value["message"].as_str().unwrap_or_default();
            xml_page(&xml::simple_result(value["result"] == true, message))
        }
        Answer::Fails(english, german) => xml_page(&xml::simple_result(false, world.says(english, german))),
        Answer::Exception => html(
            StatusCode::INTERNAL_SERVER_ERROR,
            "web.Server Traceback (most recent call last)",
            "AttributeError: 'NoneType' object has no attribute 'getContent'",
        )
        .into_response(),
        Answer::Unknown => not_found(),
    }
}

fn xml_page(text: &str) -> Response {
    let declared =
        if text.starts_with("<?xml") { "" } else { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" };
    let kind = [(header::CONTENT_TYPE, "application/xhtml+xml; charset=UTF-8")];
    (kind, format!("{declared}{text}")).into_response()
}

/// Rules of the plugin that makes timers by itself: one, switched off.
const AUTOTIMER: &str = "<autotimer version=\"8\">
<timer name=\"Die Spur im Moor\" match=\"Die Spur im Moor\" enabled=\"no\" id=\"1\" encoding=\"UTF-8\" \
    searchType=\"partial\" searchCase=\"insensitive\" justplay=\"0\" overrideAlternatives=\"1\"/>
</autotimer>
";

/// The same plugin's settings: they can be read, and are always as somebody wants to set them.
fn autotimer(call: &str) -> Response {
    match call {
        "get" => {
            let setting = |name: &str| {
                format!(
                    "<e2setting>\n<e2settingname>config.plugins.autotimer.{name}</e2settingname>\n\
                     <e2settingvalue>True</e2settingvalue>\n</e2setting>\n"
                )
            };
            let settings = setting("add_autotimer_to_tags") + &setting("add_name_to_tags");
            xml_page(&format!("<e2settings>\n{settings}</e2settings>\n"))
        }
        "set" => xml_page(&xml::simple_result(true, "config changed.")),
        _ => not_found(),
    }
}

/// 401, 403 and 404 that come before any page.
fn refusal(world: &World, headers: &HeaderMap) -> Option<Response> {
    if world.faults.get(Fault::Http403).is_some() {
        return Some(
            html(StatusCode::FORBIDDEN, "403 - Access denied", "Forbidden Resource").into_response(),
        );
    }
    if world.faults.get(Fault::Http404Html).is_some() {
        return Some(not_found());
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if world.faults.get(Fault::Http401).is_none() && credentials_match(world, given) {
        return None;
    }
    let body = html(StatusCode::UNAUTHORIZED, "401 - Access denied", "401 Authentication required");
    Some(([(header::WWW_AUTHENTICATE, "Basic realm=\"OpenWebif\"")], body).into_response())
}

fn not_found() -> Response {
    html(StatusCode::NOT_FOUND, "404 - No Such Resource", "Sorry. No luck finding that resource.")
        .into_response()
}

fn html(status: StatusCode, title: &str, text: &str) -> impl IntoResponse + use<> {
    let body = format!(
        "\n<html>\n  <head><title>{title}</title></head>\n  <body>\n    <h1>{title}</h1>\n    <p>{text}</p>\n  </body>\n</html>\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body)
}

fn host_of(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("127.0.0.1");
    let end = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.rfind(':') };
    host[..end.unwrap_or(host.len())].to_owned()
}

/// What OpenWebif does to texts: HTML entities for what HTML would take as its own.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
