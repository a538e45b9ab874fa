//! What does the status of a Pod say that existed before? Its addresses stay, and so does its end.

use std::net::IpAddr;

use super::PodState;
use crate::api::Json;

/// What became of a Pod with this status; `None` where its kubelet has still to start it.
pub(super) fn state(status: &Json) -> Option<PodState> {
    let has_ended = matches!(status["phase"].as_str(), Some("Succeeded" | "Failed"));
    let ips = addresses(status);
    match (has_ended, ips.as_slice()) {
        (true, _) => Some(PodState::Ended),
        (false, []) => None,
        (false, ips) => Some(PodState::Runs(ips.into())),
    }
}

/// `podIPs`; up to 1.15 there was only `podIP`.
fn addresses(status: &Json) -> Vec<IpAddr> {
    let read = |json: &Json| json.as_str()?.parse::<IpAddr>().ok();
    let all = status["podIPs"].as_array().unwrap_or_default().iter();
    let all: Vec<IpAddr> = all.filter_map(|it| read(&it["ip"])).collect();
    if all.is_empty() { read(&status["podIP"]).into_iter().collect() } else { all }
}

#[cfg(test)]
mod tests {
    use super::{PodState, state};
    use crate::source::yaml::parse;

    #[test]
    fn addresses_and_ends_are_kept_and_what_has_not_started_starts() {
        let of = |text: &str| state(&parse(text).documents[0].node.to_json());
        let runs = |ips: &[&str]| {
            let ips = ips.iter().map(|it| it.parse().expect("an address"));
            Some(PodState::Runs(ips.collect::<Vec<_>>().into()))
        };
        let two = "{phase: Running, podIP: 10.9.1.7, podIPs: [{ip: 10.9.1.7}, {ip: 'fd00::7'}]}";
        assert_eq!(of(two), runs(&["10.9.1.7", "fd00::7"]));
        assert_eq!(of("{phase: Running, podIP: 10.9.1.7}"), runs(&["10.9.1.7"]));
        assert_eq!(of("{phase: Succeeded, podIP: 10.9.1.7}"), Some(PodState::Ended));
        for text in ["{phase: Pending}", "{podIPs: 5}", "{podIP: x}", "[]", "5"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
