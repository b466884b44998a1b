//! Cases and stories: who may what when, what comes of it, and in which words it is refused.

use super::world::*;
use super::*;
use crate::limits;

/// What happened in a word each, for comparing.
fn kinds(outcome: &Outcome) -> Vec<String> {
    let kind = |event: &Event| match &event.body {
        Body::Ended { job, outcome, .. } => format!("ended {job} {outcome:?}").to_lowercase(),
        Body::Begun { job, answers, .. } => format!("begun {job} for {answers}"),
        Body::Mode { to, .. } => format!("mode {to:?}").to_lowercase(),
        body => serde_json::to_value(body).expect("written")["kind"].as_str().expect("a kind").to_owned(),
    };
    outcome.events.iter().map(kind).collect()
}

fn code(told: Result<Outcome, Refusal>) -> Code {
    told.expect_err("refused").code
}

#[test]
fn a_word_of_the_viewer_is_answered_and_a_newer_one_voids_the_answer() {
    let mut world = World::new();
    let first = world.tell(say("a", "What is on?"), &viewer()).expect("said");
    assert_eq!((kinds(&first), first.offset), (vec!["said".into(), "begun 1 for 1".into()], Offset(1)));
    let start = Effect::StartJob { fence: Fence(1), answers: Offset(1), why: Kind::Answer };
    assert_eq!(first.effects, [start]);
    world.hear(1, 0, "At eight").expect("it runs");

    let second = world.tell(say("b", "And tomorrow?"), &viewer()).expect("said");
    assert_eq!(kinds(&second), ["ended 1 void", "said", "begun 2 for 4"]);
    assert_eq!(second.offset, Offset(4), "it stands where the word does");
    assert_eq!(second.effects[0], Effect::StopJob { fence: Fence(1) });
    assert_eq!(code(world.hear(1, 8, " there is")), Code::Void);
    let Body::Ended { text, .. } = &second.events[0].body else { panic!("ended") };
    assert_eq!(text, "At eight", "what was shown stays, and no more comes");
}

#[test]
fn sending_again_is_the_same_message_even_where_nothing_could_be_said_any_more() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello")), (&viewer(), Command::Close {})]);
    let again = world.tell(say("a", "Hello?"), &viewer()).expect("it is there");
    assert_eq!((again.events, again.effects, again.offset), (vec![], vec![], Offset(1)));
    assert_eq!(code(world.tell(say("b", "Hello"), &viewer())), Code::Closed);

    let mut world = World::told(&[(&viewer(), say("a", "Hello")), (&viewer(), Command::AskHuman {})]);
    world.tell(Command::Take {}, &agent()).expect("taken");
    let other = world.tell(say("a", "Hello, Bert here"), &agent()).expect("said");
    assert_eq!(kinds(&other), ["said"], "another person's id is another");
}

#[test]
fn as_many_ids_are_remembered_as_are_named() {
    let mut world = World::told(&[(&viewer(), Command::AskHuman {})]);
    for number in 0..=limits::CLIENT_IDS {
        world.tell(say(&format!("id-{number}"), "x"), &viewer()).expect("said");
    }
    let kept = world.tell(say("id-1", "x"), &viewer()).expect("there");
    assert_eq!((kept.events, kept.offset), (vec![], Offset(3)));
    let forgotten = world.tell(say("id-0", "x"), &viewer()).expect("there");
    assert_eq!(kinds(&forgotten), ["said"], "of this the store's key knows");
    let key = forgotten.events[0].sent().map(|(account, id)| (account.as_str(), id.as_str()));
    assert_eq!(key, Some(("anna", "id-0")));
}

#[test]
fn a_piece_follows_the_piece_before_it() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    world.hear(1, 0, "Grüß").expect("first");
    for (at, text, why) in [(0, "Grüß", "twice"), (4, " Gott", "characters, not bytes"), (9, "!", "a gap")]
    {
        assert_eq!(code(world.hear(1, at, text)), Code::OutOfPlace, "{why}");
    }
    world.hear(1, 6, " Gott").expect("from byte 6 on");
    assert_eq!(world.state.job().map(|job| &*job.text), Some("Grüß Gott"));
}

