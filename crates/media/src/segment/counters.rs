//! What a tape's writer counts, of the source as a whole and of each PID; for people, decides nothing.

/// What was counted so far; all only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes pushed.
    pub bytes: u64,
    /// Bytes that belong to no packet.
    pub junk_bytes: u64,
    /// Packets of the programme missing, by continuity counter.
    pub lost_packets: u64,
    /// Packets that came scrambled.
    pub scrambled_packets: u64,
    /// Packets of the programme that came in the clear.
    pub clear_packets: u64,
    /// Sections with a wrong checksum.
    pub damaged_sections: u64,
    /// Frames of silence put in for missing sound.
    pub silent_frames: u64,
    /// Runs begun.
    pub runs: u64,
}

/// What was counted of one PID of the programme since it stands in the map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PidCounters {
    /// Packets that came.
    pub packets: u64,
    /// Packets missing, by continuity counter (ISO/IEC 13818-1 §2.4.3.3).
    pub lost: u64,
    /// Packets that the receiver has marked as damaged.
    pub damaged: u64,
    /// Packets that came scrambled.
    pub scrambled: u64,
}
