//! What do the checks in this package share?
//!
//! | module | its question |
//! |---|---|
//! | `apiserver` | what does a client get over HTTP? |
//! | [`vector`] | what does a line of a `*.jsonl` file say? |
//! | [`driver`] | what does the core answer to a scenario, step by step? |
//! | [`world`] | who may hold which address or port at this moment? |
//! | `sessions` | which sessions does nobody think of? |
//! | [`laws`] | what holds after every request, whatever it was? |
//! | [`placeholder`] | which value does `$v4:1` stand for, and may it? |
//! | `cases` | which texts do people really bring? |
//! | [`paste`] | is a text of flags still whole in the boxes? |
//! | [`compare`] | where does an answer differ from the recorded one? |
//! | [`kinds`] | what do the lines with a `kind` record, and what does the core say? |
//! | [`node_kinds`] | the same of those about Nodes' and Pods' ranges |
//! | [`files`] | what holds of every command about a file? |
//! | [`session_report`] | what did an event of a recorded session come to, as text? |
//! | [`start_kinds`] | the same for the start of components |
//! | [`install_kinds`] | the same for kubeadm, kind and k3s |
//! | [`installers`] | which configs reach the rules about them? |
//! | [`nodes`] | which nodes reach the rules that no recording reaches? |
//! | [`components`] | which texts reach the rules about components that do not fit? |
//! | [`workloads`] | which sessions reach the rules about Nodes and Pods? |
//! | [`plan`] | which texts reach the rules about ranges and plans? |
//! | `playground` | what does a session come to, without a browser? |
//! | [`replay`] | what would a recording of the core look like? |
//! | [`witness`] | which rules decided something, and in which release? |
//! | [`covered`] | which lines does the core claim to answer? |

#[cfg(not(target_arch = "wasm32"))]
pub mod apiserver;
#[cfg(not(target_arch = "wasm32"))]
pub mod cases;
pub mod compare;
pub mod components;
pub mod covered;
pub mod driver;
pub mod files;
pub mod install_kinds;
pub mod installers;
pub mod kinds;
pub mod laws;
pub mod node_kinds;
pub mod nodes;
pub mod paste;
pub mod placeholder;
pub mod plan;
#[cfg(not(target_arch = "wasm32"))]
pub mod playground;
pub mod replay;
pub mod session_report;
#[cfg(not(target_arch = "wasm32"))]
pub mod sessions;
pub mod start_kinds;
pub mod vector;
pub mod witness;
pub mod workloads;
pub mod world;