#[test]
fn an_answer_without_end_is_cut_at_a_whole_character_and_can_be_gone_on_with() {
    let mut world = World::told(&[(&viewer(), say("a", "Count"))]);
    let most = "x".repeat(limits::ANSWER - 1);
    world.hear(1, 0, &most).expect("fits");
    let cut = world.state.append(&Delta { fence: Fence(1), at: most.len(), text: "ü!".into() }, world.now);
    let cut = cut.expect("taken as far as it fits");
    assert_eq!(
        (kinds(&cut), &cut.effects),
        (vec!["ended 1 cut".into()], &vec![Effect::StopJob { fence: Fence(1) }])
    );
    let Body::Ended { text, .. } = &cut.events[0].body else { panic!("ended") };
    assert_eq!(text.len(), most.len());
}

#[test]
fn in_each_mode_each_may_what_is_his() {
    let text = || "x".to_owned();
    let id = |name| client_id(name);
    let all = || {
        vec![
            ("say", say("new", "x")),
            ("edit", Command::Edit { message: Offset(1), text: text() }),
            ("resend", Command::Resend { client_id: id("r"), message: Offset(1), text: text() }),
            ("delete", Command::Delete { message: Offset(1) }),
            ("react", Command::React { message: Offset(1), emoji: "👍".into(), on: true }),
            ("read", Command::Read { upto: Offset(1) }),
            ("ask", Command::AskHuman {}),
            ("take", Command::Take {}),
            ("back", Command::HandBack { summary: None }),
            ("close", Command::Close {}),
            ("reopen", Command::Reopen {}),
            ("cancel", Command::Cancel { job: None }),
            ("again", Command::Regenerate { job: Fence(1) }),
            ("on", Command::Continue { job: Fence(1) }),
            ("title", Command::Title { title: text() }),
            ("model", Command::Model { name: None }),
        ]
    };
    let ask = || (viewer(), Command::AskHuman {});
    let take = || (agent(), Command::Take {});
    let close = || (viewer(), Command::Close {});
    let every = "say edit resend delete react read ask back close reopen cancel again on title model";
    let silent = "say edit delete react read ask back close reopen cancel title model";
    for (mode, story, who, may) in [
        (Mode::Assistant, vec![], viewer(), every),
        (Mode::Queued, vec![ask()], viewer(), silent),
        (Mode::Human, vec![ask(), take()], viewer(), silent),
        (Mode::Closed, vec![close()], viewer(), "read close reopen"),
        (Mode::Assistant, vec![], agent(), "take"),
        (Mode::Queued, vec![ask()], agent(), "react read take back close"),
        (Mode::Human, vec![ask(), take()], agent(), "say react read take back close"),
        (Mode::Closed, vec![ask(), take(), close()], agent(), ""),
        (Mode::Assistant, vec![], person("carl", false), ""),
        (Mode::Human, vec![ask(), take()], person("carl", false), ""),
    ] {
        let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
        world.hear(1, 0, "Good").expect("it runs");
        world.restart(4);
        for (who, command) in story {
            world.tell(command, &who).expect("the story");
        }
        assert_eq!(world.state.mode(), mode);
        let allowed =
            all().into_iter().filter(|(_, command)| world.state.apply(command, &who, world.now).is_ok());
        let allowed: Vec<&str> = allowed.map(|(name, _)| name).collect();
        assert_eq!(allowed.join(" "), may, "{mode:?}, {}", who.name);
    }
}

#[test]
fn who_may_not_know_of_it_is_told_what_is_told_of_what_never_was() {
    let world = World::told(&[(&viewer(), say("a", "Hello"))]);
    for who in [person("carl", false), agent()] {
        assert!(!world.state.may_read(&who.account, who.desk));
        let refused = world.state.apply(&say("x", "Hello"), &who, world.now);
        assert_eq!(refused, Err(Refusal::unknown()));
    }
    assert!(world.state.may_read(&account("anna"), false));
}

