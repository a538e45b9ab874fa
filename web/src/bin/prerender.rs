//! Prints what the page holds before the program is there: the opening example in both languages, as the page's
//! own components render it on the host, and the sheets of keys.

use dualstack_core::explain::text::Lang;
use dualstack_web::app::{App, Props};
use dualstack_web::shortcuts::sheets;
use dualstack_web::state::store::Store;
use yew::LocalServerRenderer;

fn main() {
    for lang in [Lang::En, Lang::Zh] {
        let props = Props { initial: Store::opening(lang) };
        let renderer = LocalServerRenderer::<App>::with_props(props).hydratable(false);
        let html = futures_executor::block_on(renderer.render());
        // Ids may stand once in a page: the English example keeps them.
        let html = match lang {
            Lang::En => html,
            Lang::Zh => renamed(&html),
        };
        println!("<div data-lang=\"{}\" lang=\"{}\">{html}</div>", lang.tag(), lang.tag());
    }
    // The build puts what follows elsewhere in the page (xtask/src/site.rs).
    print!("<!-- keys -->{}", sheets());
}

/// The ids, and what names them, with another ending.
fn renamed(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    let begins = |rest: &str| {
        let starts = ["id=\"", "by=\"", "controls=\"", "href=\"#answer"];
        starts.iter().filter_map(|start| Some(rest.find(start)? + start.len())).min()
    };
    while let Some(from) = begins(rest) {
        let until = rest[from..].find('"').map_or(rest.len(), |end| from + end);
        out.push_str(&rest[..from]);
        let ids: Vec<String> = rest[from..until].split(' ').map(|id| format!("{id}-zh")).collect();
        out.push_str(&ids.join(" "));
        rest = &rest[until..];
    }
    out + rest
}
