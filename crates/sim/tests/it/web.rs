//! The web interface: shapes that real boxes give.

use crate::{client, get, json, sim};

const FAVOURITES: &str =
    "1:7:1:0:0:0:0:0:0:0:FROM%20BOUQUET%20%22userbouquet.favourites.tv%22%20ORDER%20BY%20bouquet";

#[tokio::test(flavor = "multi_thread")]
async fn bouquets_and_services_are_those_of_openwebif() {
    let sim = sim(&[3], |_| {}).await;
    let base = sim.web_url();
    let bouquets = json(&format!("{base}/api/bouquets?stype=tv")).await;
    assert_eq!(bouquets["bouquets"][0][1], "Favoriten (TV)");
    let services = json(&format!("{base}/api/getservices?sRef={FAVOURITES}")).await;
    let list = services["services"].as_array().unwrap();
    assert_eq!((list[0]["pos"].as_i64(), list[0]["servicename"].as_str()), (Some(0), Some("Vollprogramme")));
    assert_eq!(list[1]["program"], 0x283D);
    assert!(list.iter().all(|service| service["servicename"] != "Verborgen HD"));
    let all = json(&format!("{base}/api/getallservices?sRef={FAVOURITES}")).await;
    assert_eq!(all["services"].as_array().unwrap().len(), 2, "sRef is ignored");
    let radio = json(&format!("{base}/api/bouquets?stype=radio")).await;
    assert_eq!(radio["bouquets"].as_array().unwrap().len(), 2);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guide_calls_agree_with_each_other() {
    let sim = sim(&[3], |_| {}).await;
    let base = sim.web_url();
    let bulk = json(&format!("{base}/api/epgbouquet?bRef={FAVOURITES}")).await;
    let events = bulk["events"].as_array().unwrap();
    assert!(events.len() > 1000);
    let now = json(&format!("{base}/api/epgnow?bRef={FAVOURITES}")).await;
    let first = &now["events"][0];
    let one = json(&format!("{base}/api/epgservice?sRef={}", first["sref"].as_str().unwrap())).await;
    assert_eq!(one["events"][0]["id"], first["id"]);
    assert_eq!(one["events"][0]["begin_timestamp"], first["begin_timestamp"]);
    let missing = json(&format!("{base}/api/epgservice")).await;
    assert_eq!(missing["result"], false);
    let unknown = json(&format!("{base}/api/epgservice?sRef=1:0:1:1:1:1:1:0:0:0:")).await;
    assert_eq!(unknown["result"], true);
    let found = json(&format!("{base}/api/epgsearch?search=tagesschau")).await;
    assert!(!found["events"].as_array().unwrap().is_empty());
    let pairs = json(&format!("{base}/api/epgnownext?bRef={FAVOURITES}")).await;
    assert_eq!(pairs["events"].as_array().unwrap().len(), 2 * now["events"].as_array().unwrap().len());
    sim.shutdown().await;
}

/// What Kodi's pvr.vuplus asks when it connects, and what else is in JSON.
#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_in_xml_too() {
    let sim = sim(&[3], |_| {}).await;
    let bulk = |call: &str| format!("{call}?bRef={FAVOURITES}");
    for (call, root) in [
        ("bouquets?stype=tv", "e2servicelist"),
        ("getallservices", "e2servicelistrecursive"),
        ("getcurrent", "e2currentserviceinformation"),
        ("statusinfo", "e2statusinfo"),
        (&bulk("epgbouquet"), "e2eventlist"),
        (&bulk("epgmulti"), "e2eventlist"),
        (&bulk("epgnow"), "e2eventlist"),
        (&bulk("epgnext"), "e2eventlist"),
        (&bulk("epgnownext"), "e2eventlist"),
        ("epgservicenow?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:", "e2eventlist"),
        ("epgservicenext?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:", "e2eventlist"),
        ("epgsearch?search=tagesschau", "e2eventlist"),
        ("getservices?sRef=1:7:1:0:0:0:0:0:0:0:FROM%20BOUQUET%20%22bouquets.tv%22", "e2servicelist"),
        ("deviceinfo", "e2deviceinfo"),
        ("getlocations", "e2locations"),
        ("gettags", "e2tags"),
        ("getservices", "e2servicelist"),
        ("epgservice?sRef=1:0:19:2B66:3F3:1:C00000:0:0:0:", "e2eventlist"),
        ("timerlist", "e2timerlist"),
        ("movielist", "e2movielist"),
        ("settings", "e2settings"),
        ("currenttime", "e2currenttime"),
        ("powerstate", "e2powerstate"),
        ("about", "e2abouts"),
        ("subservices", "e2servicelist"),
        ("signal", "e2frontendstatus"),
        ("vol", "e2volume"),
    ] {
        let (status, text) = get(&format!("{}/web/{call}", sim.web_url())).await;
        assert_eq!(status, 200, "{call}");
        assert!(text.starts_with("<?xml") && text.contains(&format!("<{root}>")), "{call}: {text}");
        let opened = text.matches('<').count() - 1;
        assert_eq!(opened, 2 * text.matches("</").count(), "{call}: every element is closed");
    }
    // Both forms say the same.
    let base = sim.web_url();
    let status = json(&format!("{base}/api/statusinfo")).await;
    let (_, text) = get(&format!("{base}/web/statusinfo")).await;
    let standby = status["inStandby"].as_str().unwrap();
    assert!(text.contains(&format!("<e2instandby>{standby}</e2instandby>")), "{text}");
    let events = json(&format!("{base}/api/{}", bulk("epgbouquet"))).await;
    let (_, text) = get(&format!("{base}/web/{}", bulk("epgmulti"))).await;
    assert_eq!(text.matches("<e2event>").count(), events["events"].as_array().unwrap().len());
    sim.shutdown().await;
}

