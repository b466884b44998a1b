//! One answer in the making: what was said is read and fitted into what the model takes, a provider is asked, and what it says is written into the conversation as it
//! comes. What it wants looked up is looked up, and it is asked again with what was found; what it wants changed is proposed.
//!
//! A provider is tried again, or another one in its place, only before its first word. Whatever happens the job ends, and says how.

use jiff::Timestamp;
use telecast_core::assistant::context::{self, Material, Watching, tokens};
use telecast_core::assistant::tools::{Call, Tool};
use telecast_core::assistant::{Delta as Piece, Fault, FaultKind, Made, Request, Stop, Turn, Usage};
use telecast_core::conversation::Fault as Told;
use telecast_core::conversation::{self, Author, Delta, Event, How, Instead, Kind as Why, Post, transcript};
use telecast_core::limits;

use super::hands::Hands;
use super::providers::{Chosen, Nobody};
use super::{Inner, Order, plain};
use crate::app::conversation::Refused;
use crate::app::conversation::owner::Pen;

/// Times that a model is asked for one answer: each time it may look things up.
const ROUNDS: usize = 8;
/// Tools that one answer may use in all.
const CALLS: usize = 24;
/// Events that are read at once.
const PAGE: usize = 512;

/// Why there is no more of an answer.
pub(super) enum Broken {
    /// The job is void, or the station stops: nobody wants it.
    Unwanted,
    /// The provider is at fault.
    Fault(Fault),
}

impl From<Refused> for Broken {
    fn from(_: Refused) -> Self {
        Self::Unwanted
    }
}

/// What an answer has used so far.
#[derive(Default)]
struct Used {
    tokens: Usage,
    cost_micros: u64,
}

/// The text of an answer, as it is written.
pub(super) struct Writing<'a> {
    pub(super) order: &'a Order,
    pub(super) pen: &'a Pen,
    at: usize,
}

impl Writing<'_> {
    /// Writes more.
    pub(super) async fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let delta = Delta { fence: self.order.fence, at: self.at, text: text.to_owned() };
        self.at += text.len();
        self.pen.write(delta).await;
    }
}

/// Answers; returns when the job has ended.
pub(super) async fn answer(inner: &Inner, order: &Order, pen: &Pen) {
    let mut writing = Writing { order, pen, at: 0 };
    let mut used = Used::default();
    let told = said(inner, order).await;
    let went = match told {
        Ok(turns) if inner.providers.is_empty() => plain::answer(inner, &turns, &mut writing).await,
        Ok(turns) => by_model(inner, turns, &mut writing, &mut used).await,
        Err(fault) => Err(Broken::Fault(fault)),
    };
    let how = match went {
        Ok(()) => How::Finished,
        Err(Broken::Unwanted) => return,
        Err(Broken::Fault(_)) if writing.at > 0 => How::Cut,
        Err(Broken::Fault(fault)) => {
            How::Failed(Told { code: fault.kind.name().to_owned(), detail: fault.message })
        }
    };
    let Used { tokens, cost_micros } = used;
    let usage = (tokens != Usage::default()).then_some(conversation::Usage {
        input_tokens: tokens.input,
        output_tokens: tokens.output,
        cost_micros,
    });
    // Refused if it was voided meanwhile: then it has ended already.
    drop(pen.post(Post::Finish { fence: order.fence, how, usage }).await);
}

/// What was said, as far as the answer is to know.
async fn said(inner: &Inner, order: &Order) -> Result<Vec<conversation::Turn>, Fault> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.offset.0);
        let rows = inner.store.conversation_events(&order.conversation, after, PAGE).await;
        let rows = rows.map_err(|error| internal(&error.to_string()))?;
        let is_all = rows.len() < PAGE;
        for row in rows {
            events.push(
                serde_json::from_str(&row.event).map_err(|_| internal("A conversation cannot be read."))?,
            );
        }
        if is_all {
            break;
        }
    }
    let turns = transcript(&events);
    Ok(conversation::context(&turns, order.answers, order.why).into_iter().cloned().collect())
}

fn internal(message: &str) -> Fault {
    Fault { message: message.to_owned(), ..Fault::new(FaultKind::ServerError) }
}

