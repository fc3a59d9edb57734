//! The only source of chance: a generator whose whole state is one number.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What ids consist of after the hyphen.
const ALPHANUMERICS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// What access key ids consist of after their prefix.
const KEY_CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A seeded generator. It is plain data, so that a saved state goes on with the same numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to, but without, `bound`. 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let mut generator = fastrand::Rng::with_seed(self.0);
        let number = if bound == 0 { 0 } else { generator.u64(0..bound) };
        self.0 = generator.get_seed();
        number
    }

    /// A duration between two bounds in milliseconds, both included.
    pub(crate) fn millis(&mut self, from: u64, to: u64) -> SignedDuration {
        let millis = from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)));
        SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    /// The ten characters at the end of an id.
    pub(crate) fn id_suffix(&mut self) -> String {
        self.text(ALPHANUMERICS, 10)
    }

    /// A secret or a token of this many characters.
    pub(crate) fn secret(&mut self, length: usize) -> String {
        self.text(ALPHANUMERICS, length)
    }

    /// The sixteen characters of an access key id after its prefix.
    ///
    /// The last one is a letter, so that no such key names an account by its last twelve digits.
    pub(crate) fn key_suffix(&mut self) -> String {
        let mut text = self.text(KEY_CHARACTERS, 15);
        text.push('A');
        text
    }

    /// A request id in the form of a UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let high = self.below(u64::MAX);
        let low = self.below(u64::MAX);
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    fn text(&mut self, characters: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| {
                let at = usize::try_from(self.below(characters.len() as u64)).unwrap_or(0);
                char::from(characters.get(at).copied().unwrap_or(b'a'))
            })
            .collect()
    }
}
