//! Real settings files: every service line is read, and written back as it was.

use std::path::PathBuf;
use telecast_core::lineup::{Lineup, ReadBouquet, ServiceRef};

fn corpus() -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path =
        std::env::var_os("TELECAST_CORPUS").map_or_else(default, PathBuf::from).join("enigma2-settings");
    path.is_dir().then_some(path)
}

#[test]
fn every_service_of_real_settings_is_read_and_written_back() {
    let Some(corpus) = corpus() else {
        eprintln!("not run: there is no corpus; set TELECAST_CORPUS");
        return;
    };
    let mut bouquets = Vec::new();
    for owner in std::fs::read_dir(corpus).expect("corpus").flatten() {
        for file in std::fs::read_dir(owner.path()).expect("settings").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !name.starts_with("userbouquet.") {
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(file.path()).expect("file")).into_owned();
            let mut services = Vec::new();
            for line in text.lines().filter_map(|line| line.trim().strip_prefix("#SERVICE ")) {
                let service = ServiceRef::parse(line).unwrap_or_else(|| panic!("{name}: {line}"));
                if service.name.is_empty() {
                    assert_eq!(
                        service.to_string().trim_end_matches(':'),
                        line.trim_end_matches(':'),
                        "{name}"
                    );
                }
                services.push((service, String::new()).into());
            }
            assert!(!services.is_empty(), "{name}");
            bouquets.push(ReadBouquet { reference: name.clone(), name, radio: false, services });
        }
    }
    let listed: usize = bouquets.iter().map(|bouquet| bouquet.services.len()).sum();
    let lineup = Lineup::pool(&[("box".into(), bouquets)]);
    assert!(
        lineup.channels.len() > 50 && lineup.channels.len() <= listed,
        "{} of {listed}",
        lineup.channels.len()
    );
}
