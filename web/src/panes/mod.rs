//! The panes of the page, a file each.

pub mod answer;
pub mod cluster;
pub mod components;
pub mod embed;
pub mod first_families;
pub mod fixes;
pub mod frame;
pub mod manifest;
pub mod nodes;
pub mod output;
pub mod planning;
pub mod prerequisites;
pub mod ruler;
pub mod share;
pub mod stored;
pub mod tabs;
pub mod text;
pub mod timeline;
pub mod why;
