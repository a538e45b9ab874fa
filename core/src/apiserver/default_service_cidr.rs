//! What becomes of the ServiceCIDR object `kubernetes` when kube-apiserver starts? One pass of its
//! controller, which repeats it every ten seconds: rule API-13.
//! Source: pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go.

use crate::apiserver::allocators as pools;
use crate::apiserver::allocators::{ServiceCidr, TERMINATING};
use crate::explain::trace::Trace;
use crate::facts;
use crate::net::Cidr;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::SERVICE_CLUSTER_IP_RANGE;
use crate::startup::note;

rules! {
    /// There was none.
    OBJECT_IS_CREATED {
        id: "API-13a", slug: "default-service-cidr-is-created",
        versions: Versions::since(27),
        source: "pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go sync",
        evidence: Recorded,
        facts: [ranges],
        en: "The `kubernetes` ServiceCIDR does not exist yet, so kube-apiserver creates it from its flag: {ranges}, in that order.",
        zh: "`kubernetes` ServiceCIDR 尚不存在，因此 kube-apiserver 按其标志创建它：{ranges}，保持此顺序。",
    }
    /// One range becomes two.
    OBJECT_IS_EXTENDED {
        id: "API-13b", slug: "default-service-cidr-is-extended",
        versions: Versions::since(33),
        source: "pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go sync",
        evidence: SourceRead,
        facts: [range],
        en: "The flag still begins with the stored range and now has a second one: {range} is added to the `kubernetes` ServiceCIDR. It is the only change that kube-apiserver ever makes to this object.",
        zh: "标志仍以已存储的范围开头，并增加了第二个：{range} 被添加到 `kubernetes` ServiceCIDR。这是 kube-apiserver 对此对象唯一会做的更改。",
    }
    /// Object and flag disagree.
    OBJECT_IS_INCONSISTENT {
        id: "API-13c", slug: "default-service-cidr-is-inconsistent",
        versions: Versions::since(27),
        source: "pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go syncStatus",
        evidence: Recorded,
        facts: [stored, flag],
        en: "The `kubernetes` ServiceCIDR has {stored}, and the flag specifies {flag}. The object is not changed and remains in effect; from 1.35 on one event reports the difference.",
        zh: "`kubernetes` ServiceCIDR 的范围是 {stored}，而标志指定的是 {flag}。对象不会更改并继续生效；自 1.35 起会产生一个事件来报告此差异。",
    }
    /// Somebody else says that it is not ready.
    OBJECT_IS_NOT_READY {
        id: "API-13d", slug: "default-service-cidr-is-not-ready",
        versions: Versions::since(27),
        source: "pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go syncStatus",
        evidence: Recorded,
        facts: [reason],
        en: "The `kubernetes` ServiceCIDR agrees with the flag but is not ready ({reason}). The controller does not override this condition.",
        zh: "`kubernetes` ServiceCIDR 与标志一致，但未就绪（{reason}）。其控制器不会覆盖这一状况。",
    }
    /// It gives out addresses from now on.
    OBJECT_BECOMES_READY {
        id: "API-13e", slug: "default-service-cidr-becomes-ready",
        versions: Versions::since(27),
        source: "pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go syncStatus",
        evidence: Recorded,
        facts: [],
        en: "The `kubernetes` ServiceCIDR agrees with the flag and has no condition yet: it becomes `Ready`.",
        zh: "`kubernetes` ServiceCIDR 与标志一致，且尚无状况：它变为 `Ready`。",
    }
}

/// The condition `Ready` of a ServiceCIDR.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ready {
    /// Whether the object gives out addresses.
    pub status: bool,
    /// Why, in one word; may be empty.
    pub reason: String,
    /// Why, in words.
    pub message: String,
}

/// The object `kubernetes`, as far as its controller looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// `spec.cidrs`.
    pub ranges: Vec<Cidr>,
    /// The condition, if there is one.
    pub ready: Option<Ready>,
    /// Its deletion was asked for.
    pub deleting: bool,
}

impl From<&ServiceCidr> for Object {
    fn from(stored: &ServiceCidr) -> Self {
        let (reason, message) = if stored.terminating { TERMINATING } else { ("", READY) };
        Self {
            ranges: stored.ranges.clone(),
            ready: Some(Ready {
                status: !stored.terminating,
                reason: reason.to_owned(),
                message: message.to_owned(),
            }),
            deleting: stored.terminating,
        }
    }
}

/// An event of type Warning about the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The reason.
    pub reason: String,
    /// The message.
    pub message: String,
}

/// What a pass leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass {
    /// The object as it is now.
    pub object: Object,
    /// What the first such pass tells.
    pub event: Option<Event>,
}

