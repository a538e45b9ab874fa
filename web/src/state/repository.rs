//! Where is the source of the page? GitHub Pages names owner and repository in the address of the page; elsewhere
//! nobody knows.

/// The address of the repository that GitHub Pages publishes at `page`.
#[must_use]
pub fn of(page: &str) -> Option<String> {
    let (host, path) = page.strip_prefix("https://")?.split_once('/')?;
    let owner = host.strip_suffix(".github.io")?;
    // The page of a person or an organization is of the repository that has its name.
    let name = match path.split_once('/') {
        Some((name, _)) if !name.is_empty() => name,
        _ => host,
    };
    Some(format!("https://github.com/{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn github_pages_names_the_repository() {
        let address = |page| of(page).unwrap_or_default();
        assert_eq!(
            address("https://someone.github.io/playground/?lang=en"),
            "https://github.com/someone/playground"
        );
        assert_eq!(
            address("https://someone.github.io/"),
            "https://github.com/someone/someone.github.io"
        );
        assert_eq!(of("https://example.com/playground/"), None);
        assert_eq!(of("http://127.0.0.1:8080/"), None);
    }
}