/// The dialogue as a model is given it.
fn dialogue(turns: &[conversation::Turn], why: Why) -> Vec<Turn> {
    let mut all: Vec<Turn> = turns.iter().flat_map(told).collect();
    match why {
        Why::Onward { .. } => {
            all.push(Turn::User("Go on exactly where you broke off; repeat nothing.".into()));
        }
        Why::Further { .. } => all.push(Turn::User("Tell me in a sentence or two what came of it.".into())),
        Why::Answer | Why::Again { .. } => {}
    }
    all
}

fn told(turn: &conversation::Turn) -> Vec<Turn> {
    match &turn.author {
        Author::Person { .. } if turn.answers.is_none() => vec![Turn::User(turn.text.clone())],
        Author::Station => vec![Turn::User(context::fenced("what happened before", &turn.text))],
        _ => {
            let name = |call: &conversation::Told| format!("past_{}", call.call);
            let made = |call: &conversation::Told| Made {
                id: name(call),
                name: call.tool.clone(),
                arguments: call.arguments.clone(),
            };
            let calls: Vec<Made> = turn.calls.iter().map(made).collect();
            let mut all = vec![Turn::Assistant { text: turn.text.clone(), calls }];
            all.extend(
                turn.calls.iter().map(|call| Turn::ToolResult { call: name(call), text: outcome(call) }),
            );
            all
        }
    }
}

fn outcome(call: &conversation::Told) -> String {
    match (call.undone, call.declined, &call.outcome) {
        (true, ..) => format!("This was done and then undone by the person. {}", call.text),
        (_, true, _) => "The person did not want this.".to_owned(),
        (_, _, Some(_)) => call.text.clone(),
        _ => "The person has not decided yet.".to_owned(),
    }
}

async fn by_model(
    inner: &Inner,
    turns: Vec<conversation::Turn>,
    writing: &mut Writing<'_>,
    used: &mut Used,
) -> Result<(), Broken> {
    let order = writing.order;
    let pin = turns.iter().rev().find_map(|turn| turn.pin.clone());
    let mut turns = dialogue(&turns, order.why);
    let may = |tool: &Tool| Hands::has(*tool) && order.asker.scopes.contains(&tool.scope());
    let tools: Vec<Tool> = Tool::ALL.into_iter().filter(may).collect();
    let seen = match &pin {
        Some(pin) => inner.hands.watching(pin, &order.asker).await,
        None => None,
    };
    let mut tried: Vec<usize> = Vec::new();
    let mut instead: Option<Instead> = None;
    let mut calls_left = CALLS;
    for round in 1..=ROUNDS {
        // Whoever has looked up enough has to answer.
        let tools = if round == ROUNDS { &[] } else { tools.as_slice() };
        let (answer, stop) = loop {
            let mut chosen = inner
                .providers
                .choose(order, &tried)
                .map_err(|nobody| Broken::Fault(nobody_left(nobody, instead.as_ref())))?;
            let (provider, model) = (Some(chosen.name().to_owned()), Some(chosen.model().to_owned()));
            let asks = Post::Asks { fence: order.fence, provider, model, instead_of: instead.take() };
            writing.pen.post(asks).await?;
            let request =
                request(inner, &chosen, (&turns, tools), seen.as_ref()).await.map_err(Broken::Fault)?;
            let before = writing.at;
            match one(inner, &mut chosen, &request, writing, used).await {
                Ok(done) => break done,
                Err(Broken::Fault(fault)) if fault.may_retry(writing.at > before) => {
                    tried.push(chosen.place());
                    instead = Some(Instead { provider: chosen.name().to_owned(), detail: fault.message });
                }
                Err(broken) => return Err(broken),
            }
        };
        let Turn::Assistant { calls, .. } = &answer else { return Ok(()) };
        if calls.is_empty() || stop != Stop::Tools {
            return ended(stop, writing.at > 0);
        }
        let calls = calls.clone();
        turns.push(answer);
        for made in calls {
            calls_left = calls_left.saturating_sub(1);
            let text = if calls_left == 0 {
                "Enough was looked up. Answer with what is known.".to_owned()
            } else {
                used_tool(inner, order, writing.pen, &made).await?
            };
            turns.push(Turn::ToolResult { call: made.id, text });
        }
    }
    Ok(())
}

/// What it means that no more comes.
fn ended(stop: Stop, has_said: bool) -> Result<(), Broken> {
    let refuses = "The model does not want to answer this.";
    match stop {
        Stop::Refused if !has_said => {
            Err(Broken::Fault(Fault { message: refuses.into(), ..Fault::new(FaultKind::BadRequest) }))
        }
        Stop::Length => Err(Broken::Fault(Fault::new(FaultKind::TooLong))),
        _ => Ok(()),
    }
}

