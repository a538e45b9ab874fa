//! What does a person at a terminal type, and what is printed? Every command runs on a real cluster.

use dualstack_core::explain::diagnostic::Program;
use dualstack_core::installers::Tool;
use dualstack_core::kubectl::{FILE, FileCommand, ObjectName};
use dualstack_core::session::action::Action;
use dualstack_core::session::{BootReport, DocumentReport, EventReport, RequestsReport};

/// The start, with all its flags.
const APISERVER: &str = "kube-apiserver …";

/// A command, and what it prints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Typed {
    /// Behind the prompt.
    pub command: String,
    /// As it is printed.
    pub printed: String,
}

/// The commands of an event with what they print about a document. After a create that is refused comes a
/// read: it shows that nothing is stored. Where the control plane does not start, its start comes first.
#[must_use]
pub fn typed(
    event: &Action,
    boot: &BootReport,
    requests: &RequestsReport,
    document: Option<&DocumentReport>,
) -> Vec<Typed> {
    let is_down = !boot.is_running();
    let started = is_down.then(|| started(boot));
    let printed = match document {
        Some(document) if !document.kubectl.is_empty() => document.kubectl.clone(),
        _ if is_down && !matches!(event, Action::Existing(_)) => requests.command.terminal(),
        _ => String::new(),
    };
    let asked = Typed { command: command(event), printed };
    let read = document.filter(|_| matches!(event, Action::Apply(_))).and_then(missed);
    let asked = [Some(asked), read].into_iter().flatten();
    let asked = started.into_iter().chain(asked.filter(|_| !matches!(event, Action::Boot { .. })));
    asked.filter(|it| !it.printed.is_empty()).collect()
}

/// The command of an event with all that it prints.
#[must_use]
pub fn whole(event: &Action, report: &EventReport) -> Typed {
    match report {
        EventReport::Boot(boot) => started(boot),
        EventReport::Requests(requests) => {
            Typed { command: command(event), printed: requests.command.terminal() }
        }
    }
}

/// The start with what is printed when it fails: by the tool that refuses its config, or by kube-apiserver. Remarks of
/// the playground are no part of it.
fn started(boot: &BootReport) -> Typed {
    let refuses = boot.start.installed.as_ref().filter(|it| it.refuses());
    let command = match refuses.map(|it| it.tool) {
        None => APISERVER,
        Some(Tool::Kubeadm) => "kubeadm init --config kubeadm.yaml",
        Some(Tool::Kind) => "kind create cluster --config kind.yaml",
        Some(Tool::K3s) => "k3s server …",
        Some(Tool::Rke2) => "rke2 server …",
    };
    let printed = boot.problems.iter().filter(|it| it.says != Program::Playground);
    let printed = printed.map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Typed { command: command.to_owned(), printed }
}

/// An event as a command.
#[must_use]
pub fn command(event: &Action) -> String {
    match event {
        Action::Boot { .. } => APISERVER.to_owned(),
        Action::Apply(_)
        | Action::Create(_)
        | Action::Replace(_)
        | Action::DeleteFile(_)
        | Action::Existing(_) => {
            event.file().map_or_else(FileCommand::default, |(command, _)| command).line(FILE)
        }
        Action::Patch { service, form, .. } => {
            let (words, form) = (ObjectName::read(service).words(), form.name());
            format!("kubectl patch {words} --type={form} --patch-file=patch.yaml")
        }
        Action::Delete(object) => format!("kubectl delete {}", ObjectName::read(object).words()),
    }
}

/// A read of an object that was not created.
fn missed(document: &DocumentReport) -> Option<Typed> {
    let is_refused = document.outcome.as_ref().is_some_and(|outcome| outcome.result.is_err());
    let object = document.object.as_ref().filter(|_| is_refused && document.was.is_none())?;
    // Anything else would be another command to a shell or to kubectl.
    let is_plain = |name: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        name.bytes().all(is_plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric())
    };
    let is_named = is_plain(&object.name) && is_plain(&object.namespace);
    let command = format!("kubectl get {}", object.words());
    is_named.then(|| Typed { command, printed: object.not_found() })
}

