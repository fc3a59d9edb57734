//! The Elastic Container Registry: repositories and their images.

mod delete_images;
mod download;
mod images;
mod layers;
mod lookup;
mod manifest;
mod policies;
mod push;
mod repositories;
mod sample;
mod state;
mod tags;

pub(crate) use download::{BLOBS, serve_blob};
pub(crate) use sample::{Sample, add_sample};
pub(crate) use state::State;

use super::{ONE_PLACE, Operation, Protocol, Run, Service};
use crate::failure::Dialect;

/// The service.
pub(crate) static SERVICE: Service = Service {
    signing_name: "ecr",
    name: "ecr",
    protocol: Protocol::Json("AmazonEC2ContainerRegistry_V20150921"),
    operations: OPERATIONS,
    missing: "",
};

/// What is assumed where no quota is published: it is for the operations of pushing and pulling only.
const ASSUMED: u32 = 10;

const fn read(name: &'static str, per_second: u32, run: Run) -> Operation {
    Operation::read(name, ONE_PLACE, per_second, Dialect::Parameter, run)
}

const fn write(name: &'static str, per_second: u32, run: Run) -> Operation {
    Operation { writes: true, ..read(name, per_second, run) }
}

/// Requests per second are those of the ECR user guide, "service quotas", where it has them.
static OPERATIONS: &[Operation] = &[
    write("CreateRepository", ASSUMED, repositories::create),
    read("DescribeRepositories", ASSUMED, repositories::describe),
    write("DeleteRepository", ASSUMED, repositories::delete),
    write("PutImageTagMutability", ASSUMED, repositories::put_mutability),
    write("PutImageScanningConfiguration", ASSUMED, repositories::put_scanning),
    write("SetRepositoryPolicy", ASSUMED, policies::set),
    read("GetRepositoryPolicy", ASSUMED, policies::get),
    write("DeleteRepositoryPolicy", ASSUMED, policies::delete),
    write("PutLifecyclePolicy", ASSUMED, policies::put_lifecycle),
    read("GetLifecyclePolicy", ASSUMED, policies::get_lifecycle),
    write("DeleteLifecyclePolicy", ASSUMED, policies::delete_lifecycle),
    write("TagResource", ASSUMED, tags::tag),
    write("UntagResource", ASSUMED, tags::untag),
    read("ListTagsForResource", ASSUMED, tags::list),
    read("GetAuthorizationToken", 500, download::authorize),
    write("PutImage", 10, push::put_image),
    read("BatchGetImage", 2000, images::get),
    read("DescribeImages", ASSUMED, images::describe),
    read("ListImages", ASSUMED, images::list),
    write("BatchDeleteImage", ASSUMED, delete_images::delete),
    write("InitiateLayerUpload", 100, layers::initiate),
    write("UploadLayerPart", 500, layers::upload_part),
    write("CompleteLayerUpload", 100, layers::complete),
    read("BatchCheckLayerAvailability", 1000, layers::check),
    read("GetDownloadUrlForLayer", 3000, download::url),
];
