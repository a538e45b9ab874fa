//! In which form is the stored object shown? As kubectl prints it, or against what was sent.

use dualstack_core::api::Json;
use dualstack_core::api::print::{Line, json, kyaml, yaml_lines};
use dualstack_core::kubectl::LAST_APPLIED;

use crate::state::choices::Form;

/// What a line of a comparison is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// It stands on both sides; of what is not compared, too.
    Both,
    /// It was there before.
    Before,
    /// It is there now.
    After,
}

impl Side {
    /// What stands in front of the line where it is copied.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Both => "  ",
            Self::Before => "- ",
            Self::After => "+ ",
        }
    }
}

/// The lines of an object; `before` is what it is compared with.
#[must_use]
pub fn lines(object: &Json, form: Form, before: &Json) -> Vec<(Side, Line)> {
    let both = |lines: Vec<Line>| lines.into_iter().map(|line| (Side::Both, line)).collect();
    match form {
        Form::Yaml => both(yaml_lines(object)),
        Form::Json | Form::Kyaml => {
            let text = if form == Form::Json { json(object) } else { kyaml(object) };
            let line = |text: &str| Line { text: text.to_owned(), path: Vec::new() };
            both(text.lines().map(line).collect())
        }
        Form::Diff if before.is_null() => both(yaml_lines(object)),
        Form::Diff => diff(yaml_lines(before), yaml_lines(object)),
    }
}

/// The lines as a text.
#[must_use]
pub fn text(lines: &[(Side, Line)], form: Form) -> String {
    let mut text = String::new();
    for (side, line) in lines {
        if form == Form::Diff {
            text.push_str(side.sign());
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// An object without what the server and kubectl keep about every object.
#[must_use]
pub fn without_kept(mut object: Json) -> Json {
    let Json::Object(map) = &mut object else { return object };
    map.remove("status");
    if let Some(Json::Object(metadata)) = map.get_mut("metadata") {
        for key in ["creationTimestamp", "uid", "resourceVersion"] {
            metadata.remove(key);
        }
        if let Some(Json::Object(annotations)) = metadata.get_mut("annotations") {
            annotations.remove(LAST_APPLIED);
            if annotations.is_empty() {
                metadata.remove("annotations");
            }
        }
    }
    object
}

/// The most pairs of lines that are compared; longer texts are told apart as a whole.
const MOST_PAIRS: usize = 4_000_000;

/// The shortest way from one text to the other, in lines: a longest common subsequence.
fn diff(before: Vec<Line>, after: Vec<Line>) -> Vec<(Side, Line)> {
    let same = |i: usize, j: usize| before[i].text == after[j].text;
    let (rows, columns) = (before.len(), after.len());
    let width = columns + 1;
    // How many lines are common from here on.
    let mut common = vec![0u32; 0];
    if rows * columns <= MOST_PAIRS {
        common.resize((rows + 1) * width, 0);
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                common[i * width + j] = if same(i, j) {
                    common[(i + 1) * width + j + 1] + 1
                } else {
                    common[(i + 1) * width + j].max(common[i * width + j + 1])
                };
            }
        }
    }
    let length = |i: usize, j: usize| common.get(i * width + j).copied().unwrap_or_default();
    let (mut i, mut j) = (0, 0);
    let mut sides = Vec::new();
    while i < rows || j < columns {
        let side = if i < rows && j < columns && same(i, j) {
            Side::Both
        } else if i < rows && (j == columns || length(i + 1, j) >= length(i, j + 1)) {
            Side::Before
        } else {
            Side::After
        };
        i += usize::from(side != Side::After);
        j += usize::from(side != Side::Before);
        sides.push(side);
    }
    let (mut before, mut after) = (before.into_iter(), after.into_iter());
    let mut next = |side: Side| {
        // Of a common line the place in the new object counts.
        let old = if side == Side::After { None } else { before.next() };
        if side == Side::Before { old } else { after.next() }
    };
    sides.into_iter().filter_map(|side| Some((side, next(side)?))).collect()
}

#[cfg(test)]
mod tests {
    use dualstack_core::api::Json;
    use dualstack_core::source::yaml::parse;

    use super::{lines, text, without_kept};
    use crate::state::choices::Form;

    fn object(yaml: &str) -> Json {
        parse(yaml).documents[0].node.to_json()
    }

    #[test]
    fn a_comparison_shows_what_came_and_what_went() {
        let before = object("spec: {clusterIP: None, ports: [{port: 80}]}");
        let after = object("spec: {ports: [{port: 80}, {port: 81}], type: ClusterIP}");
        assert_eq!(
            text(&lines(&after, Form::Diff, &before), Form::Diff),
            "  spec:\n-   clusterIP: None\n    ports:\n    - port: 80\n+   - port: 81\n+   type: ClusterIP\n"
        );
        let same = lines(&after, Form::Diff, &after);
        assert!(text(&same, Form::Diff).lines().all(|line| line.starts_with("  ")));
    }

    #[test]
    fn what_the_server_keeps_goes_and_own_annotations_stay() {
        let kept = "metadata: {name: a, uid: b, resourceVersion: '1', annotations: \
                    {kubectl.kubernetes.io/last-applied-configuration: '{}'}}\nstatus: {loadBalancer: {}}";
        assert_eq!(without_kept(object(kept)), object("metadata: {name: a}"));
        let own = "metadata: {name: a, annotations: {mine: yours}}";
        assert_eq!(without_kept(object(own)), object(own));
    }
}