#[test]
fn a_takeover_silences_the_assistant_until_it_is_handed_back() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    world.hear(1, 0, "One mom").expect("it runs");
    let taken = world.tell(Command::Take {}, &agent()).expect("taken");
    assert_eq!(kinds(&taken), ["ended 1 void", "mode human"]);
    assert_eq!(world.state.agent(), Some(&account("bert")));
    assert_eq!(world.tell(Command::Take {}, &agent()).map(|again| again.events), Ok(vec![]));
    let said = world.tell(say("b", "Is somebody there?"), &viewer()).expect("said");
    assert_eq!((kinds(&said), said.effects), (vec!["said".into()], vec![]));

    let other = world.tell(Command::Take {}, &person("dora", true)).expect("from a colleague");
    assert_eq!((kinds(&other), world.state.agent()), (vec!["mode human".into()], Some(&account("dora"))));
    let summary = Some(" The dish was moved. ".into());
    let back = world.tell(Command::HandBack { summary }, &agent()).expect("handed back");
    let Body::Mode { to: Mode::Assistant, summary, .. } = &back.events[0].body else { panic!("a mode") };
    assert_eq!((summary.as_deref(), world.state.agent()), (Some("The dish was moved."), None));
    let said = world.tell(say("c", "Thanks. And now?"), &viewer()).expect("said");
    assert_eq!(kinds(&said), ["said", "begun 2 for 8"]);
}

#[test]
fn a_message_is_changed_by_who_wrote_it_as_long_as_it_is_there() {
    let mut world = World::told(&[(&viewer(), say("a", "Helo")), (&viewer(), Command::AskHuman {})]);
    world.tell(Command::Take {}, &agent()).expect("taken");
    world.tell(say("b", "Hi"), &agent()).expect("said");
    let (mine, answer, his) = (Offset(1), Offset(3), Offset(6));
    let edit = |message| Command::Edit { message, text: "Hello".into() };
    assert_eq!(kinds(&world.tell(edit(mine), &viewer()).expect("mine")), ["edited"]);
    for (message, refused) in [
        (his, Code::NotYours),
        (answer, Code::NotYours),
        (Offset(2), Code::NotFound),
        (Offset(0), Code::NotFound),
        (Offset(u64::MAX), Code::NotFound),
    ] {
        assert_eq!(code(world.tell(edit(message), &viewer())), refused, "{message}");
        assert_eq!(code(world.tell(Command::Delete { message }, &viewer())), refused, "{message}");
    }
    world.tell(Command::Delete { message: mine }, &viewer()).expect("mine");
    assert_eq!(code(world.tell(edit(mine), &viewer())), Code::Deleted);
    assert_eq!(
        world.tell(Command::Delete { message: mine }, &viewer()).map(|again| again.events),
        Ok(vec![])
    );
    let reply = Command::Say { client_id: client_id("c"), text: "?".into(), reply_to: Some(mine), pin: None };
    assert!(world.tell(reply, &viewer()).is_ok(), "what was typed meanwhile is not lost");
}

#[test]
fn of_what_is_long_past_it_is_said_that_it_is() {
    let mut world = World::told(&[(&viewer(), Command::AskHuman {})]);
    for number in 0..=limits::MESSAGES_HELD {
        world.tell(say(&format!("id-{number}"), "x"), &viewer()).expect("said");
    }
    assert_eq!(code(world.tell(Command::Delete { message: Offset(2) }, &viewer())), Code::TooOld);
    assert!(world.tell(Command::Delete { message: Offset(3) }, &viewer()).is_ok());
    let (id, text) = (client_id("r"), "that one".to_owned());
    let reply = Command::Say { client_id: id, text, reply_to: Some(Offset(2)), pin: None };
    assert!(world.tell(reply, &viewer()).is_ok(), "it can be replied to all the same");
}

