//! What machines ask without a sign-in: probes, figures, the list of codes.

use crate::live_box::store_beside;
use crate::web_door::{client, station, station_with};
use metrics::{Counter, Key, Level, Metadata, Recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;
use telecast_core::error::PROBLEMS;
use telecast_core::session::ReasonCode;
use telecast_server::app::{App, Settings};
use telecast_server::config::Network;
use telecast_server::web::WebConfig;

#[tokio::test]
async fn figures_are_for_the_networks_that_are_named() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let of = Metadata::new("test", Level::INFO, None);
    let counter: Counter = recorder.register_counter(&Key::from_name("telecast_of_this_test_total"), &of);
    counter.increment(7);
    let asked = async |networks: Option<&str>, header: Option<&str>| {
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let store = store_beside(&tapes).await;
        let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
        let networks = networks.map(|text| vec![Network::parse(text).unwrap()]);
        let metrics = networks.map(|networks| (recorder.handle(), networks));
        let config = WebConfig { metrics, ..WebConfig::default() };
        let station = station_with(app, store, directory, config).await;
        let mut request = client().get(format!("{}/metrics", station.base));
        if let Some(name) = header {
            request = request.header(name, "127.0.0.1");
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, text) = asked(Some("127.0.0.0/8"), None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("telecast_of_this_test_total 7"), "{text}");
    for (networks, header) in [
        (None, None),
        (Some("10.0.0.0/8"), None),
        (Some("127.0.0.0/8"), Some("x-forwarded-for")),
        (Some("127.0.0.0/8"), Some("forwarded")),
    ] {
        let (status, text) = asked(networks, header).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{networks:?} {header:?}");
        assert!(!text.contains("telecast_of_this_test_total"), "{networks:?} {header:?}");
    }
}

#[tokio::test]
async fn probes_say_more_when_asked_and_codes_have_words_in_both_languages() {
    let station = station().await;
    let plain = client().get(format!("{}/healthz", station.base)).send().await.unwrap();
    assert_eq!(plain.text().await.unwrap(), "alive\n");
    for query in ["verbose=true", "verbose"] {
        let (status, health) = station.ask("GET", &format!("/healthz?{query}"), None).await;
        assert_eq!((status, &health["alive"]), (StatusCode::OK, &Value::Bool(true)), "{health}");
        assert!(health["uptime_s"].is_u64() && health["panics"].is_u64(), "{health}");
        let (status, ready) = station.ask("GET", &format!("/readyz?{query}"), None).await;
        assert_eq!((status, &ready["store"]), (StatusCode::OK, &Value::Bool(true)), "{ready}");
    }
    let (_, all) = station.ask("GET", "/api/v1/problems", None).await;
    let codes = |list: &str| -> BTreeSet<String> {
        let rows = all[list].as_array().unwrap();
        for row in rows {
            for words in ["title", "advice", "title_de", "advice_de"] {
                assert!(row[words].as_str().is_some_and(|words| !words.is_empty()), "{row}");
            }
        }
        rows.iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes("items"), PROBLEMS.iter().map(|row| row.code.to_owned()).collect());
    assert_eq!(codes("reasons"), ReasonCode::ALL.iter().map(|code| code.name().to_owned()).collect());
}
