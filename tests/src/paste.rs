//! Does a text of flags survive being read and shown in boxes? Whatever it is, no byte of it is lost.

use dualstack_core::source::flags::boxes::{replace, split};
use dualstack_core::source::flags::{Component, parse};
use dualstack_core::source::span::Span;

/// The first law that a text breaks.
///
/// # Errors
/// Which one, and where.
pub fn check(text: &str) -> Result<(), String> {
    let read = parse(text);
    let parts = split(text);
    let inside = |span: Span| match text.get(span.start..span.end) {
        Some(_) => Ok(()),
        None => Err(format!("{span:?} is no place in the text")),
    };
    read.problems.iter().try_for_each(|it| inside(it.span))?;
    let mut last = 0;
    for section in &read.sections {
        let component = section.component;
        inside(section.span)?;
        if section.span.start < last || section.lead > section.span.start {
            return Err(format!("{component:?} at {:?} is out of order", section.span));
        }
        last = section.span.end;
        let mut before = section.span.start;
        for flag in &section.flags {
            [flag.span, flag.name_span, flag.value_span].into_iter().try_for_each(inside)?;
            if flag.span.start < before {
                return Err(format!("--{} stands before the flag before it", flag.name));
            }
            before = flag.span.start;
            // A flag is shown in the box of its program, as it is written.
            let Some(place) = parts.span_in(component, flag.span) else {
                // Another program's text may stand on the same line.
                continue;
            };
            let shown = parts.of(component);
            let shown = shown.get(place.start..place.end);
            let is_whole = place.end - place.start == flag.span.end - flag.span.start;
            if is_whole && shown != text.get(flag.span.start..flag.span.end) {
                return Err(format!("--{} is shown as {shown:?}", flag.name));
            }
        }
    }
    for component in Component::ALL {
        let shown = parts.of(component);
        if replace(text, component, &shown) != text {
            return Err(format!("the box of {component:?} put back changes the text"));
        }
    }
    Ok(())
}
