"""Agent runtimes, their versions and endpoints."""

import unittest
from datetime import datetime
from uuid import uuid4

from botocore.exceptions import ParamValidationError

from support import IMAGE, ROLE, Case


def definition(**more):
    return {
        "roleArn": ROLE,
        "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": IMAGE}},
        "networkConfiguration": {"networkMode": "PUBLIC"},
        **more,
    }


class Runtimes(Case):
    def ready(self, runtime, version=None):
        return self.until(
            lambda found: found["status"] == "READY" and version in (None, found["agentRuntimeVersion"]),
            lambda: self.control.get_agent_runtime(agentRuntimeId=runtime),
        )

    def test_life(self):
        control = self.control
        created = control.create_agent_runtime(
            agentRuntimeName="life",
            description="first",
            environmentVariables={"A": "1"},
            protocolConfiguration={"serverProtocol": "HTTP"},
            lifecycleConfiguration={"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
            requestHeaderConfiguration={"requestHeaderAllowlist": ["Authorization"]},
            tags={"team": "a"},
            **definition(),
        )
        self.status(created, 202)
        self.assertIsInstance(created["createdAt"], datetime)
        self.assertEqual(created["agentRuntimeVersion"], "1")
        runtime, arn = created["agentRuntimeId"], created["agentRuntimeArn"]
        found = self.ready(runtime)
        self.assertEqual(found["description"], "first")
        self.assertEqual(found["environmentVariables"], {"A": "1"})
        self.assertNotIn("tags", found)

        updated = control.update_agent_runtime(agentRuntimeId=runtime, description="second", **definition())
        self.status(updated, 202)
        self.assertEqual(updated["agentRuntimeVersion"], "2")
        found = self.ready(runtime, "2")
        self.assertEqual(found["description"], "second")
        self.assertFalse(found.get("environmentVariables"))
        old = control.get_agent_runtime(agentRuntimeId=runtime, agentRuntimeVersion="1")
        self.assertEqual(old["description"], "first")
        versions = self.all(control, "list_agent_runtime_versions", "agentRuntimes", agentRuntimeId=runtime)
        self.assertEqual(sorted(version["agentRuntimeVersion"] for version in versions), ["1", "2"])

        endpoint = self.until(
            lambda found: found.get("liveVersion") == "2" and found["status"] == "READY",
            lambda: control.get_agent_runtime_endpoint(agentRuntimeId=runtime, endpointName="DEFAULT"),
        )
        self.assertEqual(endpoint["agentRuntimeArn"].split("/")[-1].split(":")[0], runtime)
        self.refused(
            "ValidationException", 400, control.create_agent_runtime_endpoint, agentRuntimeId=runtime, name="DEFAULT"
        )
        made = control.create_agent_runtime_endpoint(agentRuntimeId=runtime, name="canary", agentRuntimeVersion="1")
        self.status(made, 202)
        read = lambda: control.get_agent_runtime_endpoint(agentRuntimeId=runtime, endpointName="canary")
        self.assertEqual(self.until(lambda found: found["status"] == "READY", read)["liveVersion"], "1")
        control.update_agent_runtime_endpoint(agentRuntimeId=runtime, endpointName="canary", agentRuntimeVersion="2")
        self.until(lambda found: found["status"] == "READY" and found["liveVersion"] == "2", read)
        endpoints = self.all(control, "list_agent_runtime_endpoints", "runtimeEndpoints", agentRuntimeId=runtime)
        self.assertEqual(sorted(endpoint["name"] for endpoint in endpoints), ["DEFAULT", "canary"])
        self.status(control.delete_agent_runtime_endpoint(agentRuntimeId=runtime, endpointName="canary"), 202)
        self.gone(control.get_agent_runtime_endpoint, agentRuntimeId=runtime, endpointName="canary")

        control.tag_resource(resourceArn=arn, tags={"stage": "test"})
        self.assertEqual(control.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "a", "stage": "test"})
        self.status(control.untag_resource(resourceArn=arn, tagKeys=["team"]), 204)
        self.assertEqual(control.list_tags_for_resource(resourceArn=arn)["tags"], {"stage": "test"})

        self.status(control.delete_agent_runtime(agentRuntimeId=runtime), 202)
        self.gone(control.get_agent_runtime, agentRuntimeId=runtime)
        self.refused("ResourceNotFoundException", 404, control.delete_agent_runtime, agentRuntimeId=runtime)

    def test_pages(self):
        names = [f"page_{number}" for number in range(5)]
        for name in names:
            self.control.create_agent_runtime(agentRuntimeName=name, **definition())
        found = self.all(self.control, "list_agent_runtimes", "agentRuntimes")
        self.assertEqual(sorted(item["agentRuntimeName"] for item in found if item["agentRuntimeName"] in names), names)

    def test_token(self):
        token = str(uuid4())
        first = self.control.create_agent_runtime(agentRuntimeName="token", clientToken=token, **definition())
        again = self.control.create_agent_runtime(agentRuntimeName="token", clientToken=token, **definition())
        self.assertEqual(first["agentRuntimeId"], again["agentRuntimeId"])
        answer = self.refused(
            "ValidationException",
            400,
            self.control.create_agent_runtime,
            agentRuntimeName="token",
            clientToken=token,
            **definition(description="other"),
        )
        self.assertEqual(answer["reason"], "IdempotentParameterMismatchException")

    def test_refusals(self):
        control = self.control
        with self.assertRaises(ParamValidationError):
            control.create_agent_runtime(agentRuntimeName="short")
        answer = self.refused(
            "ValidationException", 400, control.create_agent_runtime, agentRuntimeName="with-hyphen", **definition()
        )
        self.assertEqual(answer["reason"], "FieldValidationFailed")
        self.assertEqual([field["name"] for field in answer["fieldList"]], ["agentRuntimeName"])
        control.create_agent_runtime(agentRuntimeName="twice", **definition())
        self.refused("ConflictException", 409, control.create_agent_runtime, agentRuntimeName="twice", **definition())
        self.refused("ResourceNotFoundException", 404, control.get_agent_runtime, agentRuntimeId="none-0123456789")


if __name__ == "__main__":
    unittest.main()
