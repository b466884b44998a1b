//! What is counted while bytes are read: of the programme, and of each of its PIDs.

/// What was counted so far; all grow, but for `silent_frames` and `damaged_sections`, which go with the sound or the map that they were counted of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes pushed.
    pub bytes: u64,
    /// Bytes that belong to no packet.
    pub junk_bytes: u64,
    /// Packets of the programme missing, by continuity counter.
    pub lost_packets: u64,
    /// Packets of the programme that the demodulator has marked as damaged; they are not used.
    pub transport_errors: u64,
    /// Packets that came scrambled.
    pub scrambled_packets: u64,
    /// Packets of the programme that came in the clear.
    pub clear_packets: u64,
    /// Sections with a wrong checksum.
    pub damaged_sections: u64,
    /// Pictures that were left out because something of them, or of what they refer to, is missing.
    pub dropped_pictures: u64,
    /// Frames of silence put in for missing sound.
    pub silent_frames: u64,
    /// Runs begun.
    pub runs: u64,
}

/// So many scrambled packets are no accident of a programme that is clear.
const SCRAMBLED: u64 = 100;

impl Counters {
    /// Whether what has come since `before` was scrambled, more of it than not: some programmes begin in the clear, some relays begin scrambled.
    pub fn is_scrambled_since(&self, before: &Self) -> bool {
        let scrambled = self.scrambled_packets - before.scrambled_packets;
        scrambled > SCRAMBLED && self.clear_packets - before.clear_packets < scrambled
    }
}

/// What was counted of one PID of the programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PidCounters {
    /// The PID.
    pub pid: u16,
    /// Packets that came, whatever became of them.
    pub packets: u64,
    /// Times that the continuity counter did not go on (ISO/IEC 13818-1 §2.4.3.3).
    pub continuity_errors: u64,
    /// Packets that the demodulator has marked as damaged.
    pub transport_errors: u64,
    /// Packets that came scrambled.
    pub scrambled: u64,
    /// Pictures or frames of sound that are not delivered because of damage.
    pub dropped: u64,
}

/// PIDs that the programme no longer has are remembered up to this number, the oldest forgotten first.
const GONE: usize = 32;

/// Keeps what was counted of a PID that goes, if anything was.
pub(super) fn keep(gone: &mut Vec<PidCounters>, counters: PidCounters) {
    if counters.packets == 0 {
        return;
    }
    if gone.len() >= GONE {
        gone.remove(0);
    }
    gone.push(counters);
}

/// Takes what was counted of a PID that has come back.
pub(super) fn take(gone: &mut Vec<PidCounters>, pid: u16) -> PidCounters {
    let found = gone.iter().position(|counters| counters.pid == pid);
    found.map_or(PidCounters { pid, ..PidCounters::default() }, |at| gone.remove(at))
}