#[test]
fn deleting_a_question_ends_its_answer_and_editing_does_not() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    let edited = world.tell(Command::Edit { message: Offset(1), text: "Hi".into() }, &viewer());
    assert_eq!(kinds(&edited.expect("mine")), ["edited"]);
    let deleted = world.tell(Command::Delete { message: Offset(1) }, &viewer()).expect("mine");
    assert_eq!(kinds(&deleted), ["ended 1 void", "deleted"]);
    assert_eq!(code(world.tell(Command::Regenerate { job: Fence(1) }, &viewer())), Code::Deleted);
}

#[test]
fn what_is_sent_otherwise_is_answered_anew_and_once() {
    let mut world = World::told(&[(&viewer(), say("a", "Helo"))]);
    world.hear(1, 0, "What").expect("it runs");
    let resend = || Command::Resend { client_id: client_id("b"), message: Offset(1), text: "Hello".into() };
    let resent = world.tell(resend(), &viewer()).expect("mine");
    assert_eq!(kinds(&resent), ["ended 1 void", "edited", "begun 2 for 1"]);
    assert!(matches!(resent.effects[1], Effect::StartJob { why: Kind::Again { of: Fence(1) }, .. }));
    let again = world.tell(resend(), &viewer()).expect("it is there");
    assert_eq!((again.events, again.offset), (vec![], resent.offset));
}

#[test]
fn an_answer_is_made_anew_once_for_each_time_it_is_asked() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    world.answer(1, "Good evening");
    let regenerate = |job| Command::Regenerate { job: Fence(job) };
    let again = world.tell(regenerate(1), &viewer()).expect("the last");
    assert_eq!(kinds(&again), ["begun 2 for 1"]);
    assert_eq!(code(world.tell(regenerate(1), &viewer())), Code::Superseded, "a second click");
    assert_eq!(code(world.tell(regenerate(3), &viewer())), Code::NotFound);
    assert_eq!(
        kinds(&world.tell(regenerate(2), &viewer()).expect("the last")),
        ["ended 2 void", "begun 3 for 1"]
    );
    assert_eq!(code(world.tell(Command::Continue { job: Fence(3) }, &viewer())), Code::NotCut);
}

#[test]
fn a_cancel_that_is_late_meets_nobody_else() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello")), (&viewer(), say("b", "Hello?"))]);
    let cancel = |job: Option<u64>| Command::Cancel { job: job.map(Fence) };
    assert_eq!(world.tell(cancel(Some(1)), &viewer()).map(|late| late.events), Ok(vec![]));
    assert_eq!(code(world.tell(cancel(Some(3)), &viewer())), Code::NotFound);
    assert_eq!(kinds(&world.tell(cancel(Some(2)), &viewer()).expect("it runs")), ["ended 2 cancelled"]);
    assert_eq!(world.tell(cancel(None), &viewer()).map(|none| none.events), Ok(vec![]));
}

