//! Answers without any model: what `core::assistant::plain` understands is looked up or proposed by the same hands.

use telecast_core::assistant::Made;
use telecast_core::assistant::plain::{Language, Listening, Meant, understand};
use telecast_core::assistant::tools::Call;
use telecast_core::conversation::{Author, Post, Turn};

use super::Inner;
use super::job::{Broken, Writing, used_tool};

/// Answers the newest words.
pub(super) async fn answer(inner: &Inner, turns: &[Turn], writing: &mut Writing<'_>) -> Result<(), Broken> {
    let order = writing.order;
    writing
        .pen
        .post(Post::Asks { fence: order.fence, provider: None, model: None, instead_of: None })
        .await?;
    let newest = turns
        .iter()
        .rev()
        .find(|turn| turn.answers.is_none() && matches!(turn.author, Author::Person { .. }));
    let Some(newest) = newest else { return Ok(()) };
    let now = inner.hands.zoned_now();
    let is_channel = |name: &str| inner.hands.is_channel(name, &order.asker);
    let understood = {
        let listening = Listening { now: &now, language: Language::English, is_channel: &is_channel };
        understand(&newest.text, &listening)
    };
    let german = understood.language == Language::German;
    match understood.meant {
        Meant::Calls(calls) => {
            for call in calls {
                let text = done(inner, writing, &call, german).await?;
                writing.write(&format!("{text}\n\n")).await;
            }
        }
        Meant::Help { is_asked, sentences } => {
            let first = match (is_asked, german) {
                (true, false) => "You can ask me, for instance:",
                (true, true) => "Sie können mich zum Beispiel fragen:",
                (false, false) => "I did not understand that. You can ask me, for instance:",
                (false, true) => "Das habe ich nicht verstanden. Sie können mich zum Beispiel fragen:",
            };
            let lines: Vec<String> = sentences.iter().map(|sentence| format!("- {sentence}")).collect();
            writing.write(&format!("{first}\n{}", lines.join("\n"))).await;
        }
    }
    Ok(())
}

async fn done(inner: &Inner, writing: &Writing<'_>, call: &Call, german: bool) -> Result<String, Broken> {
    if call.tool().reads() {
        let asker = &writing.order.asker;
        if !asker.scopes.contains(&call.tool().scope()) {
            return Ok(if german { "Das dürfen Sie nicht." } else { "You may not do this." }.to_owned());
        }
        return Ok(inner.hands.look(call, asker).await.unwrap_or_else(|fault| fault));
    }
    let made = Made { id: "plain".into(), name: call.tool().name().to_owned(), arguments: call.arguments() };
    let before = used_tool(inner, writing.order, writing.pen, &made).await?;
    // What was proposed is seen in its card; what could not be is said.
    let is_proposed = before.starts_with("It was proposed");
    Ok(match (is_proposed, german) {
        (true, false) => "Shall I do this?".to_owned(),
        (true, true) => "Soll ich das tun?".to_owned(),
        (false, _) => before,
    })
}
