//! Why a session ended, or cannot begin: codes for machines, words for people in English and German.
//!
//! A code never changes its name or meaning. What the words promise ("try again", "free a tuner") must be true.

use serde::{Deserialize, Serialize};

/// Why a session is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Every tuner that could receive the channel is in use.
    TunersBusy,
    /// The receiver has refused lately, although a tuner seemed to be free.
    ReceiverRefused,
    /// The receiver does not answer.
    ReceiverUnreachable,
    /// The receiver wants other credentials.
    ReceiverUnauthorized,
    /// No receiver has the channel.
    NoSource,
    /// The tuner was granted and nothing came.
    TuneTimeout,
    /// The receiver said that it cannot tune the channel.
    TuneFailed,
    /// The stream ended.
    SourceEnded,
    /// The stream fell silent.
    SourceStalled,
    /// Bytes came, but no programme in them.
    SourceCorrupt,
    /// The programme is there, but no picture to begin with.
    NoKeyFrame,
    /// The programme is scrambled.
    Scrambled,
    /// The client cannot play it, and nothing here can make it so.
    NotPlayable,
    /// The transcoder did not start, or died.
    TranscoderFailed,
    /// As many pictures are coded as the machine can.
    TranscodersBusy,
    /// The machine is too slow to code this picture at all.
    MachineTooSlow,
    /// What comes is of another kind than what the session was made for.
    FormatChanged,
    /// What was asked for cannot be prepared.
    NotPrepared,
    /// The file of what was asked for is not there.
    FileGone,
    /// What was on then is not kept.
    NotKept,
    /// The disk is full.
    DiskFull,
    /// The station carries as many sessions as it may.
    TooManySessions,
    /// The account has as many sessions as it may.
    TooManyOfAccount,
    /// The receivers that have the channel serve as many viewers as they may.
    TooManyOnReceiver,
    /// Nobody has shown that he still watches.
    LeaseExpired,
    /// The page is open, but nothing is fetched.
    Idle,
    /// The viewer has stopped.
    StoppedByClient,
    /// Whoever runs the station has ended it.
    EndedByHost,
    /// What is on is not for the viewer's age, or nobody has said for whom it is.
    AgeLimit,
    /// The viewer may not be here any more.
    AccessEnded,
    /// A recording needed the tuner.
    PreemptedByRecording,
    /// The receiver was removed from the station.
    ReceiverRemoved,
    /// The server is shutting down.
    Shutdown,
    /// The server was started anew in the meantime.
    Restarted,
    /// A fault of the program.
    Internal,
}

/// Words for people in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub title: &'static str,
    /// What one can do.
    pub advice: &'static str,
}

macro_rules! reasons {
    ($($code:ident $name:literal $en:literal $en_advice:literal $de:literal $de_advice:literal),* $(,)?) => {
        impl ReasonCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name),* }
            }

            /// What to tell people in English.
            pub fn english(self) -> Words {
                match self { $(Self::$code => Words { title: $en, advice: $en_advice }),* }
            }

            /// What to tell people in German.
            pub fn german(self) -> Words {
                match self { $(Self::$code => Words { title: $de, advice: $de_advice }),* }
            }
        }
    };
}