#[test]
fn a_proposal_is_decided_once_by_whom_it_was_made_to() {
    let mut world = World::told(&[(&viewer(), say("a", "Record Tatort"))]);
    world.propose(1).expect("it runs");
    world.answer(1, "Shall I?");
    world.tell(Command::AskHuman {}, &viewer()).expect("asked");
    let (confirm, decline) =
        (|| Command::Confirm { call: CallId(1) }, || Command::Decline { call: CallId(1) });
    assert_eq!(code(world.tell(confirm(), &agent())), Code::NotYours);
    let confirmed = world.tell(confirm(), &viewer()).expect("open");
    assert_eq!(confirmed.effects, [Effect::RunCall { call: CallId(1) }]);
    assert_eq!(code(world.tell(confirm(), &viewer())), Code::Settled);
    assert_eq!(code(world.tell(decline(), &viewer())), Code::Settled);
    assert_eq!(code(world.tell(Command::Confirm { call: CallId(2) }, &viewer())), Code::NotFound);
    let undo = || Command::Undo { call: CallId(1) };
    assert_eq!(code(world.tell(undo(), &viewer())), Code::NotUndoable, "nothing is done yet");

    // Whatever happens meanwhile, what came of it is told.
    world.tell(Command::Close {}, &viewer()).expect("closed");
    let ran = |undo| Post::Ran { call: CallId(1), outcome: Came::Done, text: "It is set.".into(), undo };
    world.post(ran(true)).expect("waited for");
    assert_eq!(code(world.tell(undo(), &viewer())), Code::Closed);
    world.tell(Command::Reopen {}, &viewer()).expect("reopened");
    let undoing = world.tell(undo(), &viewer()).expect("it can");
    assert_eq!(undoing.effects, [Effect::UndoCall { call: CallId(1) }]);
    assert_eq!(code(world.tell(undo(), &viewer())), Code::NotUndoable, "twice");
    let failed = Post::Undid { call: CallId(1), outcome: Came::Failed, text: "Not now.".into() };
    world.post(failed).expect("waited for");
    world.tell(undo(), &viewer()).expect("once more");
    let undone = Post::Undid { call: CallId(1), outcome: Came::Done, text: "It is gone.".into() };
    world.post(undone).expect("waited for");
    assert_eq!(code(world.tell(undo(), &viewer())), Code::NotUndoable);
}

#[test]
fn what_a_void_job_proposed_is_declined_with_it_and_closing_declines_the_rest() {
    let mut world = World::told(&[(&viewer(), say("a", "Record Tatort"))]);
    world.propose(1).expect("it runs");
    world.answer(1, "Shall I?");
    world.tell(say("b", "And the news"), &viewer()).expect("said");
    world.propose(2).expect("it runs");
    let cancelled = world.tell(Command::Cancel { job: None }, &viewer()).expect("cancelled");
    assert_eq!(kinds(&cancelled), ["ended 2 cancelled", "declined"]);
    assert_eq!(world.state.call(CallId(1)).map(|call| call.state), Some(CallState::Open));
    world.tell(say("c", "Hello?"), &viewer()).expect("said");
    world.propose(3).expect("it runs");
    let closed = world.tell(Command::Close {}, &viewer()).expect("closed");
    assert_eq!(kinds(&closed), ["ended 3 void", "declined", "declined", "mode closed"]);
    assert_eq!(code(world.propose(3)), Code::Void);
}

#[test]
fn proposals_are_bounded() {
    let mut world = World::told(&[(&viewer(), say("a", "Record everything"))]);
    for _ in 0..limits::CALLS_OPEN {
        world.propose(1).expect("open");
    }
    assert_eq!(code(world.propose(1)), Code::Full);
    let (fence, tool) = (Fence(1), "add_timer".to_owned());
    let arguments = serde_json::Value::String("x".repeat(limits::CALL_ARGUMENTS));
    world.tell(Command::Decline { call: CallId(1) }, &viewer()).expect("open");
    let large = Post::Propose { fence, tool, arguments, shows: vec![] };
    assert_eq!(code(world.post(large)), Code::TooLarge);
    for call in 2.. {
        if world.propose(1).is_err() || call > 2 * limits::CALLS_KEPT as u64 {
            break;
        }
        world.tell(Command::Decline { call: CallId(call) }, &viewer()).expect("open");
    }
    assert_eq!(world.state.calls().count(), limits::CALLS_KEPT);
    assert_eq!(code(world.tell(Command::Confirm { call: CallId(1) }, &viewer())), Code::TooOld);
}

