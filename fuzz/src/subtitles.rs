//! Subtitles of files. Laws: what is read is in order, bounded, and text that can be shown; what is written of it is read as the same; cutting keeps to
//! the stretch.

use telecast_media::subtitles::{CUE_MOST, CUES_MOST, TEXT_MOST, overlapping, read, within, write};

/// See the module.
pub fn run(bytes: &[u8]) {
    let text = read::text(bytes);
    assert!(text.len() <= 3 * bytes.len());
    let (cues, _) = read::cues(&text);
    assert!(cues.len() <= CUES_MOST.min(text.lines().count()));
    assert!(cues.iter().map(|cue| cue.text.len()).sum::<usize>() <= TEXT_MOST.min(2 * text.len()));
    assert!(cues.is_sorted_by_key(|cue| (cue.start, cue.end)));
    for cue in &cues {
        assert!(0 <= cue.start && cue.start < cue.end && cue.text.chars().count() <= 2 * CUE_MOST);
        assert!(cue.text.split('\n').all(|line| !line.is_empty() && line.trim() == line));
    }
    assert_eq!(read::cues(&write(&cues)), (cues.clone(), false));
    let middle = cues.get(cues.len() / 2).map_or(0, |cue| cue.start);
    let stretch = within(&cues, middle, 900_000);
    assert_eq!(stretch.len(), overlapping(&cues, middle, middle + 900_000).count());
    assert!(stretch.iter().all(|cue| 0 <= cue.start && cue.start < cue.end && cue.end <= 900_000));
}
