//! Streams: in which form one can be had.

/// How picture and sound of a stream are coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// As they were broadcast.
    #[default]
    Pass,
    /// H.264 and AAC, which every player decodes: made anew where something else is broadcast. With so many lines at most.
    H264(Option<u32>),
}

impl Coding {
    /// All, the least work first.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::H264(None),
        Self::H264(Some(1080)),
        Self::H264(Some(720)),
        Self::H264(Some(576)),
        Self::H264(Some(480)),
        Self::H264(Some(360)),
    ];

    /// Its name in addresses: `pass`, as Tvheadend has it, or `h264` and the lines.
    pub fn name(self) -> String {
        match self {
            Self::Pass => "pass".into(),
            Self::H264(None) => "h264".into(),
            Self::H264(Some(lines)) => format!("h264-{lines}"),
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|coding| coding.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for coding in Coding::ALL {
            assert_eq!(Coding::parse(&coding.name()), Some(coding));
        }
        assert_eq!((Coding::parse("h264-721"), Coding::parse("")), (None, None));
    }
}
