//! Channels that a guide declares late or not at all, one at a time as they come up: they find the lineup's in an index, so that a hundred thousand of them cost no
//! more than as many look-ups. What is found is what [`super::matching`] would be certain of; what is only alike is not looked for.

use std::collections::HashMap;

use super::alias::Aliases;
use super::{Host, Index, Known, Match, Matching, Offered, Party, Search, id_key, name_key, settle};

/// Channels that one offer is compared with: those that carry its id or spell the same key. A station has a few, in several sharpnesses and from several receivers.
const COMPARED: usize = 64;

/// The lineup's channels as such offers are compared with them.
pub struct Late<'a> {
    known: &'a [Known],
    channels: Vec<Party>,
    aliases: Aliases,
    host: Host,
    /// Where the channels are that carry an id, have a name, and spell a key.
    ids: HashMap<String, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
    keys: HashMap<String, Vec<usize>>,
}

impl<'a> Late<'a> {
    /// Of all channels.
    pub fn new(known: &'a [Known]) -> Self {
        let aliases = Aliases::new();
        let channels: Vec<Party> =
            known.iter().map(|known| Party::of(&known.names, &known.ids, &aliases)).collect();
        let host = Host::new(&channels, &aliases);
        let mut late = Self {
            known,
            channels: Vec::new(),
            aliases,
            host,
            ids: HashMap::new(),
            names: HashMap::new(),
            keys: HashMap::new(),
        };
        for (at, (known, channel)) in known.iter().zip(&channels).enumerate() {
            for id in known.ids.iter().chain(&known.confirmed) {
                late.ids.entry(id_key(id)).or_default().push(at);
            }
            for name in known.names.iter().filter_map(|name| name_key(name)) {
                late.names.entry(name).or_default().push(at);
            }
            for (key, _) in channel.keys() {
                late.keys.entry(key.to_owned()).or_default().push(at);
            }
        }
        late.channels = channels;
        late
    }

    /// The channels that `offer` certainly is, in their order.
    pub fn sure(&self, offer: &Offered) -> Vec<Match> {
        let offered = std::slice::from_ref(offer);
        let offers = [Party::of(&offer.names, std::slice::from_ref(&offer.id), &self.aliases)];
        let index = Index::new(offered, &offers, &[0]);
        let named = offer.names.iter().filter_map(|name| self.names.get(&name_key(name)?));
        let spelled = offers[0].keys().filter_map(|(key, _)| self.keys.get(key));
        let compared = self.ids.get(&id_key(&offer.id)).into_iter().chain(named).chain(spelled);
        let mut compared: Vec<usize> = compared.flatten().take(COMPARED).copied().collect();
        compared.sort_unstable();
        compared.dedup();
        let mut found = Matching::default();
        for at in compared {
            let search = Search {
                known: &self.known[at],
                channel: &self.channels[at],
                offered,
                offers: &offers,
                index: &index,
                host: &self.host,
                aliases: &self.aliases,
            };
            settle(at, &search.fits(), offered, &mut found);
        }
        found.sure
    }
}
