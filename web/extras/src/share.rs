//! What can be given away of a session, beside its link: the answer as Markdown, the code of the link, what
//! shows it in another page, and what was sent as a file.

use dualstack_core::api::go_json;
use dualstack_core::scenario::{Event, Shown};
use dualstack_core::source::yaml::{Node, parse_own};

use crate::{NO_SESSION, encode_shown, qr, refusal};

/// Reads `{"page":"…","bare":"…","query":"…","title":"…","open":"…","head":"…","addresses":"…","scenario":"…",
/// "text":"…","session":{…}}`: the address of the page, with and without what stands behind `?`, and what
/// shall stand behind it in a frame; what the page is called and how it is opened; the verdict; an example, if
/// it is one; what was sent; and the session. Gives `{"link":"…","code":{…},"markdown":"…","frame":"…","file":
/// "…"}`; where there is no link or code, its place says why.
#[must_use]
pub fn of(said: &str) -> String {
    let parsed = parse_own(said);
    let node = parsed.documents.first().map(|it| &it.node);
    let session = node.and_then(|node| Shown::read(&node.entry("session")?.value));
    let (Some(node), Some(session)) = (node, session) else { return refusal(NO_SESSION) };
    let text = |key: &str| node.text_of(key).unwrap_or_default();
    let print = |text: &str| go_json(&text.into());
    let (link, code, address) = match encode_shown(&session) {
        Ok(fragment) => {
            let address = format!("{}#{fragment}", text("page"));
            (print(&address), qr(&address), Some((fragment, address)))
        }
        Err(why) => (refusal(why), "null".to_owned(), None),
    };
    let in_frame = match (text("scenario"), &address) {
        ("", None) => None,
        ("", Some((fragment, _))) => Some(format!("{fragment}?view=all{}", text("query"))),
        (scenario, _) => Some(format!("/s/{scenario}?view=all{}", text("query"))),
    };
    let frame = in_frame.map_or("null".to_owned(), |fragment| {
        let source = escaped(&format!("{}#{fragment}", text("bare")));
        print(&format!(
            "<iframe src=\"{source}\" title=\"{}\" width=\"100%\" height=\"640\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
            escaped(text("title"))
        ))
    });
    let link_line = address.map(|(_, address)| format!("\n[{}]({address})\n", text("open")));
    let markdown = markdown(node, &session) + &link_line.unwrap_or_default();
    format!(
        "{{\"link\":{link},\"code\":{code},\"markdown\":{},\"frame\":{frame},\"file\":{}}}",
        print(&markdown),
        print(&data_url(text("text")))
    )
}

/// A text in an attribute of HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// The verdict, the release with its flags, and what was sent.
fn markdown(node: &Node, session: &Shown) -> String {
    let text = |key: &str| node.text_of(key).unwrap_or_default();
    let mut out = format!("{}\n\n", text("head").trim());
    if !text("addresses").is_empty() {
        out += &format!("{}\n", text("addresses"));
    }
    let boots = session.scenario.events.iter().take(session.at + 1).rev();
    let boot = boots.into_iter().find_map(|event| match event {
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
    use dualstack_core::source::yaml::parse_own;

    use super::{data_url, fenced, of};

    fn asked(scenario: &str, manifest: &str) -> String {
        let boot = r#"{"restart":{"version":"1.30","flags":"--v=2"}}"#;
        let text = serde_json::to_string(manifest).expect("it is a text");
        format!(
            r#"{{"page":"https://a.example/?x=1","bare":"https://a.example/","query":"\u0026lang=en","title":"A \"page\"","open":"Open","head":"✓ **web** gets `1`","addresses":"- IPv4: `10.0.0.1`\n","scenario":"{scenario}","text":{text},"session":{{"at":1,"seed":0,"events":[{boot},{{"apply":{text}}}]}}}}"#
        )
    }

    fn answer(said: &str, key: &str) -> Option<String> {
        let parsed = parse_own(&of(said));
        parsed.documents[0].node.text_of(key).map(str::to_owned)
    }

    #[test]
    fn everything_leads_to_the_session() {
        let said = asked("", "a: 1\n");
        let link = answer(&said, "link").expect("it is short");
        assert!(link.starts_with("https://a.example/?x=1#0"), "{link}");
        let markdown = answer(&said, "markdown").expect("it is there");
        assert_eq!(
            markdown,
            format!(
                "✓ **web** gets `1`\n\n- IPv4: `10.0.0.1`\n\nKubernetes 1.30\n\n```\n--v=2\n```\n\n```yaml\na: 1\n```\n\n[Open]({link})\n"
            )
        );
        let fragment = link.split('#').next_back().expect("it has one");
        let frame = answer(&said, "frame").expect("it is there");
        assert!(frame.starts_with(&format!("<iframe src=\"https://a.example/#{fragment}?view=all&amp;lang=en\" title=\"A &quot;page&quot;\"")), "{frame}");
        assert_eq!(
            answer(&said, "file").as_deref(),
            Some("data:application/yaml;charset=utf-8,a%3A%201%0A")
        );
    }

    #[test]
    fn an_example_is_framed_by_its_name() {
        let frame = answer(&asked("node-port", ""), "frame").expect("it is there");
        assert!(
            frame.contains("https://a.example/#/s/node-port?view=all&amp;lang=en\""),
            "{frame}"
        );
    }

    #[test]
    fn what_is_too_long_for_a_link_has_the_other_forms() {
        let said = asked("", &"x".repeat(70_000));
        assert_eq!((answer(&said, "link"), answer(&said, "frame")), (None, None));
        assert!(of(&said).starts_with("{\"link\":{\"en\":\"This session is too long"));
        assert!(answer(&said, "markdown").is_some_and(|it| !it.contains("[Open]")));
    }

    #[test]
    fn what_holds_no_session_is_refused() {
        for said in ["", "{}", "[1]", r#"{"session":{"events":[]}}"#] {
            assert!(of(said).starts_with("{\"en\":\"This text holds no session"), "{said}");
        }
    }

    #[test]
    fn fences_are_longer_than_those_of_the_text() {
        assert_eq!(fenced("", "```\nx\n```"), "````\n```\nx\n```\n````\n");
        assert_eq!(data_url("双"), "data:application/yaml;charset=utf-8,%E5%8F%8C");
    }
}
