//! Whether a list or a read each is cheaper.

/// How to look at what is in transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A read of each.
    Get,
    /// One list.
    List,
}

/// The cheaper way to look at so many resources, where the list has so many pages. A list of one page and one read cost
/// the same, and the read tells more.
pub(super) fn choose(resources: usize, pages: usize) -> Look {
    if resources > pages { Look::List } else { Look::Get }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheaper_way() {
        for (resources, pages, look) in [
            (1, 1, Look::Get),
            (2, 1, Look::List),
            (100, 1, Look::List),
            (100, 10, Look::List),
            // A few of ours among many foreign ones.
            (5, 10, Look::Get),
            (10, 10, Look::Get),
            (11, 10, Look::List),
        ] {
            assert_eq!(choose(resources, pages), look, "{resources} resources, {pages} pages");
        }
    }
}