#[test]
fn what_came_of_a_call_is_told_when_the_assistant_may_speak() {
    let mut world = World::told(&[(&viewer(), say("a", "Record Tatort"))]);
    world.propose(1).expect("it runs");
    let begin = || Post::Begin { call: CallId(1) };
    assert_eq!(code(world.post(begin())), Code::Busy, "nothing has come of it");
    world.tell(Command::Confirm { call: CallId(1) }, &viewer()).expect("open");
    let ran = Post::Ran { call: CallId(1), outcome: Came::Done, text: "It is set.".into(), undo: false };
    world.post(ran).expect("waited for");
    assert_eq!(code(world.post(begin())), Code::Busy, "an answer is in the making");
    world.answer(1, "Shall I?");
    let further = world.post(begin()).expect("now");
    assert_eq!(kinds(&further), ["begun 2 for 1"]);
    world.tell(Command::AskHuman {}, &viewer()).expect("asked");
    assert_eq!(code(world.post(begin())), Code::Silent);
}

#[test]
fn a_provider_that_does_not_answer_is_told_with_the_one_that_does() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    let name = |name: &str| Some(name.to_owned());
    let asks = |provider: &str, instead_of| Post::Asks {
        fence: Fence(1),
        provider: name(provider),
        model: name("m"),
        instead_of,
    };
    world.post(asks("north", None)).expect("it runs");
    let instead = Instead { provider: "north".into(), detail: "It did not answer within 20 s.".into() };
    let told = world.post(asks("south", Some(instead.clone()))).expect("it runs");
    assert!(matches!(&told.events[0].body, Body::Asked { instead_of: Some(of), .. } if *of == instead));
    assert_eq!(told.events[0].request_id.as_ref().map(RequestId::as_str), Some("request-of-anna"));
    world.answer(1, "Hi");
    let by = Author::Assistant { provider: name("south"), model: name("m") };
    assert_eq!(world.log.last().map(|event| &event.author), Some(&by));
    assert_eq!(code(world.post(asks("west", None))), Code::Void);
}

#[test]
fn a_stop_cuts_the_answer_as_far_as_it_was_put_aside() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    world.propose(1).expect("it runs");
    world.tell(Command::Confirm { call: CallId(1) }, &viewer()).expect("open");
    world.hear(1, 0, "Good evening").expect("it runs");
    world.restart(4);
    let [.., ended, done] = &world.log[..] else { panic!("both") };
    assert!(matches!(&ended.body, Body::Ended { outcome: Ending::Cut, text, .. } if text == "Good"));
    assert!(matches!(&done.body, Body::Done { outcome: Came::Unknown, undo: false, .. }));
    assert_eq!(code(world.hear(1, 4, " evening")), Code::Void);
    let on = world.tell(Command::Continue { job: Fence(1) }, &viewer()).expect("it was cut");
    assert!(matches!(on.effects[..], [Effect::StartJob { why: Kind::Onward { of: Fence(1) }, .. }]));
}

#[test]
fn reactions_receipts_titles_and_models_are_told_where_they_change_something() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    let react = |emoji: &str, on| Command::React { message: Offset(1), emoji: emoji.into(), on };
    let title = |title: &str| Command::Title { title: title.into() };
    let model = |name: Option<&str>| Command::Model { name: name.map(str::to_owned) };
    for (command, told) in [
        (react("👍", false), 0),
        (react("👍", true), 1),
        (react("👍", true), 0),
        (react("1️⃣", true), 1),
        (react("🏴󠁧󠁢󠁥󠁮󠁧󠁿", true), 1),
        (react("👍", false), 1),
        (Command::Read { upto: Offset(2) }, 1),
        (Command::Read { upto: Offset(1) }, 0),
        (title("Tatort"), 1),
        (title("Tatort"), 0),
        (model(None), 0),
        (model(Some("small")), 1),
    ] {
        let outcome = world.tell(command.clone(), &viewer());
        assert_eq!(outcome.map(|outcome| outcome.events.len()), Ok(told), "{command:?}");
    }
    assert_eq!(world.state.people()[&account("anna")].read, Offset(2));
    assert_eq!((world.state.title(), world.state.model()), (Some("Tatort"), Some("small")));
    let given = world.post(Post::Title { title: "Greeting".into() });
    assert_eq!(given.map(|given| given.events), Ok(vec![]), "a person's word stands");
}

