//! Service references of receivers. Law: what is read is written so that it is read the same, and is the same channel then.

use telecast_core::lineup::ServiceRef;

/// See the module.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(read) = ServiceRef::parse(&text) else { return };
    let again = ServiceRef::parse(&read.to_string()).expect("what we write can be read");
    // The name is the receiver's to give, and is not written.
    assert_eq!(again, ServiceRef { name: String::new(), ..read.clone() });
    assert_eq!((again.channel_id(), again.transponder()), (read.channel_id(), read.transponder()));
    assert!(read.path.len() + read.name.len() <= 3 * text.len());
}
