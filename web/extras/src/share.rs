//! What can be given away of a session: the link and its code, the answer as Markdown, what shows it in another
//! page, and what was sent as a file. As HTML, for the panel of the page.
//!
//! Invariant: what a person typed is text in it, never HTML.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::session::action::{Event, Shown};
use dualstack_core::source::yaml::{Node, parse_own};

use crate::{NO_SESSION, TOO_LONG_FOR_A_CODE, encode_shown, qr};

const SHARE: Text = Text { en: "Share", zh: "分享" };
const LINK: Text = Text { en: "Link", zh: "链接" };
const COPY_LINK: Text = Text { en: "Copy the link", zh: "复制链接" };
const TEMPORARY: Text = Text {
    en: "Until the first release links are temporary: a newer playground may not read them.",
    zh: "首次发布之前，链接是临时的：更新版本的演练场可能无法读取它们。",
};
const CODE: Text = Text { en: "QR code of the link", zh: "链接的二维码" };
const MARKDOWN: Text = Text { en: "Markdown with the answer", zh: "含答案的 Markdown" };
const COPY_MARKDOWN: Text = Text { en: "Copy the Markdown", zh: "复制 Markdown" };
const FRAME: Text = Text { en: "HTML for another page", zh: "嵌入其他网页的 HTML" };
const COPY_FRAME: Text = Text { en: "Copy the HTML", zh: "复制 HTML" };
const DOWNLOAD: Text = Text { en: "Download the YAML file", zh: "下载 YAML 文件" };
const CLOSE: Text = Text { en: "Close", zh: "关闭" };
const TITLE: Text = Text { en: "Dual-Stack Playground", zh: "双栈演练场" };
const OPEN: Text = Text { en: "Open in the playground", zh: "在演练场中打开" };

/// Reads `{"page":"…","bare":"…","lang":"…","head":"…","scenario":"…","file":"…","text":"…","session":{…}}`:
/// the address of the page, with and without what stands behind `?`; its language; the answer as Markdown; the
/// name of the example, if it is one; the name of the file and what was sent; and the session.
#[must_use]
pub fn of(said: &str) -> String {
    let parsed = parse_own(said);
    let node = parsed.documents.first().map(|it| &it.node);
    let session = node.and_then(|node| Shown::read(&node.entry("session")?.value));
    let (Some(node), Some(session)) = (node, session) else {
        return panel(Lang::En, &format!("<p>{}</p>", NO_SESSION.en));
    };
    let text = |key: &str| node.text_of(key).unwrap_or_default();
    let lang = if text("lang") == Lang::Zh.tag() { Lang::Zh } else { Lang::En };
    let link = encode_shown(&session);
    let address = link.as_ref().map(|link| format!("{}#{link}", text("page")));
    let mut html = match &address {
        Err(why) => format!("<p class=\"notice\">{}</p>", why.get(lang)),
        Ok(address) => {
            let code = match qr::draw(address) {
                None => format!("<p>{}</p>", TOO_LONG_FOR_A_CODE.get(lang)),
                Some(qr::Drawing { size, path }) => format!(
                    "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{}\" shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>",
                    CODE.get(lang)
                ),
            };
            let link = text_box("share-link", [LINK, COPY_LINK], lang, address);
            format!("{link}<p>{}</p>{code}", TEMPORARY.get(lang))
        }
    };
    let mut markdown = markdown(node, &session);
    if let Ok(address) = &address {
        markdown += &format!("\n[{}]({address})\n", OPEN.get(lang));
    }
    html += &text_box("share-markdown", [MARKDOWN, COPY_MARKDOWN], lang, &markdown);
    let in_frame = match (text("scenario"), &link) {
        ("", Err(_)) => None,
        ("", Ok(link)) => Some(link.clone()),
        (scenario, _) => Some(format!("/s/{scenario}")),
    };
    if let Some(shown) = in_frame {
        let source = format!("{}#{shown}?view=all&lang={}", text("bare"), lang.tag());
        let frame = format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"640\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
            escaped(&source),
            TITLE.get(lang)
        );
        html += &text_box("share-frame", [FRAME, COPY_FRAME], lang, &frame);
    }
    html += &format!(
        "<p><a class=\"btn\" download=\"{}\" href=\"{}\">{}</a></p>",
        escaped(text("file")),
        data_url(text("text")),
        DOWNLOAD.get(lang)
    );
    panel(lang, &html)
}

/// The panel around what it shows.
fn panel(lang: Lang, html: &str) -> String {
    format!(
        "<h2 id=\"panel-title\">{}</h2>{html}<form method=\"dialog\"><button class=\"btn primary\">{}</button> <span role=\"status\"></span></form>",
        SHARE.get(lang),
        CLOSE.get(lang)
    )
}

/// A box with a text, and the button that copies it.
fn text_box(id: &str, [label, copy]: [Text; 2], lang: Lang, text: &str) -> String {
    let [label, copy] = [label, copy].map(|it| it.get(lang));
    format!(
        "<div class=\"given\"><label for=\"{id}\">{label}</label><textarea id=\"{id}\" readonly rows=\"3\" lang=\"en\" spellcheck=\"false\">\n{}</textarea><button type=\"button\" class=\"btn\" data-copy=\"{id}\">{copy}</button></div>",
        escaped(text)
    )
}

