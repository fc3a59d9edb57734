//! What became of a write to AWS is written into the object, whoever else writes it meanwhile.

use std::time::Duration;

use agentcore_engine::{
    conclusion::{Conclusion, Met},
    object::Meta,
};
use tokio::time::sleep;

use super::{
    objects::{Error, Objects, Read},
    shell::Shell,
};
use crate::kinds::Managed;

impl<K: Managed> Shell<K> {
    /// Writes what became of a write to AWS.
    pub(super) async fn conclude(&self, objects: &Objects<K>, read: &Read<K>, status: K::Status) -> Result<(), Error> {
        let mut conclusion = Conclusion::new(&self.rules, &read.object, status);
        let mut onto = read.clone();
        loop {
            let Err(error) = objects.write_status(&onto, conclusion.status()).await else {
                self.shared.metrics.status_written(K::NAME);
                return Ok(());
            };
            onto = Self::newest(objects, &onto.object.meta, &mut conclusion, error).await?;
            if !conclusion.onto(&onto.object) {
                let name = &onto.object.meta.name;
                tracing::warn!(%name, "somebody else went on with this object: what AWS answered is not written");
                return Ok(());
            }
        }
    }

    /// The newest object, onto which a conclusion may be written that has met this error.
    async fn newest(
        objects: &Objects<K>,
        meta: &Meta,
        conclusion: &mut Conclusion<K>,
        mut error: Error,
    ) -> Result<Read<K>, Error> {
        loop {
            let met = match &error {
                Error::Conflict => Met::Conflict,
                Error::Gone => Met::Gone,
                _ => Met::Trouble,
            };
            let Some(wait) = conclusion.missed(met) else { return Err(error) };
            if let Some(wait) = Duration::try_from(wait).ok().filter(|wait| !wait.is_zero()) {
                tracing::warn!(name = %meta.name, %error, "what AWS answered is not written yet: tries again");
                sleep(wait).await;
            }
            match objects.get(&meta.name).await {
                Ok(Some(newest)) => return Read::new(newest, &meta.namespace_uid),
                Ok(None) => return Err(Error::Gone),
                Err(again) => error = again,
            }
        }
    }
}
