//! Captures of real broadcasts as channels.

use std::time::Duration;

use telecast_sim::Air;

use crate::transport::facts;
use crate::{corpus, json, sim, watch};

#[tokio::test(flavor = "multi_thread")]
async fn every_capture_plays_and_each_turn_is_announced_as_a_break() {
    let Some(folder) = corpus("ts") else { return };
    let sim = sim(&[], |config| {
        config.media = vec![folder];
        config.tuners = 30;
        config.air = Air { tune: Duration::ZERO, ..Air::default() };
    })
    .await;
    let channels = json(&format!("{}/sim/channels", sim.web_url())).await;
    let channels = channels["items"].as_array().unwrap().clone();
    assert_eq!(channels.len(), 14);
    let watching = channels.iter().map(|channel| {
        let reference = channel["reference"].as_str().unwrap().to_owned();
        let sim = &sim;
        async move { watch(sim, &reference, Duration::from_secs(4)).await }
    });
    let streams = futures_all(watching).await;
    for (channel, data) in channels.iter().zip(streams) {
        let name = channel["name"].as_str().unwrap();
        let facts = facts(&data);
        assert_eq!(facts.out_of_sync, 0, "{name}");
        assert!(facts.packets.contains_key(&0), "{name}: no PAT");
        assert!(facts.packets.len() > 1, "{name}: {:?}", facts.packets);
        if channel["length_s"].as_f64().unwrap() < 1.5 {
            assert!(facts.breaks > 0, "{name}: turns without a break");
        }
    }
    sim.shutdown().await;
}

/// All of them at once, without another dependency.
async fn futures_all<F: Future<Output = Vec<u8>>>(futures: impl Iterator<Item = F>) -> Vec<Vec<u8>> {
    let mut pending: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<Vec<u8>>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, slot) in pending.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(data) = future.as_mut().poll(context)
            {
                *slot = Some(data);
            }
        }
        if done.iter().any(Option::is_none) {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn real_settings_give_a_lineup_with_names() {
    let Some(folder) = corpus("enigma2-settings/horsti58") else { return };
    let sim = sim(&[3], |config| config.settings = Some(folder)).await;
    let bouquets = json(&format!("{}/api/bouquets?stype=tv", sim.web_url())).await;
    let names: Vec<_> = bouquets["bouquets"].as_array().unwrap().iter().map(|pair| pair[1].clone()).collect();
    assert_eq!(names[0], "Favourites (TV)");
    assert_eq!(names.len(), 3, "bouquets whose file is missing are left out: {names:?}");
    let all = json(&format!("{}/api/getallservices", sim.web_url())).await;
    let first = &all["services"][0]["subservices"];
    assert!(first.as_array().unwrap().len() > 50);
    assert_eq!(first[0]["servicename"], "Das Erste HD");
    sim.shutdown().await;
}
