//! Faults show what they say, and nothing else breaks.

use std::time::{Duration, Instant};

use telecast_sim::{Fault, FaultSpec, Sim};

use crate::transport::facts;
use crate::{client, get, json, sim, watch};

const FAVOURITES: &str =
    "1:7:1:0:0:0:0:0:0:0:FROM%20BOUQUET%20%22userbouquet.favourites.tv%22%20ORDER%20BY%20bouquet";
const VIDEO: u16 = 0x6E;

async fn with(sim: &Sim, fault: FaultSpec, time: f64) -> Vec<u8> {
    sim.clear_faults(None);
    sim.add_faults(&[fault]);
    let data = watch(sim, &sim.reference(3).unwrap(), Duration::from_secs_f64(time)).await;
    sim.clear_faults(None);
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_the_stream() {
    let sim = sim(&[3], |_| {}).await;
    let of = |fault: Fault| FaultSpec::new(fault);
    let clean = facts(&with(&sim, of(Fault::Stall).amount(60.0), 2.0).await);
    assert_eq!((clean.continuity_errors, clean.scrambled, clean.out_of_sync), (0, 0, 0));

    let refused = with(&sim, of(Fault::RefuseTune), 2.0).await;
    assert!(refused.starts_with(b"HTTP/1.0 400 Bad Request"));
    let elsewhere = with(&sim, of(Fault::RefuseTune).on("4"), 1.0).await;
    assert_eq!(elsewhere[0], 0x47, "another channel's fault");

    let begun = Instant::now();
    with(&sim, of(Fault::EndMidway).amount(1.0), 5.0).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "the stream ended");

    let stalled = with(&sim, of(Fault::Stall).amount(0.5), 3.0).await;
    assert!(stalled.len() < clean.packets.values().sum::<usize>() * 188 / 2 && !stalled.is_empty());

    assert!(with(&sim, of(Fault::SlowFirstByte).amount(3.0), 2.0).await.is_empty());
    assert!(facts(&with(&sim, of(Fault::PacketLoss).amount(0.02), 2.0).await).continuity_errors > 5);
    assert!(facts(&with(&sim, of(Fault::ContinuityErrors).amount(0.02), 2.0).await).continuity_errors > 5);
    assert!(facts(&with(&sim, of(Fault::Scrambled), 1.5).await).scrambled > 100);

    let junk = with(&sim, of(Fault::JunkPrefix).amount(155.0), 1.0).await;
    assert_eq!(junk[155], 0x47);
    assert_eq!(facts(&junk[155..]).out_of_sync, 0);

    let wrapped = facts(&with(&sim, of(Fault::PtsWrap).amount(1.0), 4.0).await);
    let video = &wrapped.pts[&VIDEO];
    assert!(video.windows(2).any(|pair| pair[0] > (1 << 33) - 4000 && pair[1] < 4000), "{video:?}");
    let steps = video.windows(2).map(|pair| (pair[1] + (1 << 33) - pair[0]) % (1 << 33));
    assert!(steps.into_iter().all(|step| step == 3600));

    let flipped = with(&sim, of(Fault::BitErrors).amount(0.05), 1.5).await;
    assert_eq!(facts(&flipped).out_of_sync, 0);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_takes_the_tuner_and_keeps_it() {
    let sim = sim(&[3, 4], |config| config.tuners = 1).await;
    let cut = with(&sim, FaultSpec::new(Fault::RecordingTakesTuner).amount(1.0), 6.0).await;
    assert!(!cut.is_empty());
    assert_eq!(sim.state()["ended"][0]["end"], "tuner taken");
    let timers = json(&format!("{}/api/timerlist", sim.web_url())).await;
    let running = timers["timers"].as_array().unwrap().iter().find(|timer| timer["state"] == 2).unwrap();
    assert_ne!(running["serviceref"].as_str(), sim.reference(3).as_deref(), "the reason can be seen");
    assert_eq!(sim.state()["tuners"][0]["recording"], true);
    assert!(watch(&sim, &sim.reference(3).unwrap(), Duration::from_secs(2)).await.is_empty());
    assert_eq!(json(&format!("{}/api/statusinfo", sim.web_url())).await["isRecording"], "true");
    json(&format!("{}/sim/reset", sim.web_url())).await;
    assert!(!watch(&sim, &sim.reference(3).unwrap(), Duration::from_secs(2)).await.is_empty());
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_the_web_interface() {
    let sim = sim(&[3], |_| {}).await;
    let base = sim.web_url();
    let now = format!("{base}/api/epgnow?bRef={FAVOURITES}");
    let set = async |list: &str| {
        json(&format!("{base}/sim/faults?clear=all")).await;
        json(&format!("{base}/sim/faults?add={list}")).await
    };
    for (fault, status) in
        [("http_401", 401), ("http_403", 403), ("http_404_html", 404), ("json_exception", 500)]
    {
        set(fault).await;
        assert_eq!(get(&now).await.0, status, "{fault}");
    }
    set("broken_bulk_guide").await;
    assert_eq!(get(&now).await.0, 500);
    let single = json(&format!("{base}/api/epgservice?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:")).await;
    assert!(single["events"].as_array().unwrap().len() > 100);
    set("empty_guide").await;
    let single = json(&format!("{base}/api/epgservice?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:")).await;
    assert_eq!(
        (single["events"][0]["id"].as_i64(), single["events"][0]["title"].as_str()),
        (Some(0), Some("N/A"))
    );
    set("json_latin1").await;
    let bytes = client()
        .get(format!("{base}/api/epgbouquet?bRef={FAVOURITES}"))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(std::str::from_utf8(&bytes).is_err(), "not UTF-8");
    set("standby").await;
    assert_eq!(json(&format!("{base}/api/statusinfo")).await["inStandby"], "true");
    set("translated_messages").await;
    assert!(json(&format!("{base}/api/epgservice")).await["message"].as_str().unwrap().contains("fehlt"));
    set("duplicate_names").await;
    let bouquets = json(&format!("{base}/api/bouquets")).await;
    assert_eq!(bouquets["bouquets"][0][1], bouquets["bouquets"][1][1]);
    let before = json(&format!("{base}/api/currenttime")).await;
    set("clock_jump=7200").await;
    assert_ne!(json(&format!("{base}/api/currenttime")).await["time"], before["time"]);
    set("slow_disk=1").await;
    let begun = Instant::now();
    let (slow, quick) = (format!("{base}/api/movielist"), format!("{base}/api/statusinfo"));
    let ((), ()) = tokio::join!(async { drop(get(&slow).await) }, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        get(&quick).await;
        assert!(begun.elapsed() > Duration::from_millis(900), "everything waits for the disk");
    });
    let refused = get(&format!("{base}/sim/faults?add=nonsense")).await;
    assert!(refused.0 == 400 && refused.1.contains("nonsense"), "{refused:?}");
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_ends_everything_and_passes() {
    let sim = sim(&[3], |_| {}).await;
    let reference = sim.reference(3).unwrap();
    let watching = watch(&sim, &reference, Duration::from_secs(10));
    let reboot = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        sim.add_faults(&[FaultSpec::new(Fault::Reboot).amount(2.0)]);
        Instant::now()
    };
    let (data, since) = tokio::join!(watching, reboot);
    assert!(!data.is_empty() && since.elapsed() < Duration::from_secs(2), "the stream ended at once");
    let patience = Duration::from_millis(500);
    let dead = client().get(format!("{}/api/about", sim.web_url())).timeout(patience).send().await;
    assert!(dead.is_err(), "nothing answers");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(get(&format!("{}/api/about", sim.web_url())).await.0, 200);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guides_that_are_huge_and_lists_that_are_empty() {
    let sim = sim(&[3], |_| {}).await;
    let url = format!("{}/api/epgservice?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:", sim.web_url());
    let usual = get(&url).await.1;
    sim.add_faults(&[Fault::HugeGuide.into(), Fault::NoBouquets.into()]);
    let huge = get(&url).await.1;
    assert!(huge.len() > 20 * usual.len(), "{} bytes against {}", huge.len(), usual.len());
    let bouquets = json(&format!("{}/api/bouquets", sim.web_url())).await;
    assert_eq!(bouquets["bouquets"].as_array().map(Vec::len), Some(0));
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_there_from_the_start_if_wanted() {
    let wanted = vec!["standby".parse().unwrap(), "stall=3@4".parse().unwrap()];
    let sim = sim(&[3], |config| config.faults = wanted).await;
    assert_eq!(sim.state()["faults"], serde_json::json!(["stall=3@4", "standby=1"]));
    assert_eq!(json(&format!("{}/api/statusinfo", sim.web_url())).await["inStandby"], "true");
    sim.shutdown().await;
}

/// Standby stops no stream, a password unknown to all stops each; faults of one channel leave others alone.
#[tokio::test(flavor = "multi_thread")]
async fn faults_combine() {
    let sim = sim(&[3, 4], |_| {}).await;
    let second = Duration::from_secs(2);
    let at = |code: u8| sim.reference(code).unwrap();
    let both = ["junk_prefix=100", "packet_loss=0.05@4", "standby"].map(|text| text.parse().unwrap());
    sim.add_faults(&both);
    let (whole, holed) = (watch(&sim, &at(3), second).await, watch(&sim, &at(4), second).await);
    assert_eq!((whole[100], holed[100]), (0x47, 0x47));
    assert_eq!(facts(&whole[100..]).continuity_errors, 0);
    assert!(facts(&holed[100..]).continuity_errors > 5);
    sim.add_faults(&[Fault::Http401.into()]);
    let request = format!("GET /{} HTTP/1.1\r\n\r\n", at(3));
    assert!(crate::receive(&sim, &request, second).await.starts_with(b"HTTP/1.0 401 "));
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_jump() {
    let sim = sim(&[3], |config| config.air = telecast_sim::Air { paced: false, ..Default::default() }).await;
    sim.add_faults(&[FaultSpec::new(Fault::PtsJump).amount(50.0)]);
    let url = sim.stream_url(&sim.reference(3).unwrap());
    let mut reply = client().get(url).send().await.unwrap();
    let mut data = Vec::new();
    while data.len() < 20_000_000 {
        data.extend_from_slice(&reply.chunk().await.unwrap().unwrap());
    }
    data.truncate(data.len() / 188 * 188);
    let video = &facts(&data).pts[&VIDEO];
    let steps: Vec<u64> = video.windows(2).map(|pair| (pair[1] + (1 << 33) - pair[0]) % (1 << 33)).collect();
    let jumps = steps.iter().filter(|step| (4_000_000..5_000_000).contains(*step)).count();
    assert!(
        jumps >= 1 && steps.iter().filter(|step| **step == 3600).count() > 300,
        "{jumps} of {}",
        steps.len()
    );
    sim.shutdown().await;
}

/// The programme goes on, but not as the first map said.
#[tokio::test(flavor = "multi_thread")]
async fn tables_and_formats_change_while_the_clock_goes_on() {
    let sim = sim(&[3, 4], |_| {}).await;
    let moved = facts(&with(&sim, FaultSpec::new(Fault::PmtChange).amount(1.0), 3.0).await);
    assert!(moved.packets[&0x78] > 50 && moved.packets[&0x88] > 50, "{:?}", moved.packets);
    assert_eq!(moved.pmt_versions.len(), 3, "{:?}", moved.pmt_versions);

    let changed = facts(&with(&sim, FaultSpec::new(Fault::FormatChange).amount(1.5), 4.0).await);
    assert!(changed.packets[&0x79] > 20, "the other format has a second sound");
    assert!(changed.pmt_versions.len() >= 2);
    for pair in changed.pts[&VIDEO].windows(2) {
        assert!(pair[0].abs_diff(pair[1]) < 90_000, "{pair:?}");
    }
    sim.shutdown().await;
}