#[test]
fn what_is_said_has_bounds() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    let react = |emoji: &str| Command::React { message: Offset(1), emoji: emoji.into(), on: true };
    let pinned = |channel: &str| Command::Say {
        client_id: client_id("p"),
        text: "x".into(),
        reply_to: None,
        pin: Some(Pin {
            channel: crate::lineup::ChannelId(channel.into()),
            programme: None,
            moment: jiff::Timestamp::UNIX_EPOCH,
        }),
    };
    let title = |title: &str| Command::Title { title: title.into() };
    let long = "ü".repeat(limits::MESSAGE / 2);
    for (command, refused) in [
        (say("b", " \n\t"), Some(Code::Empty)),
        (say("b", &long), None),
        (say("c", &format!("{long}!")), Some(Code::TooLarge)),
        (Command::HandBack { summary: Some("x".repeat(limits::SUMMARY + 1)) }, None),
        (react("ok"), Some(Code::Invalid)),
        (react("👍 "), Some(Code::Invalid)),
        (react(""), Some(Code::Invalid)),
        (react(&"👍".repeat(11)), Some(Code::Invalid)),
        (pinned("1-2-3-4"), None),
        (pinned(""), Some(Code::Invalid)),
        (pinned(&"x".repeat(limits::FAVOURITE_ID + 1)), Some(Code::Invalid)),
        (title(&"ü".repeat(limits::TITLE)), None),
        (title(&"x".repeat(limits::TITLE + 1)), Some(Code::TooLarge)),
        (title("two\nlines"), Some(Code::Invalid)),
        (title(""), Some(Code::Empty)),
        (Command::Read { upto: Offset(99) }, Some(Code::NotFound)),
    ] {
        let got = world.tell(command.clone(), &viewer()).err().map(|refusal| refusal.code);
        assert!(got == refused || (refused.is_none() && got.is_none()), "{got:?} for {command:?}");
        if matches!(&command, Command::Say { client_id, .. } if client_id.as_str() == "p") && got.is_none() {
            // The next pin is another message.
            world = World::told(&[(&viewer(), say("a", "Hello"))]);
        }
    }
}

#[test]
fn an_event_that_does_not_follow_is_no_event() {
    let world = World::told(&[(&viewer(), say("a", "Hello"))]);
    let mut other = empty();
    let (first, second) = (&world.log[0], &world.log[1]);
    let gap = |expected, got| Err(Broken::Offset { expected: Offset(expected), got: Offset(got) });
    assert_eq!(other.fold(second), gap(1, 2));
    assert_eq!(other.fold(first), Ok(()));
    assert_eq!(other.fold(first), gap(2, 1));
    let foreign = Event { epoch: Epoch::new("second").expect("an epoch"), ..second.clone() };
    assert!(matches!(other.fold(&foreign), Err(Broken::Epoch { .. })));
}

