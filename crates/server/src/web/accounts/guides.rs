//! Guides that a page has added: their addresses sealed, because a user, a password or a key may stand in them.

use std::time::Duration;

use secrecy::ExposeSecret;
use telecast_store::GuideAddress;
use url::Url;

use super::Accounts;
use crate::app::guide::GuideSource;
use crate::app::settings::Place;
use crate::web::problem::Problem;

impl Accounts {
    /// Keeps one, by its id on the page; or changes it.
    pub async fn keep_guide(&self, id: &str, guide: &GuideSource, now_ms: i64) -> Result<(), Problem> {
        let Place::Url(url) = &guide.place else { return Ok(()) };
        let address = self.sealer.seal(&url.as_str().into(), &GuideAddress::aad(id))?;
        let kept = GuideAddress {
            id: id.to_owned(),
            name: guide.name.clone(),
            address,
            shift_min: guide.shift_min,
            refresh_s: guide.refresh.map(|often| often.as_secs() as u32),
        };
        Ok(self.store.put_guide_address(&kept, now_ms).await?)
    }

    /// Forgets it. `false`: there was none.
    pub async fn forget_guide(&self, id: &str) -> Result<bool, Problem> {
        Ok(self.store.delete_guide_address(id).await?)
    }

    /// Guides that pages have added.
    pub async fn guides(&self) -> Result<Vec<GuideSource>, Problem> {
        let mut all = Vec::new();
        for kept in self.store.guide_addresses().await? {
            let address = self.sealer.open(&kept.address, &GuideAddress::aad(&kept.id))?;
            let Ok(url) = Url::parse(address.expose_secret()) else { continue };
            let refresh = kept.refresh_s.map(|seconds| Duration::from_secs(seconds.into()));
            all.push(GuideSource::entered(&kept.id, kept.name, Place::Url(url), kept.shift_min, refresh));
        }
        Ok(all)
    }
}
