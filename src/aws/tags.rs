//! Tags: the calls are the same for every kind.

use agentcore_api::common::Tags;
use agentcore_engine::{
    fault::{Class, Fault},
    known::TagMap,
    step::Accepted,
};
use aws_sdk_bedrockagentcorecontrol::client::customize::CustomizableOperation;

use super::Control;

/// AWS's name of the call that sets tags.
pub const TAG: &str = "TagResource";

/// AWS's name of the call that removes tags.
pub const UNTAG: &str = "UntagResource";

impl Control {
    /// The tags of a resource, or `None` if there is no such resource.
    pub async fn list_tags(&self, arn: &str) -> Result<Option<TagMap>, Fault> {
        let request = self.sdk().list_tags_for_resource().resource_arn(arn).customize();
        match self.read("ListTagsForResource", request, CustomizableOperation::send).await {
            Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().collect())),
            Err(fault) if fault.class == Class::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Adds or changes tags.
    pub async fn tag(&self, arn: &str, tags: &Tags) -> Result<Accepted, Fault> {
        let tags = tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let request = self.sdk().tag_resource().resource_arn(arn).set_tags(Some(tags)).customize();
        self.write(TAG, request, CustomizableOperation::send).await?;
        Ok(Accepted::default())
    }

    /// Removes tags.
    pub async fn untag(&self, arn: &str, keys: &[String]) -> Result<Accepted, Fault> {
        let request = self.sdk().untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec())).customize();
        self.write(UNTAG, request, CustomizableOperation::send).await?;
        Ok(Accepted::default())
    }
}
