//! The guide as XMLTV, for players: made a few channels at a time as it is taken, so that nothing of it is held and nobody waits for a slow reader. It gives the
//! sources' own words.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use telecast_core::guide::xmltv::{Channel, Head, Writer};
use telecast_core::guide::{Image, Text, prefer};
use telecast_core::limits;
use telecast_core::lineup::{self, ChannelId};
use telecast_core::players::Player;

use super::{Entry, Guide};

/// Channels that are read at once.
const CHUNK: usize = 20;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Export {
    /// These channels, in this order.
    pub channels: Vec<Listed>,
    /// What is not for this age is left out: the age, and whether what nobody has rated is for it.
    pub age: Option<(u8, bool)>,
    /// The program that it is for; none: any.
    pub player: Option<Player>,
    /// Languages that whoever reads it prefers: of several texts those come first, which is all that most players look at.
    pub languages: Arc<[String]>,
}

/// A channel that is exported.
#[derive(Clone, Debug)]
pub struct Listed {
    id: ChannelId,
    name: String,
    number: u32,
    radio: bool,
    logo: String,
}

impl Listed {
    /// A channel, whose logo lies at that address.
    pub fn of(channel: &lineup::Channel, logo: String) -> Self {
        let (id, name) = (channel.id.clone(), channel.name.clone());
        Self { id, name, number: channel.number, radio: channel.radio, logo }
    }

    /// As it stands in the guide; none: the program that it is for leaves it out.
    fn told(&self, player: Option<Player>) -> Option<Channel> {
        let channel = Channel {
            id: self.id.in_guides().into(),
            names: vec![Text { language: None, text: self.name.clone() }],
            icons: vec![Image { url: self.logo.as_str().into(), ..Image::default() }],
            urls: Vec::new(),
        };
        match player {
            Some(player) => player.channel(channel, self.number, self.radio),
            None => Some(channel),
        }
    }
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
        mut export: Export,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let now = self.clock.wall_ms();
        let past = now - self.settings.now().guide_past.as_millis() as i64;
        let window_ms = (past, now + limits::GUIDE_FAR.as_millis() as i64);
        let gathered = Gathered::default();
        let begun = begin(gathered.clone(), &mut export);
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
            let ids: Vec<ChannelId> = some.iter().take(CHUNK).map(|channel| channel.id.clone()).collect();
            self.done += ids.len();
            let rows = match self.guide.entries(&ids, self.window_ms.0, self.window_ms.1).await {
                Ok(rows) => rows,
                Err(error) => return Some(Err(io::Error::other(error))),
            };
            for (channel, entries) in rows {
                if let Err(error) = write(writer, &channel, entries, &self.export) {
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

/// Begins the guide with its channels; those that are left out are taken from the export, and those that stand there twice.
fn begin(out: Gathered, export: &mut Export) -> io::Result<Writer<Gathered>> {
    let head = Head { generator_info_name: Some("Telecast".into()), ..Head::default() };
    let mut writer = Writer::new(out, &head)?;
    let (mut seen, mut fault) = (HashSet::new(), None);
    export.channels.retain(|channel| {
        let told = channel.told(export.player).filter(|_| seen.insert(channel.id.clone()));
        let Some(told) = told else { return false };
        fault = fault.take().or_else(|| writer.channel(&told).err());
        true
    });
    fault.map_or(Ok(writer), Err)
}

fn write(
    writer: &mut Writer<Gathered>,
    channel: &ChannelId,
    entries: Vec<Entry>,
    export: &Export,
) -> io::Result<()> {
    let is_for = |entry: &Entry| {
        let of = entry.airing.programme.age;
        export.age.is_none_or(|(age, unrated)| of.map_or(unrated, |of| of <= age))
    };
    for Entry { mut airing, .. } in entries.into_iter().filter(is_for) {
        let programme = &mut airing.programme;
        for texts in [&mut programme.titles, &mut programme.subtitles, &mut programme.descriptions] {
            prefer(texts, &export.languages);
        }
        if let Some(player) = export.player {
            player.programme(airing.start_ms, &mut airing.programme);
        }
        let end_ms = Some(airing.end_ms);
        writer.airing(&channel.in_guides(), airing.start_ms, end_ms, &airing.moment, &airing.programme)?;
    }
    Ok(())
}
