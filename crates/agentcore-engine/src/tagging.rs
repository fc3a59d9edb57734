//! The tags of a resource, which have calls of their own.

use agentcore_api::status::{PartRecord, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::{
    change::Settled,
    conditions::Verdict,
    digest::Digest,
    fault::{Class, Fault},
    kind::Kind,
    pass::{Desired, Flow, Pass},
    record,
    step::{Again, Call, Step},
};

impl<K: Kind> Pass<'_, K> {
    /// Sets and removes tags, one call a pass; `None` when nothing is left to do.
    pub(crate) fn tag(&self, desired: &Desired<'_, K>, settled: &mut Settled<'_, K>) -> Flow<Option<Step<K>>, K> {
        let arn = &settled.view.facts.arn;
        let region = desired.place.region.clone();
        let mut listed = true;
        let (set, removed) = match self.ask_tags(&region, arn)? {
            Ok(Some(found)) => {
                let (set, removed) = crate::tags::difference(&desired.body.tags, found);
                // What an adopted resource was tagged with before is not ours to remove.
                let first =
                    settled.record.adopted && settled.record.accepted_digest.as_deref().is_none_or(Digest::has_no_tags);
                (set, if first { Vec::new() } else { removed })
            }
            Ok(None) => return Ok(Some(self.retry_soon(settled.status.clone()))),
            // AWS lists no tags for this kind: all are set, and none can be removed.
            Err(fault) if fault.class == Class::Invalid => {
                listed = false;
                (desired.body.tags.clone(), Vec::new())
            }
            // Tags that are to go may be there, whoever is denied the look: they are as desired only once seen.
            Err(fault) => return Err(self.fault(fault)),
        };
        let accepted = settled.record.accepted_digest.clone();
        let with_tags = Some(desired.digest.with_tags(accepted.as_deref()));
        if set.is_empty() && removed.is_empty() {
            settled.record.accepted_digest = with_tags;
            return Ok(None);
        }
        if self.is_still() {
            return Ok(Some(self.does_not_match(settled.status.clone(), "the tags differ")));
        }
        if !self.known.announced
            && let Some(end) = self.not_due(&settled.record, &desired.digest.text(), settled.status.clone())
        {
            return Ok(Some(end));
        }
        // Removed first, because there may be no more than fifty. Once they are seen to be gone the others are set, and
        // that is the end, however AWS shows them.
        let last = set.is_empty() || removed.is_empty();
        let call = if removed.is_empty() {
            Call::Tag { region, arn: arn.clone(), tags: set }
        } else {
            Call::Untag { region, arn: arn.clone(), keys: removed }
        };
        let updating = Verdict::Progressing(Reason::Updating);
        let message = format!("updates the tags of the {} {}", K::NOUN, settled.view.facts.id);
        let announce = |part: &mut PartRecord, now: MicroTime| record::tagged(part, now);
        let repeats = self.repeats_failure(&settled.record, &desired.digest.text());
        let announced = if repeats { Verdict::Keep } else { updating };
        let outcome = self.write(|| self.announcement(announce, announced, &message), call)?;
        let mut part = settled.record.clone();
        let (verdict, message, again) = match outcome {
            Ok(_) => {
                if last {
                    part.accepted_digest = with_tags;
                    part.failure = None;
                    (updating, message, Again::Now)
                } else {
                    // Where AWS goes on showing them for a while, it is not asked again and again.
                    (updating, message, Again::Retry(Class::NotFound))
                }
            }
            // AWS takes tags of this kind at its creation only, and nobody is known to have edited them since.
            Err(fault)
                if fault.class == Class::Invalid && !listed && accepted.as_deref().is_none_or(Digest::has_no_tags) =>
            {
                part.accepted_digest = with_tags;
                (updating, message, Again::Now)
            }
            Err(fault) if fault.refusal => {
                record::failed(&mut part, &desired.digest.text(), fault.class.reason(), self.now);
                let (verdict, message, again) = self.refused(&part, fault);
                let message = if fault.class == Class::Invalid { Self::refused_tags(settled, fault) } else { message };
                (verdict, message, again)
            }
            Err(fault) => Self::undecided(fault),
        };
        Ok(Some(self.concluded(settled.status.clone(), part, outcome, (verdict, &message, again))))
    }

    /// AWS refuses the tags, and has all else.
    fn refused_tags(settled: &Settled<'_, K>, fault: &Fault) -> String {
        format!(
            "{}. All but the tags of the {} {} is as the spec says: take the last change of spec.tags or of \
             --default-tags back, or create another {}; the same is tried again in an hour, or when the annotation \
             agentcore-operator.github.io/requestedAt changes",
            fault.sentence(),
            K::NOUN,
            settled.view.facts.id,
            K::NAME
        )
    }

    /// The resource is shown, and its tags are not: one of the two answers is old.
    fn retry_soon(&self, status: K::Status) -> Step<K> {
        let message = format!("looks at the {} again", K::NOUN);
        let verdict = Verdict::Progressing(Reason::Progressing);
        self.rest_in(status, verdict, &message, Again::Retry(Class::NotFound))
    }
}
