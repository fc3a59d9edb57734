//! Resources that requests name by their id or by their ARN.

use super::Call;
use crate::failure::Failure;
use crate::store::Kind;

/// The id of a resource. An ARN must be that of a resource of the kind, in the caller's account and region.
pub(super) fn id_of(call: &Call<'_>, field: &str, given: &str, kind: Kind) -> Result<String, Failure> {
    if !given.starts_with("arn:") {
        return Ok(given.to_owned());
    }
    let Some((_, id)) = Kind::of_arn(given).filter(|(found, _)| *found == kind) else {
        let noun = kind.noun().to_lowercase();
        return Err(Failure::field(field, format!("{field} is not the ARN of a resource of the sort '{noun}'")));
    };
    if call.arn(kind, &id) == given { Ok(id) } else { Err(call.denied(given)) }
}
