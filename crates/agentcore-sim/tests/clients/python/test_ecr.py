"""Repositories and images."""

import hashlib
import json
import unittest
from urllib.request import urlopen

from support import ACCOUNT, REGION, Case

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Repositories(Case):
    def setUp(self):
        super().setUp()
        self.ecr = self.client("ecr")

    def upload(self, repository, content):
        upload = self.ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
        self.ecr.upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=0,
            partLastByte=len(content) - 1,
            layerPartBlob=content,
        )
        self.ecr.complete_layer_upload(
            repositoryName=repository, uploadId=upload, layerDigests=[digest(content)]
        )
        return {"size": len(content), "digest": digest(content)}

    def test_life(self):
        ecr = self.ecr
        made = ecr.create_repository(
            repositoryName="agents/life",
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
            tags=[{"Key": "team", "Value": "a"}],
        )["repository"]
        self.assertEqual(made["repositoryUri"], f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/agents/life")
        self.refused("RepositoryAlreadyExistsException", 400, ecr.create_repository, repositoryName="agents/life")
        (found,) = ecr.describe_repositories(repositoryNames=["agents/life"])["repositories"]
        self.assertEqual(found["imageTagMutability"], "IMMUTABLE")

        config = json.dumps({"architecture": "arm64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                **self.upload("agents/life", config.encode()),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    **self.upload("agents/life", b"layer" * 1000),
                }
            ],
        }
        text = json.dumps(manifest)
        image = ecr.put_image(repositoryName="agents/life", imageManifest=text, imageTag="1")["image"]
        self.assertEqual(image["imageId"], {"imageTag": "1", "imageDigest": digest(text.encode())})
        (got,) = ecr.batch_get_image(repositoryName="agents/life", imageIds=[{"imageTag": "1"}])["images"]
        self.assertEqual(got["imageManifest"], text)
        (detail,) = ecr.describe_images(repositoryName="agents/life", imageIds=[{"imageTag": "1"}])["imageDetails"]
        self.assertEqual(detail["imageTags"], ["1"])
        self.assertNotIn("architecture", detail)
        url = ecr.get_download_url_for_layer(
            repositoryName="agents/life", layerDigest=manifest["config"]["digest"]
        )["downloadUrl"]
        with urlopen(url) as blob:
            self.assertEqual(json.load(blob)["architecture"], "arm64")
        self.refused(
            "ImageTagAlreadyExistsException",
            400,
            ecr.put_image,
            repositoryName="agents/life",
            imageManifest=text + " ",
            imageTag="1",
        )
        missing = json.dumps({**manifest, "layers": [{**manifest["layers"][0], "digest": digest(b"none")}]})
        self.refused(
            "LayersNotFoundException", 400, ecr.put_image, repositoryName="agents/life", imageManifest=missing
        )
        self.refused("RepositoryNotEmptyException", 400, ecr.delete_repository, repositoryName="agents/life")
        ecr.delete_repository(repositoryName="agents/life", force=True)
        self.refused("RepositoryNotFoundException", 400, ecr.describe_repositories, repositoryNames=["agents/life"])

    def test_pages(self):
        names = [f"page-{number}" for number in range(5)]
        for name in names:
            self.ecr.create_repository(repositoryName=name)
        found = self.all(self.ecr, "describe_repositories", "repositories")
        self.assertEqual(sorted(item["repositoryName"] for item in found if item["repositoryName"] in names), names)


if __name__ == "__main__":
    unittest.main()