/// The command that prints an object as it is stored.
#[must_use]
pub fn get(document: &DocumentReport, output: &str) -> Option<String> {
    let object = document.object.as_ref()?;
    Some(format!("kubectl get {} -o {output}", object.words()))
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::kubectl::FileCommand;
    use dualstack_core::session::Replay;
    use dualstack_core::session::action::{Action, PatchForm};

    use super::{command, get, typed};
    use crate::presets::Preset;
    use crate::state::answers::Answers;
    use crate::state::store::{Msg, Store};

    /// Prompts and what they print, of the last event.
    fn lines(store: &Store) -> Vec<String> {
        let answers = Answers::of(store, &store.session(), &mut Replay::default());
        let answers = answers.expect("a session begins with a start");
        let document = answers.documents.first().map(|it| &**it);
        let typed = typed(store.event(), &answers.boot, &answers.requests, document);
        typed.into_iter().flat_map(|it| [format!("$ {}", it.command), it.printed]).collect()
    }

    fn applied(text: &str) -> Store {
        Store::opening(Lang::En).update(Msg::EditManifest(text.to_owned()))
    }

    const WEB: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {ports: [{port: 80}]}\n";

    #[test]
    fn existing_objects_are_no_command() {
        let existing = applied(WEB).update(Msg::Command(FileCommand::Existing));
        assert_eq!(lines(&existing), [""; 0]);
        assert_eq!(command(existing.event()), "# service.yaml: existing objects");
        let broken = existing.update(Msg::EditManifest("NAME   TYPE".to_owned()));
        assert_eq!(lines(&broken)[0], "$ # service.yaml: existing objects");
    }

    #[test]
    fn what_does_not_start_prints_its_own_lines_under_its_own_command() {
        let of = |flags: &str| lines(&applied(WEB).update(Msg::EditFlags(flags.to_owned())));
        let config = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.33.1\n\
                      networking: {serviceSubnet: oops}\n";
        let said = of(config);
        assert_eq!(said[0], "$ kubeadm init --config kubeadm.yaml");
        assert!(said[1].starts_with("networking.serviceSubnet: Invalid value"), "{said:?}");
        assert!(!said[1].contains('`'), "{said:?}");
        assert_eq!((said.len(), &*said[2]), (4, "$ kubectl apply -f service.yaml"), "{said:?}");
        assert!(said[3].contains("refused"), "{said:?}");
        let kind =
            "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {ipFamily: both}\n";
        assert_eq!(of(kind)[0], "$ kind create cluster --config kind.yaml");
        let flags = of("--service-cluster-ip-range=oops");
        assert_eq!((flags.len(), &*flags[0]), (4, "$ kube-apiserver …"), "{flags:?}");
        // Nobody prints what is wrong with a text that no program reads.
        let broken = of("apiVersion: kubeadm.k8s.io/v1beta4\nkind: [\n");
        assert_eq!(
            (broken.len(), &*broken[0]),
            (2, "$ kubectl apply -f service.yaml"),
            "{broken:?}"
        );
    }

    #[test]
    fn what_was_accepted_is_said_as_well() {
        let created = applied(WEB);
        assert_eq!(lines(&created), ["$ kubectl apply -f service.yaml", "service/web created"]);
        assert_eq!(lines(&created.update(Msg::ApplyAgain))[1], "service/web unchanged");
        let other = Msg::EditManifest(WEB.replace("80", "81"));
        assert_eq!(
            lines(&created.update(Msg::ApplyAgain).update(other))[1],
            "service/web configured"
        );
        let node = "apiVersion: v1\nkind: Node\nmetadata: {name: node-2}\n";
        assert_eq!(lines(&applied(node))[1], "node/node-2 created");
    }

    #[test]
    fn what_was_not_created_is_not_found() {
        let require = WEB.replace("spec: {", "spec: {ipFamilyPolicy: RequireDualStack, ");
        let refused = applied(&require).update(Msg::Preset(Preset::V4));
        assert_eq!(
            lines(&refused)[2..],
            [
                "$ kubectl get service web -n shop",
                "Error from server (NotFound): services \"web\" not found"
            ]
        );
        // It was there before, and is.
        let single = Store::opening(Lang::En).update(Msg::Preset(Preset::V4));
        let there = single.update(Msg::EditManifest(WEB.to_owned())).update(Msg::ApplyAgain);
        assert_eq!(lines(&there.update(Msg::EditManifest(require))).len(), 2);
        // No shell takes this for a name.
        let odd = lines(&applied(&WEB.replace("web", "'a; b'")));
        assert_eq!(odd.len(), 2, "{odd:?}");
    }

    #[test]
    fn a_patch_and_a_delete_name_the_type_and_the_namespace() {
        let store = applied(WEB);
        let of = |event: Action| lines(&store.update(Msg::Append(event)))[0].clone();
        assert_eq!(of(Action::Delete("web".into())), "$ kubectl delete service web");
        assert_eq!(of(Action::Delete("no/node-1 -n x".into())), "$ kubectl delete no node-1");
        let (form, body) = (PatchForm::Merge, "{}".into());
        let patch = Action::Patch { service: "svc/web -n shop".into(), form, body };
        assert_eq!(
            of(patch),
            "$ kubectl patch svc web -n shop --type=merge --patch-file=patch.yaml"
        );
    }

    #[test]
    fn an_object_is_read_where_it_lies() {
        let store = applied(WEB);
        let answers = Answers::of(&store, &store.session(), &mut Replay::default());
        let answers = answers.expect("a session begins with a start");
        let command = get(&answers.documents[0], "yaml");
        assert_eq!(command.as_deref(), Some("kubectl get service web -n shop -o yaml"));
    }
}
