//! What channels carried when they were last on: for provisional plans, and for starting a transcoder before the tuner has locked.
//! It is read from the store at start, and lives in memory from then on.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use telecast_core::lineup::ChannelId;
use telecast_core::playback::{AudioCodec, AudioTrack, Role, SourceTracks, VideoCodec, VideoTrack};
use telecast_media::tape::{Origin, Setup, Track};
use telecast_media::ts::psi::Kind;

use super::ledger::Ledger;
use super::view::TrackView;

/// Channels remembered; the oldest knowledge is not worth more than this many.
const CHANNELS: usize = 5_000;

/// Tracks by channel id; cheap to clone.
#[derive(Clone)]
pub(super) struct Memory {
    all: Arc<ArcSwap<HashMap<String, Arc<SourceTracks>>>>,
    ledger: Ledger,
}

impl Memory {
    /// With what an earlier run has seen; what is new is noted in `ledger`.
    pub(super) fn new(seen: HashMap<ChannelId, SourceTracks>, ledger: Ledger) -> Self {
        let seen = seen.into_iter().take(CHANNELS).map(|(channel, tracks)| (channel.0, Arc::new(tracks)));
        Self { all: Arc::new(ArcSwap::from_pointee(seen.collect())), ledger }
    }

    /// What the channel carried.
    pub(super) fn get(&self, channel: &str) -> Option<Arc<SourceTracks>> {
        self.all.load().get(channel).cloned()
    }

    /// `tracks`, with the size of the picture as it was last time where it has not been seen yet.
    pub(super) fn completed(&self, channel: &str, mut tracks: SourceTracks) -> SourceTracks {
        let before = self.get(channel);
        let unseen = tracks.video.as_mut().filter(|track| track.height.is_none());
        if let (Some(track), Some(known)) = (unseen, before.as_ref().and_then(|known| known.video.as_ref()))
            && known.codec == track.codec
        {
            *track = VideoTrack { id: track.id, rfc6381: track.rfc6381.take(), ..known.clone() };
        }
        tracks
    }

    /// Remembers.
    pub(super) fn put(&self, channel: &str, tracks: &SourceTracks) {
        if self.all.load().get(channel).is_some_and(|known| **known == *tracks) {
            return;
        }
        let tracks = Arc::new(tracks.clone());
        self.ledger.tracks(channel, &tracks);
        self.all.rcu(|all| {
            let mut all = HashMap::clone(all);
            if all.len() < CHANNELS || all.contains_key(channel) {
                all.insert(channel.to_owned(), Arc::clone(&tracks));
            }
            all
        });
    }
}

/// What the tape sees, in the words of the decision.
pub(super) fn source_tracks(tracks: &[Track]) -> SourceTracks {
    let own = || tracks.iter().filter(|track| matches!(track.origin, Origin::Stream { .. }));
    SourceTracks {
        video: own().find(|track| track.kind.is_video()).map(video),
        audio: own().filter(|track| track.kind.is_audio()).map(audio).collect(),
    }
}

fn video(track: &Track) -> VideoTrack {
    let picture = track.picture().filter(|picture| picture.height > 0);
    VideoTrack {
        id: track.id,
        codec: match track.kind {
            Kind::H264 => VideoCodec::H264,
            Kind::Hevc => VideoCodec::Hevc,
            Kind::Mpeg2Video => VideoCodec::Mpeg2,
            _ => VideoCodec::Other,
        },
        rfc6381: matches!(track.setup, Some(Setup::Avc(_) | Setup::Hevc(_))).then(|| track.rfc6381()),
        width: picture.map(|picture| picture.width),
        height: picture.map(|picture| picture.height),
        frame_rate: picture.and_then(|picture| picture.frame_rate),
        interlaced: picture.is_some_and(|picture| picture.interlaced),
    }
}

fn audio(track: &Track) -> AudioTrack {
    AudioTrack {
        id: track.id,
        codec: match track.kind {
            Kind::AacAdts => AudioCodec::Aac,
            Kind::AacLatm => AudioCodec::Latm,
            Kind::Ac3 => AudioCodec::Ac3,
            Kind::Eac3 => AudioCodec::Eac3,
            Kind::MpegAudio => AudioCodec::MpegAudio,
            _ => AudioCodec::Other,
        },
        rfc6381: track.setup.as_ref().map(|_| track.rfc6381()),
        language: language(track.language),
        role: Role::from_audio_type(track.audio_type),
        channels: track.header().map(|header| header.channels),
    }
}

fn language(code: Option<[u8; 3]>) -> Option<String> {
    code.map(|code| String::from_utf8_lossy(&code).into_owned())
        .filter(|code| code.chars().all(|c| c.is_ascii_lowercase()))
}

/// The same as the API shows it.
pub(super) fn views(tracks: &SourceTracks) -> Vec<TrackView> {
    let video = tracks.video.iter().map(|track| TrackView {
        id: track.id,
        kind: "video".into(),
        codec: track.rfc6381.clone().unwrap_or_else(|| track.codec.name().into()),
        language: None,
        role: "main".into(),
        channels: None,
        width: track.width,
        height: track.height,
        frame_rate: track
            .frame_rate
            .filter(|(_, second)| *second > 0)
            .map(|(n, d)| f64::from(n) / f64::from(d)),
    });
    let audio = tracks.audio.iter().map(|track| TrackView {
        id: track.id,
        kind: "audio".into(),
        codec: track.rfc6381.clone().unwrap_or_else(|| track.codec.name().into()),
        language: track.language.clone(),
        role: match track.role {
            Role::Main => "main",
            Role::HearingImpaired => "hearing_impaired",
            Role::Described => "commentary",
        }
        .into(),
        channels: track.channels,
        width: None,
        height: None,
        frame_rate: None,
    });
    video.chain(audio).collect()
}