reasons! {
    TunersBusy "tuners_busy"
        "All tuners are in use" "Choose a channel that is already on, or wait until one of the viewers stops."
        "Alle Tuner sind belegt" "Einen Sender wählen, der schon läuft, oder warten, bis jemand aufhört.",
    ReceiverRefused "receiver_refused"
        "The receiver has no tuner to spare" "It may be recording or showing another channel itself. Try again shortly."
        "Der Receiver hat keinen Tuner frei" "Er nimmt vielleicht auf oder zeigt selbst einen anderen Sender. Gleich noch einmal versuchen.",
    ReceiverUnreachable "receiver_unreachable"
        "The receiver does not answer" "Check that it is switched on and in the network."
        "Der Receiver antwortet nicht" "Prüfen, ob er eingeschaltet und im Netz ist.",
    ReceiverUnauthorized "receiver_unauthorized"
        "The receiver wants another password" "Correct the name and password of the receiver in the settings."
        "Der Receiver verlangt ein anderes Passwort" "Name und Passwort des Receivers in den Einstellungen berichtigen.",
    NoSource "no_source"
        "No receiver has this channel" "Refresh the channel list, or choose another channel."
        "Kein Receiver hat diesen Sender" "Die Senderliste neu laden oder einen anderen Sender wählen.",
    TuneTimeout "tune_timeout"
        "The receiver sends nothing" "The channel may be off air, or the aerial has no signal. Try another channel."
        "Der Receiver sendet nichts" "Der Sender ist vielleicht abgeschaltet, oder die Antenne hat kein Signal. Einen anderen Sender versuchen.",
    TuneFailed "tune_failed"
        "The receiver cannot tune this channel" "Check on the receiver itself whether it plays there."
        "Der Receiver kann diesen Sender nicht einstellen" "Am Receiver selbst prüfen, ob er dort läuft.",
    SourceEnded "source_ended"
        "The broadcast ended" "The receiver closed the stream, perhaps for a recording. Try again."
        "Die Übertragung ist zu Ende" "Der Receiver hat sie beendet, vielleicht wegen einer Aufnahme. Noch einmal versuchen.",
    SourceStalled "source_stalled"
        "The broadcast fell silent" "The signal was lost. Try again, or look at the receiver."
        "Die Übertragung ist verstummt" "Das Signal ist ausgefallen. Noch einmal versuchen oder den Receiver prüfen.",
    SourceCorrupt "source_corrupt"
        "What the receiver sends is not a programme" "Check on the receiver itself whether the channel plays there."
        "Was der Receiver sendet, ist kein Programm" "Am Receiver selbst prüfen, ob der Sender dort läuft.",
    NoKeyFrame "no_key_frame"
        "No picture came" "The signal may be too weak. Try again, or choose another channel."
        "Es kam kein Bild" "Das Signal ist vielleicht zu schwach. Noch einmal versuchen oder einen anderen Sender wählen.",
    Scrambled "scrambled"
        "The channel is scrambled" "The receiver has no right to open it. Check its card or subscription."
        "Der Sender ist verschlüsselt" "Der Receiver darf ihn nicht öffnen. Karte oder Abonnement prüfen.",
    NotPlayable "not_playable"
        "This device cannot play the channel" "Play it in VLC, Kodi or another player by its stream address."
        "Dieses Gerät kann den Sender nicht wiedergeben" "Mit VLC, Kodi oder einem anderen Programm über die Stream-Adresse abspielen.",
    TranscoderFailed "transcoder_failed"
        "Picture or sound could not be converted" "Check that ffmpeg is installed; 'telecast check' says so."
        "Bild oder Ton konnten nicht umgewandelt werden" "Prüfen, ob ffmpeg installiert ist; 'telecast check' sagt es.",
    TranscodersBusy "transcoders_busy"
        "The station converts as many pictures as it can" "Try again when somebody has stopped, or choose a channel that plays as it is."
        "Die Station wandelt so viele Bilder um, wie sie kann" "Noch einmal versuchen, wenn jemand aufgehört hat, oder einen Sender wählen, der so läuft.",
    MachineTooSlow "machine_too_slow"
        "The station is too slow to convert this picture" "Play it in VLC, Kodi or a browser that decodes it, or choose another channel."
        "Die Station ist zu langsam, um dieses Bild umzuwandeln" "Mit VLC, Kodi oder einem Browser abspielen, der es dekodiert, oder einen anderen Sender wählen.",
    FormatChanged "format_changed"
        "The broadcast has changed its format" "Start again."
        "Die Übertragung hat ihr Format gewechselt" "Neu starten.",
    NotPrepared "not_prepared"
        "This could not be prepared" "Try again later. If it stays so, its file may be damaged: the library says what is known of it."
        "Das konnte nicht vorbereitet werden" "Später noch einmal versuchen. Bleibt es dabei, ist die Datei vielleicht beschädigt: Die Bibliothek sagt, was von ihr bekannt ist.",
    FileGone "file_gone"
        "The file is not there" "Check that its folder or disk is connected, and have the library looked through again."
        "Die Datei ist nicht da" "Prüfen, ob ihr Ordner oder Datenträger verbunden ist, und die Bibliothek neu durchsehen lassen.",
    NotKept "not_kept"
        "What was on then is not kept" "Choose a programme of the last day, or the item in the library."
        "Was damals lief, ist nicht aufgehoben" "Eine Sendung des letzten Tages wählen oder den Film in der Bibliothek.",
    DiskFull "disk_full"
        "The disk of the station is full" "Free space, or give the tape another directory."
        "Der Datenträger der Station ist voll" "Platz schaffen oder dem Band ein anderes Verzeichnis geben.",
    TooManySessions "too_many_sessions"
        "The station has as many viewers as it can carry" "Try again when somebody has stopped."
        "Die Station hat so viele Zuschauer, wie sie tragen kann" "Noch einmal versuchen, wenn jemand aufgehört hat.",
    TooManyOfAccount "too_many_of_account"
        "This account watches as much as it may at once" "Stop one of its sessions first."
        "Dieses Konto sieht schon so viel zugleich, wie es darf" "Zuerst eine seiner Wiedergaben beenden.",
    TooManyOnReceiver "too_many_on_receiver"
        "The receiver serves as many viewers as it may" "Choose a channel of another receiver, or try again when somebody has stopped."
        "Der Receiver bedient so viele Zuschauer, wie er darf" "Einen Sender eines anderen Receivers wählen oder warten, bis jemand aufhört.",
    LeaseExpired "lease_expired"
        "Nobody seemed to be watching any more" "Start again."
        "Es schien niemand mehr zuzusehen" "Neu starten.",
    Idle "idle"
        "Paused for a long time, so the tuner was given back" "Start again."
        "Lange angehalten, darum wurde der Tuner freigegeben" "Neu starten.",
    StoppedByClient "stopped_by_client"
        "Stopped" "Start again whenever you like."
        "Beendet" "Jederzeit neu starten.",
    EndedByHost "ended_by_host"
        "The host has ended this session" "Ask them, or start again."
        "Die Leitung der Station hat diese Sitzung beendet" "Dort nachfragen oder neu starten.",
    AgeLimit "age_limit"
        "This programme is not for your age" "Choose another channel, or have the PIN entered."
        "Diese Sendung ist nicht für dein Alter" "Einen anderen Sender wählen oder die PIN eingeben lassen.",
    AccessEnded "access_ended"
        "Your access to this station has ended" "Ask whoever runs it."
        "Der Zugang zu dieser Station ist beendet" "Bei ihrer Leitung nachfragen.",
    PreemptedByRecording "preempted_by_recording"
        "A recording needed the tuner" "Choose another channel, or wait until it has ended."
        "Eine Aufnahme brauchte den Tuner" "Einen anderen Sender wählen oder warten, bis sie fertig ist.",
    ReceiverRemoved "receiver_removed"
        "The receiver was removed" "Choose another channel."
        "Der Receiver wurde entfernt" "Einen anderen Sender wählen.",
    Shutdown "shutdown"
        "The station is shutting down" "Start again when it is back."
        "Die Station wird beendet" "Neu starten, wenn sie wieder da ist.",
    Restarted "restarted"
        "The station was started anew" "Start again."
        "Die Station wurde neu gestartet" "Neu starten.",
    Internal "internal"
        "A fault of this program" "Try again; if it stays, report it with the request id."
        "Ein Fehler dieses Programms" "Noch einmal versuchen; wenn er bleibt, mit der Anfragenummer melden.",
}

impl std::fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_a_name_of_its_own_and_words_in_both_languages() {
        let names: BTreeSet<&str> = ReasonCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ReasonCode::ALL.len());
        for code in ReasonCode::ALL {
            let (english, german) = (code.english(), code.german());
            for text in [english.title, english.advice, german.title, german.advice] {
                assert!(!text.is_empty() && !text.contains("  "), "{code}: {text:?}");
            }
            assert_ne!(english.title, german.title, "{code}");
        }
    }
}
