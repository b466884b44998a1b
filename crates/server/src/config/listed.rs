//! What is written with two brackets (`[[receiver]]`, `[[library.folder]]`, `[[chat.provider]]`): which of a list came, went, or is not what it was.

use super::read::Change;

/// How things of a list are told from each other.
pub(super) struct Listed<T> {
    /// What stands before a name.
    pub(super) what: &'static str,
    /// By what one is the same in both lists.
    pub(super) id: fn(&T) -> &str,
    /// What people call it.
    pub(super) name: fn(&T) -> &str,
    /// What is shown of it; no secret.
    pub(super) word: fn(&T) -> String,
    /// Nothing of it is otherwise, secrets included.
    pub(super) is_same: fn(&T, &T) -> bool,
    /// Their order counts.
    pub(super) ordered: bool,
}

impl<T> Listed<T> {
    /// From one list to the other.
    pub(super) fn changes(&self, was: &[T], now: &[T]) -> Vec<Change> {
        let of = |all: &'_ [T], id: &str| all.iter().position(|one| (self.id)(one) == id);
        let gone = was.iter().filter(|old| of(now, (self.id)(old)).is_none()).map(|old| (Some(old), None));
        let others = now.iter().map(|new| (of(was, (self.id)(new)).map(|at| &was[at]), Some(new)));
        let moved = self.ordered && was.iter().map(self.id).ne(now.iter().map(self.id));
        let is_change = |(old, new): &(Option<&T>, Option<&T>)| match (old, new) {
            (Some(old), Some(new)) => moved || !(self.is_same)(old, new),
            _ => true,
        };
        let word = |of: Option<&T>| of.map_or_else(|| "—".to_owned(), self.word);
        let change = |(old, new): (Option<&T>, Option<&T>)| Change {
            key: format!("{} '{}'", self.what, new.or(old).map_or("", self.name)),
            was: word(old),
            now: word(new),
            restart: false,
        };
        gone.chain(others).filter(is_change).map(change).collect()
    }
}
