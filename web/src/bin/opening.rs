//! Prints the opening example as HTML, in both languages: the page's own components, rendered on the
//! host, so that the page reads before the program is there.

use dualstack_core::text::Lang;
use dualstack_web::app::{App, Props};
use dualstack_web::store::Store;
use yew::LocalServerRenderer;

fn main() {
    for lang in [Lang::En, Lang::Zh] {
        let props = Props { initial: Store::opening(lang) };
        let renderer = LocalServerRenderer::<App>::with_props(props).hydratable(false);
        let html = futures_executor::block_on(renderer.render());
        // Ids may stand once in a page: the English example keeps them.
        let html = match lang {
            Lang::En => html,
            Lang::Zh => [
                "answer",
                "behind",
                "flags",
                "flags-group",
                "manifest",
                "flags-problems",
                "manifest-problems",
                "spoken",
            ]
            .into_iter()
            .fold(html, |html, id| {
                let html = html.replace(&format!("id=\"{id}\""), &format!("id=\"{id}-zh\""));
                let html = html.replace(&format!("by=\"{id}\""), &format!("by=\"{id}-zh\""));
                html.replace(&format!("controls=\"{id}\""), &format!("controls=\"{id}-zh\""))
            })
            .replace("href=\"#answer\"", "href=\"#answer-zh\""),
        };
        println!("<div data-lang=\"{}\" lang=\"{}\">{html}</div>", lang.tag(), lang.tag());
    }
}