#[test]
fn a_transcript_reads_as_the_conversation_does_now() {
    let mut world = World::told(&[(&viewer(), say("a", "Helo"))]);
    world.answer(1, "Who is Helo?");
    let (id, message) = (client_id("b"), Offset(1));
    world.tell(Command::Resend { client_id: id, message, text: "Hello".into() }, &viewer()).expect("mine");
    world.propose(2).expect("it runs");
    world.hear(2, 0, "Good ").expect("it runs");
    world.restart(5);
    world.tell(Command::Continue { job: Fence(2) }, &viewer()).expect("it was cut");
    world.answer(3, "evening");
    world.tell(say("c", "Forget it"), &viewer()).expect("said");
    let gone = world.log.iter().rfind(|event| matches!(event.body, Body::Said { .. })).expect("said").offset;
    world.tell(Command::Delete { message: gone }, &viewer()).expect("mine");
    world.tell(Command::Regenerate { job: Fence(3) }, &viewer()).expect("the last");
    world.tell(Command::React { message, emoji: "👋".into(), on: true }, &viewer()).expect("there");
    world.tell(Command::Take {}, &agent()).expect("void before its first word");
    world.tell(Command::HandBack { summary: Some("He is fine.".into()) }, &agent()).expect("handed back");

    let turns = transcript(&world.log);
    let read: Vec<(&str, bool, Option<Ending>)> =
        turns.iter().map(|turn| (&*turn.text, turn.edited, turn.ending)).collect();
    let expected = [
        ("Hello", true, None),
        ("Good evening", false, Some(Ending::Finished)),
        ("He is fine.", false, None),
    ];
    assert_eq!(read, expected);
    assert_eq!(turns[0].reactions, [(account("anna"), "👋".into())]);
    assert_eq!((turns[1].calls.len(), turns[1].answers, turns[1].job), (1, Some(Offset(1)), Some(Fence(3))));
    let known = |why| context(&turns, Offset(1), why).iter().map(|turn| &*turn.text).collect::<Vec<_>>();
    assert_eq!(known(Kind::Again { of: Fence(3) }), ["Hello"]);
    assert_eq!(known(Kind::Onward { of: Fence(3) }), ["Hello", "Good evening"]);
    assert_eq!(known(Kind::Further { call: CallId(1) }).len(), 3);
}

#[test]
fn what_is_wrong_in_a_command_is_named_with_its_place() {
    for (json, says) in [
        ("{", "This is no JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "A command is an object with a kind."),
        ("{}", "kind: a command names its kind"),
        (r#"{"kind":7}"#, "kind: a command names its kind"),
        (r#"{"kind":"sing"}"#, "kind: unknown variant `sing`"),
        (r#"{"kind":"say","client_id":"a"}"#, "missing field `text`"),
        (r#"{"kind":"say","client_id":"","text":"x"}"#, "client_id: an id has 1 to 64 characters"),
        (r#"{"kind":"say","client_id":"a","text":7}"#, "text: invalid type: integer `7`, expected a string"),
        (r#"{"kind":"say","client_id":"a","text":"x","author":"bert"}"#, "author: unknown field `author`"),
        (r#"{"kind":"edit","message":-1,"text":"x"}"#, "message: invalid value"),
        (
            r#"{"kind":"say","client_id":"a","text":"x","pin":{"channel":"1","moment":"noon"}}"#,
            "pin.moment: failed to parse",
        ),
        (r#"{"kind":"ask_human","why":"so"}"#, "why: unknown field `why`"),
        (r#"{"kind":"take"} {}"#, "This is no JSON: trailing characters"),
    ] {
        let refused = Command::parse(json.as_bytes()).expect_err(json);
        assert_eq!(refused.code, Code::Invalid);
        assert!(refused.detail.starts_with(says), "{json}: {}", refused.detail);
    }
    let deep = [br#"{"kind":"#.as_slice(), &b"[".repeat(50_000)].concat();
    assert_eq!(Command::parse(&deep).map_err(|refusal| refusal.code), Err(Code::Invalid));
    let long = b" ".repeat(limits::FRAME + 1);
    assert_eq!(Command::parse(&long).map_err(|refusal| refusal.code), Err(Code::TooLarge));
    let pinned = br#"{"kind":"say","client_id":"a","text":"x","pin":{"channel":"1-2-3-4","programme":"p","moment":"2026-03-28T20:15:07Z"}}"#;
    assert!(matches!(Command::parse(pinned), Ok(Command::Say { pin: Some(_), reply_to: None, .. })));
}

#[test]
fn an_event_is_written_so() {
    let mut world = World::told(&[(&viewer(), say("a", "Hello"))]);
    world.propose(1).expect("it runs");
    world.answer(1, "Good evening");
    let lines = world.log.iter().map(|event| serde_json::to_string(event).expect("written"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn codes_are_named_as_they_are_written() {
    for code in [Code::Invalid, Code::NotYours, Code::OutOfPlace, Code::NotCut, Code::NotUndoable, Code::Full]
    {
        assert_eq!(serde_json::to_value(code).expect("written"), code.name());
    }
}
