//! The configuration, file and environment. Laws: it is good, or there are faults, each a line that names a line of the file if one is to blame; what was read says
//! the same when it is read again, and nothing that it is asked for panics.

use std::path::Path;

use telecast_server::config::{Config, Faults, load};

/// See the module. The file, and after a NUL the variables, a line each.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (file, environment) = text.split_once('\0').unwrap_or((&text, ""));
    let read = || -> Result<Config, Faults> {
        let variables = environment.lines().filter_map(|line| line.split_once('='));
        // Those would read whatever file they name.
        let variables = variables.filter(|(name, _)| !name.ends_with("_FILE"));
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        load(Some((Path::new("telecast.toml"), file)), variables, &[])
    };
    match (read(), read()) {
        (Ok(one), Ok(two)) => {
            assert_eq!(one.changes(&two), []);
            assert_eq!(one.table(), two.table());
            let _ = (one.listen(), one.metrics_listen(), one.metrics_networks(), one.proxies(), one.exempt());
            for receiver in &one.receivers {
                assert!(receiver.url.username().is_empty() && receiver.url.password().is_none());
            }
        }
        (Err(one), Err(two)) => {
            assert_eq!(one, two);
            assert!(!one.is_empty());
            let lines = file.split('\n').count();
            for fault in one {
                assert!(!fault.contains('\n'), "a line each: {fault:?}");
                let line = fault.strip_prefix("telecast.toml:").and_then(|rest| rest.split(':').next());
                if let Some(line) = line.and_then(|line| line.parse::<usize>().ok()) {
                    assert!((1..=lines).contains(&line), "{fault}");
                }
            }
        }
        (one, two) => panic!("{one:?} and then {two:?}"),
    }
}
