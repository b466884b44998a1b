//! The guide as XMLTV, for players: made a few channels at a time as it is taken, so that nothing of it is held and nobody waits for a slow reader. It gives the
//! sources' own words.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use telecast_core::guide::xmltv::{Channel, Head, Writer};
use telecast_core::guide::{Image, Text};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;

use super::{Entry, Guide};

/// Channels that are read at once.
const CHUNK: usize = 20;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Export {
    /// These channels, in this order: id, name, and where its logo lies.
    pub channels: Vec<(ChannelId, String, String)>,
    /// What is not for this age is left out: the age, and whether what nobody has rated is for it.
    pub age: Option<(u8, bool)>,
}

/// What was written and not yet taken.
#[derive(Clone, Default)]
struct Gathered(Arc<Mutex<Vec<u8>>>);

impl Gathered {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl io::Write for Gathered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An export under way.
struct Making {
    guide: Guide,
    export: Export,
    /// From when on, and until when (milliseconds since 1970).
    window_ms: (i64, i64),
    gathered: Gathered,
    /// None: it has ended, well or not.
    writer: Option<Writer<Gathered>>,
    /// Channels that are written.
    done: usize,
}

impl Guide {
    /// The guide from `guide.past` ago on. After an error nothing comes any more: it is not the whole guide.
    pub(in crate::app) fn export(
        &self,
        export: Export,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let now = self.clock.wall_ms();
        let past = now - self.settings.now().guide_past.as_millis() as i64;
        let window_ms = (past, now + limits::GUIDE_FAR.as_millis() as i64);
        let gathered = Gathered::default();
        let begun = begin(gathered.clone(), &export.channels);
        let (writer, fault) = match begun {
            Ok(writer) => (Some(writer), None),
            Err(fault) => (None, Some(fault)),
        };
        let making = Making { guide: self.clone(), export, window_ms, gathered, writer, done: 0 };
        unfold((making, fault), |(mut making, fault)| async move {
            let piece = match fault {
                Some(fault) => Err(fault),
                None => making.next().await?,
            };
            if piece.is_err() {
                making.writer = None;
            }
            Some((piece, (making, None)))
        })
    }
}

impl Making {
    /// The next piece; none: that was all.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        while let Some(writer) = &mut self.writer {
            let Some(some) = self.export.channels.get(self.done..).filter(|rest| !rest.is_empty()) else {
                let ended = self.writer.take()?.finish();
                return Some(ended.map(|_| self.gathered.take()));
            };
            let ids: Vec<ChannelId> = some.iter().take(CHUNK).map(|(id, ..)| id.clone()).collect();
            self.done += ids.len();
            let rows = match self.guide.filled(&ids, self.window_ms.0, self.window_ms.1).await {
                Ok(rows) => rows,
                Err(error) => return Some(Err(io::Error::other(error))),
            };
            for (channel, entries) in rows {
                if let Err(error) = write(writer, &channel, &entries, self.export.age) {
                    return Some(Err(error));
                }
            }
            let piece = self.gathered.take();
            if !piece.is_empty() {
                return Some(Ok(piece));
            }
        }
        None
    }
}

fn begin(out: Gathered, channels: &[(ChannelId, String, String)]) -> io::Result<Writer<Gathered>> {
    let head = Head { generator_info_name: Some("Telecast".into()), ..Head::default() };
    let mut writer = Writer::new(out, &head)?;
    let mut seen = HashSet::new();
    for (id, name, logo) in channels.iter().filter(|(id, ..)| seen.insert(id)) {
        let names = vec![Text { language: None, text: name.clone() }];
        let icons = vec![Image { url: logo.as_str().into(), ..Image::default() }];
        writer.channel(&Channel { id: id.in_guides().into(), names, icons, urls: Vec::new() })?;
    }
    Ok(writer)
}

fn write(
    writer: &mut Writer<Gathered>,
    channel: &ChannelId,
    entries: &[Entry],
    age: Option<(u8, bool)>,
) -> io::Result<()> {
    let is_for = |entry: &&Entry| {
        let of = entry.airing.programme.age;
        entry.generated || age.is_none_or(|(age, unrated)| of.map_or(unrated, |of| of <= age))
    };
    for Entry { airing, .. } in entries.iter().filter(is_for) {
        let end_ms = Some(airing.end_ms);
        writer.airing(&channel.in_guides(), airing.start_ms, end_ms, &airing.moment, &airing.programme)?;
    }
    Ok(())
}