const READY: &str = "Kubernetes default Service CIDR is ready";

/// One pass: `wanted` are the ranges of the flag, in its order.
pub fn sync(
    behavior: &Behavior,
    wanted: &[Cidr],
    stored: Option<Object>,
    trace: &mut Trace,
) -> Pass {
    let mut note = |rule, facts| {
        note(trace, rule, SERVICE_CLUSTER_IP_RANGE, facts);
    };
    let known = stored.as_ref().map(|object| object.ranges.as_slice());
    let ranges = pools::default_ranges(behavior, known, wanted);
    let Some(mut object) = stored else {
        note(&OBJECT_IS_CREATED, facts![ranges = print(wanted)]);
        let ready = Ready { status: true, reason: String::new(), message: READY.to_owned() };
        note(&OBJECT_BECOMES_READY, facts![]);
        let object = Object { ranges: wanted.to_vec(), ready: Some(ready), deleting: false };
        return Pass { object, event: None };
    };
    let mut event = None;
    if let Some(ranges) = ranges {
        note(&OBJECT_IS_EXTENDED, facts![range = print(&ranges[1..])]);
        object.ranges = ranges;
    } else if object.deleting {
        // What is being deleted belongs to kube-controller-manager.
    } else if object.ranges != wanted {
        let (stored, flag) = (print(&object.ranges), print(wanted));
        let message = format!(
            "The default ServiceCIDR {stored} does not match the controller flag configurations {flag}"
        );
        note(&OBJECT_IS_INCONSISTENT, facts![stored, flag]);
        event =
            Some(Event { reason: "KubernetesDefaultServiceCIDRInconsistent".to_owned(), message });
    } else if let Some(ready) = &object.ready {
        if !ready.status {
            note(&OBJECT_IS_NOT_READY, facts![reason = ready.reason.as_str()]);
            let message = format!("Configuration matches, but {}", ready.message);
            event = Some(Event { reason: ready.reason.clone(), message });
        }
    } else {
        note(&OBJECT_BECOMES_READY, facts![]);
        object.ready =
            Some(Ready { status: true, reason: String::new(), message: READY.to_owned() });
    }
    Pass { object, event: event.filter(|_| behavior.service_cidr_events_arrive) }
}

/// Ranges as Go prints a list of strings.
fn print(ranges: &[Cidr]) -> String {
    let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    format!("[{}]", ranges.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{Object, sync};
    use crate::apiserver::allocators::ServiceCidr;
    use crate::explain::trace::Trace;
    use crate::net::Cidr;
    use crate::net::go_parse::parse_cidr;
    use crate::release::behavior::{V1_32, V1_34, V1_36};

    fn ranges(texts: &[&str]) -> Vec<Cidr> {
        let read = texts.iter().map(|text| parse_cidr(text).expect("a range"));
        read.map(|read| Cidr::new(read.net)).collect()
    }

    fn stored(texts: &[&str], terminating: bool) -> Option<Object> {
        let (name, ranges) = ("kubernetes".to_owned(), ranges(texts));
        Some(Object::from(&ServiceCidr { name, ranges, terminating }))
    }

    #[test]
    fn a_second_range_joins_from_1_33_on() {
        let wanted = ranges(&["10.96.0.0/16", "fd00::/112"]);
        let pass =
            |behavior, texts| sync(behavior, &wanted, stored(texts, false), &mut Trace::default());
        assert_eq!(pass(&V1_36, &["10.96.0.0/16"]).object.ranges, wanted);
        assert_eq!(pass(&V1_32, &["10.96.0.0/16"]).object.ranges, wanted[..1]);
        let swapped = pass(&V1_36, &["fd00::/112"]);
        assert_eq!(swapped.object.ranges, wanted[1..]);
        assert!(swapped.event.is_some());
    }

    #[test]
    fn events_arrive_from_1_35_on() {
        let wanted = ranges(&["10.97.0.0/16"]);
        let pass = |behavior| {
            sync(behavior, &wanted, stored(&["10.96.0.0/16"], false), &mut Trace::default())
        };
        assert_eq!(pass(&V1_34).event, None);
        assert_eq!(
            pass(&V1_36).event.map(|event| event.message),
            Some(
                "The default ServiceCIDR [10.96.0.0/16] does not match the controller flag \
                 configurations [10.97.0.0/16]"
                    .to_owned()
            )
        );
    }

    #[test]
    fn an_object_that_goes_is_left_alone() {
        let wanted = ranges(&["10.97.0.0/16"]);
        let object = stored(&["10.96.0.0/16"], true);
        let pass = sync(&V1_36, &wanted, object.clone(), &mut Trace::default());
        assert_eq!((Some(pass.object), pass.event), (object, None));
    }
}