/// What Kodi asked for in vain, once.
#[tokio::test(flavor = "multi_thread")]
async fn kodis_other_questions_are_answered_too() {
    let sim = sim(&[3], |_| {}).await;
    let ask = async |path: &str| get(&format!("{}/{path}", sim.web_url())).await;
    let radio = "web/getservices?sRef=1:7:2:0:0:0:0:0:0:0:FROM%20BOUQUET%20%22bouquets.radio%22%20ORDER%20BY%20bouquet";
    assert_eq!(ask(radio).await.1.matches("<e2servicename>").count(), 2, "the radio bouquets");
    let trash = json(&format!("{}/api/movielist?dirname=/media/hdd/movie/.Trash", sim.web_url())).await;
    assert_eq!(trash["movies"].as_array().map(Vec::len), Some(0));
    let address = sim.stream_url("iptv/3.ts").replace(':', "%253a");
    let (_, guide) = ask(&format!("web/epgservice?sRef=4097:0:1:1:1:0:0:0:0:0:{address}:")).await;
    assert!(guide.contains("<e2eventtitle>N/A</e2eventtitle>") && guide.contains("Netz TV"), "{guide}");
    for (path, root) in
        [("autotimer", "autotimer"), ("autotimer/get", "e2settings"), ("autotimer/set?x=1", "e2state")]
    {
        let (status, text) = ask(path).await;
        assert!(
            status == 200 && text.starts_with("<?xml") && text.contains(&format!("<{root}")),
            "{path}: {text}"
        );
    }
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_picons_and_unknown_pages() {
    let sim = sim(&[3], |config| config.auth = Some(("root".to_owned(), "dream".to_owned()))).await;
    let base = sim.web_url();
    let reply = client().get(format!("{base}/api/about")).send().await.unwrap();
    assert_eq!(reply.status(), 401);
    assert_eq!(reply.headers()["www-authenticate"], "Basic realm=\"OpenWebif\"");
    let ask = |path: &str| client().get(format!("{base}/{path}")).basic_auth("root", Some("dream")).send();
    let about = ask("api/about").await.unwrap();
    assert_eq!(about.status(), 200);
    assert_eq!(ask("api/nonsense").await.unwrap().status(), 404);
    let picon = ask("picon/1_0_19_2B66_3F3_1_C00000_0_0_0.png").await.unwrap().bytes().await.unwrap();
    assert_eq!(&picon[..8], b"\x89PNG\r\n\x1a\n");
    let file = tempfile::NamedTempFile::with_suffix(".png").unwrap();
    std::fs::write(file.path(), &picon).unwrap();
    let probe = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0"])
        .arg(file.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&probe.stdout).trim(), "100,60");
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_m3u_names_the_port_to_use() {
    let sim = sim(&[3], |_| {}).await;
    let base = sim.web_url();
    let (_, text) = get(&format!("{base}/web/stream.m3u?ref=1:0:19:2B66:3F3:1:C00000:0:0:0:")).await;
    let url = text.lines().last().unwrap();
    assert_eq!(url, sim.stream_url("1:0:19:2B66:3F3:1:C00000:0:0:0:"));
    let (_, text) = get(&format!(
        "{base}/web/stream.m3u?ref=4097:0:1:1:1:0:0:0:0:0:http%253a//host%253a80/a.ts:Netz%20TV"
    ))
    .await;
    assert_eq!(text.lines().last(), Some("http://host:80/a.ts"));
    sim.shutdown().await;
}
