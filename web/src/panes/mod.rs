//! The panes of the page, a file each.

pub mod answer;
pub mod cluster;
pub mod components;
pub mod documents;
pub mod embed;
pub mod first_families;
pub mod fixes;
pub mod footer;
pub mod header;
pub mod invitation;
pub mod manifest;
pub mod nodes;
pub mod notice;
pub mod output;
pub mod phone_bar;
pub mod planning;
pub mod prerequisites;
pub mod ruler;
pub mod share;
pub mod stored;
pub mod tabs;
pub mod text;
pub mod timeline;
pub mod why;
