//! What the second program is told, so that it fills the panel to share.

use dualstack_core::api::go_json;
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::Piece;
use dualstack_core::net::Family;
use dualstack_core::session::action::Event as Happened;
use yew::prelude::*;

use super::answer::Verdict;
use crate::browser::program::Program;
use crate::browser::{address_bar, panel};
use crate::extras::share as given;
use crate::store::Store;
use crate::text::{self, Word};

/// Opens the panel with what the page says now.
pub fn share(
    store: &Store,
    verdict: &Verdict,
    addresses: &[(Family, AttrValue)],
) -> Callback<MouseEvent> {
    let (store, verdict, addresses) = (store.clone(), verdict.clone(), addresses.to_vec());
    Callback::from(move |_| {
        let lang = store.lang;
        panel::fill(&message(text::LOADING, lang), true);
        let said = said(&store, &verdict, &addresses);
        Program::Extras.load(false, move |_| {
            // Whoever copies the address from the bar gets the same.
            address_bar::flush();
            let html = given(&said).unwrap_or_else(|| message(text::SHARE_ABSENT, lang));
            panel::fill(&html, false);
        });
    })
}

/// What stands in the panel as long as the second program is not there.
fn message(word: Word, lang: Lang) -> String {
    let [title, word, close] = [text::SHARE, word, text::CLOSE].map(|word| word.get(lang));
    format!(
        "<h2 id=panel-title>{title}</h2><p role=alert>{word}</p><form method=dialog><button class=\"btn primary\">{close}</button></form>"
    )
}

fn said(store: &Store, verdict: &Verdict, addresses: &[(Family, AttrValue)]) -> String {
    let mut head = verdict.tone.mark().to_owned();
    for pieces in [&verdict.head, &verdict.because] {
        // Chinese sentences follow each other without a space.
        if store.lang == Lang::En || pieces == &verdict.head {
            head.push(' ');
        }
        for piece in pieces {
            match piece {
                Piece::Words(words) => head += words,
                Piece::Code(code) => head = head + "`" + code + "`",
                Piece::Family(family) => head += family.name(),
            }
        }
    }
    head += "\n\n";
    for (family, address) in addresses {
        head = head + "- " + family.name() + ": `" + address + "`\n";
    }
    let is_last = store.at + 1 == store.events.len();
    let is_patch = matches!(store.event(), Happened::Patch { .. });
    let texts = [
        ("page", &*address_bar::page(true)),
        ("bare", &address_bar::page(false)),
        ("lang", store.lang.tag()),
        ("head", &head),
        ("scenario", store.scenario.filter(|_| is_last).unwrap_or_default()),
        ("file", if is_patch { "patch.yaml" } else { "manifest.yaml" }),
        ("text", &store.manifest()),
    ];
    let mut said = "{".to_owned();
    for (name, text) in texts {
        said = said + "\"" + name + "\":" + &go_json(&text.into()) + ",";
    }
    said + "\"session\":" + &store.shown().to_json() + "}"
}
