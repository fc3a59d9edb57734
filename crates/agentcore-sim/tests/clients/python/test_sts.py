"""Who one is, and becoming another."""

import unittest

from support import ACCOUNT, Case


class Identity(Case):
    def test_identity(self):
        self.assertEqual(self.client("sts").get_caller_identity()["Account"], ACCOUNT)

    def test_session(self):
        role = "arn:aws:iam::210987654321:role/deployer"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        identity = self.client("sts", **session).get_caller_identity()
        self.assertEqual(identity["Account"], "210987654321")
        self.assertEqual(identity["Arn"], "arn:aws:sts::210987654321:assumed-role/deployer/test")
        there = self.client("bedrock-agentcore-control", **session)
        there.create_memory(name="there", eventExpiryDuration=7)
        self.assertEqual(len(there.list_memories()["memories"]), 1)
        self.assertNotIn(
            there.list_memories()["memories"][0]["id"],
            [item["id"] for item in self.control.list_memories(maxResults=50)["memories"]],
        )


if __name__ == "__main__":
    unittest.main()
