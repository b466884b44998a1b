//! The whole guide of a box: one call for each bouquet, or one for each service where a box's call for bouquets crashes.

use serde_json::Value;
use telecast_core::guide::{Airing, Moment, Programme, Text, understand};
use telecast_core::lineup::ServiceRef;

use super::reply::{LATEST_S, number, parse, text};
use super::{Client, Crash, Trouble};

impl Client {
    /// All that the box knows of the services of a bouquet for so many days ahead. On some boxes this very call always crashes ([`Trouble::Failing`]); then
    /// [`Self::guide_of`] may work.
    pub async fn guide(&self, bouquet: &str, days: u32) -> Result<Vec<Airing>, Trouble> {
        let minutes = (days * 1440).to_string();
        let body =
            self.get("api/epgbouquet", &[("bRef", bouquet), ("endTime", &minutes)], Crash::Answers).await?;
        airings(&body).await
    }

    /// The same of one service.
    pub async fn guide_of(&self, service: &ServiceRef, days: u32) -> Result<Vec<Airing>, Trouble> {
        let (reference, minutes) = (service.to_string(), (days * 1440).to_string());
        let query = [("sRef", reference.as_str()), ("endTime", &minutes)];
        let body = self.get("api/epgservice", &query, Crash::Fails).await?;
        airings(&body).await
    }
}

/// Reads a reply of many megabytes where nobody waits for it.
async fn airings(body: &[u8]) -> Result<Vec<Airing>, Trouble> {
    let body = body.to_vec();
    let read = tokio::task::spawn_blocking(move || {
        let value = parse(&body)?;
        let list = value.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(list.iter().filter_map(airing).collect())
    });
    read.await.unwrap_or_else(|_| Err(Trouble::NotAReceiver("its guide cannot be read".into())))
}

/// An airing; a dummy (id 0, title `N/A`) is none.
fn airing(value: &Value) -> Option<Airing> {
    let service = ServiceRef::parse(&text(value.get("sref"))?)?;
    let believable = |seconds: &i64| (1..=LATEST_S).contains(seconds);
    let start_s = number(value.get("begin_timestamp")).filter(believable)?;
    let duration_s = number(value.get("duration_sec")).filter(believable)?;
    let texts = |key| {
        let text = text(value.get(key)).filter(|text| !text.trim().is_empty());
        text.map(|text| Text { language: None, text }).into_iter().collect::<Vec<_>>()
    };
    let mut programme = Programme {
        titles: texts("title"),
        subtitles: texts("shortdesc"),
        descriptions: texts("longdesc"),
        categories: texts("genre"),
        genres: number(value.get("genreid"))
            .and_then(|id| u8::try_from(id).ok())
            .filter(|id| *id != 0)
            .into_iter()
            .collect(),
        ..Programme::default()
    };
    understand(&mut programme);
    let title = programme.titles.first()?;
    if title.text == "N/A" {
        return None;
    }
    Some(Airing {
        channel: service.channel_id(),
        start_ms: start_s * 1000,
        end_ms: (start_s + duration_s) * 1000,
        event_id: number(value.get("id")).filter(|id| *id != 0),
        moment: Moment::default(),
        programme: Box::new(programme),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_boxes_send_them() {
        let event = serde_json::json!({"sref": "1:0:19:1:2:3:C00000:0:0:0:", "begin_timestamp": "100", "duration_sec": 60,
            "title": "Tom &amp; Jerry", "id": "5", "shortdesc": null, "longdesc": "a\u{8a}b", "genre": "Show", "genreid": 48});
        let read = airing(&event).expect("an airing");
        assert_eq!((read.start_ms, read.end_ms, read.event_id), (100_000, 160_000, Some(5)));
        assert_eq!(read.programme.titles[0].text, "Tom & Jerry");
        assert_eq!(read.programme.descriptions[0].text, "a\nb");
        assert!(read.programme.subtitles.is_empty() && read.programme.genres == [0x30]);
        for (key, value) in [("title", "N/A"), ("title", ""), ("begin_timestamp", "0"), ("sref", "x")] {
            let mut dummy = event.clone();
            dummy[key] = value.into();
            assert!(airing(&dummy).is_none(), "{key}");
        }
    }
}
