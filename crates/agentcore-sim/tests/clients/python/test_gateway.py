"""Gateways, their targets, and resource policies."""

import json
import unittest

from support import ACCOUNT, REGION, ROLE, Case

LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tool"
TOOL = {
    "mcp": {
        "lambda": {
            "lambdaArn": LAMBDA,
            "toolSchema": {
                "inlinePayload": [
                    {
                        "name": "add",
                        "description": "adds",
                        "inputSchema": {
                            "type": "object",
                            "properties": {"terms": {"type": "array", "items": {"type": "number"}}},
                            "required": ["terms"],
                        },
                    }
                ]
            },
        }
    }
}
CREDENTIALS = [{"credentialProviderType": "GATEWAY_IAM_ROLE"}]


class Gateways(Case):
    def ready(self, gateway):
        return self.until(
            lambda found: found["status"] == "READY", lambda: self.control.get_gateway(gatewayIdentifier=gateway)
        )

    def test_life(self):
        control = self.control
        created = control.create_gateway(
            name="life",
            description="first",
            roleArn=ROLE,
            protocolType="MCP",
            authorizerType="AWS_IAM",
            exceptionLevel="DEBUG",
            tags={"team": "a"},
        )
        self.status(created, 202)
        gateway = created["gatewayId"]
        found = self.ready(gateway)
        self.assertTrue(found["gatewayUrl"].startswith("https://"))
        self.assertEqual((found["description"], found["exceptionLevel"]), ("first", "DEBUG"))

        control.update_gateway(
            gatewayIdentifier=gateway, name="life", roleArn=ROLE, protocolType="MCP", authorizerType="AWS_IAM"
        )
        found = self.ready(gateway)
        self.assertNotIn("exceptionLevel", found)
        self.assertNotIn("description", found)

        target = control.create_gateway_target(
            gatewayIdentifier=gateway,
            name="tool",
            targetConfiguration=TOOL,
            credentialProviderConfigurations=CREDENTIALS,
        )
        self.status(target, 202)
        read = lambda: control.get_gateway_target(gatewayIdentifier=gateway, targetId=target["targetId"])
        found = self.until(lambda found: found["status"] == "READY", read)
        self.assertEqual(found["targetConfiguration"], TOOL)
        control.update_gateway_target(
            gatewayIdentifier=gateway,
            targetId=target["targetId"],
            name="renamed",
            targetConfiguration=TOOL,
            credentialProviderConfigurations=CREDENTIALS,
        )
        self.until(lambda found: found["status"] == "READY" and found["name"] == "renamed", read)
        listed = self.all(control, "list_gateway_targets", "items", gatewayIdentifier=gateway)
        self.assertEqual([(item["name"], item["targetType"]) for item in listed], [("renamed", "LAMBDA")])

        arn = self.ready(gateway)["gatewayArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "bedrock-agentcore:*", "Resource": arn}
            ],
        }
        self.status(control.put_resource_policy(resourceArn=arn, policy=json.dumps(policy)), 201)
        self.assertEqual(json.loads(control.get_resource_policy(resourceArn=arn)["policy"]), policy)
        self.status(control.delete_resource_policy(resourceArn=arn), 204)

        control.delete_gateway_target(gatewayIdentifier=gateway, targetId=target["targetId"])
        self.gone(control.get_gateway_target, gatewayIdentifier=gateway, targetId=target["targetId"])
        self.status(control.delete_gateway(gatewayIdentifier=gateway), 202)
        self.gone(control.get_gateway, gatewayIdentifier=gateway)

    def test_refusals(self):
        control = self.control
        self.refused(
            "ValidationException",
            400,
            control.create_gateway,
            name="no-authorizer",
            roleArn=ROLE,
            authorizerType="CUSTOM_JWT",
        )
        control.create_gateway(name="twice", roleArn=ROLE, authorizerType="AWS_IAM")
        self.refused(
            "ConflictException", 409, control.create_gateway, name="twice", roleArn=ROLE, authorizerType="AWS_IAM"
        )


if __name__ == "__main__":
    unittest.main()