fn nobody_left(nobody: Nobody, instead: Option<&Instead>) -> Fault {
    let mut fault = nobody.fault();
    if let Some(instead) = instead {
        fault.message = format!("{}: {} {}", instead.provider, instead.detail, fault.message);
    }
    fault
}

async fn request(
    inner: &Inner,
    chosen: &Chosen,
    (turns, tools): (&[Turn], &[Tool]),
    seen: Option<&super::hands::Seen>,
) -> Result<Request, Fault> {
    let tools = if chosen.kind().carries_tools() { tools.to_vec() } else { Vec::new() };
    let watching = seen.map(|seen| Watching {
        channel: &seen.channel,
        title: &seen.title,
        time: &seen.time,
        text: &seen.text,
    });
    let system = inner.providers.prompt(&inner.hands.zoned_now());
    let tools_tokens =
        tools.iter().map(|tool| tokens(&tool.schema().to_string()) + tokens(tool.description())).sum();
    let material = Material { system: &system, turns, watching, tools_tokens, ..Material::default() };
    let room = chosen.window().saturating_sub(chosen.max_tokens() as usize);
    let fitted = context::fit(&material, room)
        .map_err(|error| Fault { message: error.to_string(), ..Fault::new(FaultKind::TooLarge) })?;
    let max_tokens = inner.providers.allow(chosen, fitted.tokens as u64)?;
    Ok(Request { system: fitted.system, turns: fitted.turns, tools, max_tokens, ..chosen.request() })
}

/// Asks once: what came is written, and given as a turn.
async fn one(
    inner: &Inner,
    chosen: &mut Chosen,
    request: &Request,
    writing: &mut Writing<'_>,
    used: &mut Used,
) -> Result<(Turn, Stop), Broken> {
    let mut asked = inner.providers.ask(chosen, request).await.map_err(Broken::Fault)?;
    let (mut text, mut calls, mut stop) = (String::new(), Vec::new(), Stop::End);
    let mut this = Usage::default();
    while let Some(pieces) = asked.next().await.map_err(Broken::Fault)? {
        for piece in pieces {
            match piece {
                Piece::Text(more) => {
                    text.push_str(&more);
                    writing.write(&more).await;
                }
                Piece::Call { id, name, arguments } => calls.push(Made { id, name, arguments }),
                Piece::Usage(usage) => this = usage,
                Piece::Stop(reason) => stop = reason,
                Piece::CallBegun { .. } | Piece::CallArguments { .. } | Piece::Conversation(_) => {}
            }
        }
    }
    used.cost_micros += asked.done(&this);
    used.tokens.input += this.input;
    used.tokens.output += this.output;
    Ok((Turn::Assistant { text, calls }, stop))
}

/// What a call gives: what was found, that it was proposed, or what is wrong with it.
pub(super) async fn used_tool(
    inner: &Inner,
    order: &Order,
    pen: &Pen,
    made: &Made,
) -> Result<String, Broken> {
    let call = match Call::parse(&made.name, &made.arguments) {
        Ok(call) => call,
        Err(refusal) => return Ok(refusal.message),
    };
    metrics::counter!("telecast_chat_tools_total", "tool" => call.tool().name()).increment(1);
    if !order.asker.scopes.contains(&call.tool().scope()) {
        return Ok("The person who asks may not do this.".to_owned());
    }
    if call.tool().reads() {
        let found = inner.hands.look(&call, &order.asker).await.unwrap_or_else(|fault| fault);
        return Ok(context::fenced(call.tool().name(), &found));
    }
    let (call, shows) = match inner.hands.preview(call, &order.asker).await {
        Ok(shown) => shown,
        Err(fault) => return Ok(fault),
    };
    let shows = shows.into_iter().take(limits::CALL_LINES).collect();
    let post = Post::Propose {
        fence: order.fence,
        tool: call.tool().name().to_owned(),
        arguments: call.arguments(),
        shows,
    };
    match pen.post(post).await {
        Ok(_) => Ok("It was proposed: the person sees what would change and decides by a button. Say so in one sentence; do not ask again.".to_owned()),
        Err(refused) if refused.code == "void" => Err(Broken::Unwanted),
        Err(refused) => Ok(refused.detail),
    }
}

/// Now, for whoever tells times.
pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}