/// A text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// The answer, the release with its flags, and what was sent.
fn markdown(node: &Node, session: &Shown) -> String {
    let text = |key: &str| node.text_of(key).unwrap_or_default();
    let mut out = format!("{}\n\n", text("head").trim());
    let mut boots = session.scenario.events.iter().take(session.at + 1).rev();
    let boot = boots.find_map(|event| match event {
        Event::Boot { version, flags } => Some((version, flags)),
        _ => None,
    });
    if let Some((version, flags)) = boot {
        out += &format!("Kubernetes {version}\n\n{}\n", fenced("", flags));
    }
    out + &fenced("yaml", text("text"))
}

/// A text between fences that are longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// A text as an address that holds it.
fn data_url(text: &str) -> String {
    let mut url = "data:application/yaml;charset=utf-8,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            url.push(char::from(byte));
        } else {
            url += &format!("%{byte:02X}");
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::{data_url, fenced, of};

    fn asked(scenario: &str, manifest: &str) -> String {
        let boot = r#"{"restart":{"version":"1.30","flags":"--v=2"}}"#;
        let text = serde_json::to_string(manifest).expect("it is a text");
        format!(
            r#"{{"page":"https://a.example/?x=1","bare":"https://a.example/","lang":"en","head":"✓ **web** gets `1`\n\n- IPv4: `10.0.0.1`\n","scenario":"{scenario}","file":"manifest.yaml","text":{text},"session":{{"at":1,"seed":0,"events":[{boot},{{"apply":{text}}}]}}}}"#
        )
    }

    /// What a text box of the panel holds.
    fn held(html: &str, id: &str) -> Option<String> {
        let text = html.split(&format!("<textarea id=\"{id}\"")).nth(1)?;
        let text = text.split(">\n").nth(1)?.split("</textarea>").next()?;
        Some(text.replace("&lt;", "<").replace("&quot;", "\"").replace("&amp;", "&"))
    }

    #[test]
    fn everything_leads_to_the_session() {
        let html = of(&asked("", "a: 1\n"));
        let link = held(&html, "share-link").expect("it is short");
        assert!(link.starts_with("https://a.example/?x=1#0"), "{link}");
        assert_eq!(
            held(&html, "share-markdown"),
            Some(format!(
                "✓ **web** gets `1`\n\n- IPv4: `10.0.0.1`\n\nKubernetes 1.30\n\n```\n--v=2\n```\n\n```yaml\na: 1\n```\n\n[Open in the playground]({link})\n"
            ))
        );
        let fragment = link.split('#').next_back().expect("it has one");
        let source = format!("<iframe src=\"https://a.example/#{fragment}?view=all&amp;lang=en\"");
        assert!(held(&html, "share-frame").is_some_and(|it| it.starts_with(&source)), "{html}");
        assert!(html.contains("href=\"data:application/yaml;charset=utf-8,a%3A%201%0A\""));
        assert!(html.contains("<path d=\"M4 4h7v1h-7z"));
    }

    #[test]
    fn the_panel_speaks_the_language_of_the_page() {
        let said = asked("", "").replace("\"lang\":\"en\"", "\"lang\":\"zh-CN\"");
        let html = of(&said);
        assert!(html.contains(">分享</h2>") && html.contains("lang=zh-CN"), "{html}");
        assert!(!html.contains("Copy"), "{html}");
    }

    #[test]
    fn an_example_is_framed_by_its_name() {
        let frame = held(&of(&asked("node-port", "")), "share-frame").expect("it is there");
        let source = "\"https://a.example/#/s/node-port?view=all&amp;lang=en\"";
        assert!(frame.contains(source), "{frame}");
    }

    #[test]
    fn what_is_typed_is_never_html() {
        let html = of(&asked("", "</textarea><script>x</script>\"&lt;"));
        assert!(!html.contains("<script"), "{html}");
        let markdown = held(&html, "share-markdown").expect("it is there");
        assert!(markdown.contains("</textarea><script>x</script>"), "{markdown}");
    }

    #[test]
    fn what_is_too_long_for_a_link_has_the_other_forms() {
        let html = of(&asked("", &"x".repeat(70_000)));
        assert_eq!((held(&html, "share-link"), held(&html, "share-frame")), (None, None));
        assert!(html.contains("This session is too long for a link"));
        assert!(held(&html, "share-markdown").is_some_and(|it| !it.contains("[Open")));
    }

    #[test]
    fn what_holds_no_session_is_refused() {
        for said in ["", "{}", "[1]", r#"{"session":{"events":[]}}"#] {
            assert!(of(said).contains("This text holds no session"), "{said}");
        }
    }

    #[test]
    fn fences_are_longer_than_those_of_the_text() {
        assert_eq!(fenced("", "```\nx\n```"), "````\n```\nx\n```\n````\n");
        assert_eq!(data_url("双"), "data:application/yaml;charset=utf-8,%E5%8F%8C");
    }
}
