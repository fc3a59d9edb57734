"""Roles and policies."""

import json
import unittest

from support import ACCOUNT, Case

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Logs", "Effect": "Allow", "Action": ["logs:*"], "Resource": "*"}],
}


class Roles(Case):
    def setUp(self):
        super().setUp()
        self.iam = self.client("iam")

    def test_life(self):
        iam = self.iam
        role = iam.create_role(
            RoleName="life",
            Path="/agents/",
            AssumeRolePolicyDocument=json.dumps(TRUST),
            Description="first & <only>",
            MaxSessionDuration=7200,
            Tags=[{"Key": "team", "Value": "a"}],
        )["Role"]
        self.assertEqual(role["Arn"], f"arn:aws:iam::{ACCOUNT}:role/agents/life")
        iam.get_waiter("role_exists").wait(RoleName="life")
        found = iam.get_role(RoleName="life")["Role"]
        self.assertEqual(found["AssumeRolePolicyDocument"], TRUST)
        self.assertEqual(found["Description"], "first & <only>")
        self.assertEqual(found["Tags"], [{"Key": "team", "Value": "a"}])
        self.refused(
            "EntityAlreadyExists", 409, iam.create_role, RoleName="life", AssumeRolePolicyDocument=json.dumps(TRUST)
        )

        iam.put_role_policy(RoleName="life", PolicyName="inline", PolicyDocument=json.dumps(POLICY))
        self.assertEqual(iam.get_role_policy(RoleName="life", PolicyName="inline")["PolicyDocument"], POLICY)
        self.assertEqual(iam.list_role_policies(RoleName="life")["PolicyNames"], ["inline"])
        policy = iam.create_policy(PolicyName="managed", PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="life", PolicyArn=policy)
        attached = iam.list_attached_role_policies(RoleName="life")["AttachedPolicies"]
        self.assertEqual(attached, [{"PolicyName": "managed", "PolicyArn": policy}])
        version = iam.get_policy_version(PolicyArn=policy, VersionId="v1")["PolicyVersion"]
        self.assertEqual((version["Document"], version["IsDefaultVersion"]), (POLICY, True))

        iam.tag_role(RoleName="life", Tags=[{"Key": "stage", "Value": "test"}])
        iam.untag_role(RoleName="life", TagKeys=["team"])
        self.assertEqual(iam.list_role_tags(RoleName="life")["Tags"], [{"Key": "stage", "Value": "test"}])

        self.refused("DeleteConflict", 409, iam.delete_role, RoleName="life")
        iam.detach_role_policy(RoleName="life", PolicyArn=policy)
        iam.delete_role_policy(RoleName="life", PolicyName="inline")
        iam.delete_policy(PolicyArn=policy)
        iam.delete_role(RoleName="life")
        self.refused("NoSuchEntity", 404, iam.get_role, RoleName="life")

    def test_pages(self):
        names = [f"page-{number}" for number in range(5)]
        for name in names:
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        pages = list(self.iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
        self.assertGreater(len(pages), 2)
        found = [role["RoleName"] for page in pages for role in page["Roles"]]
        self.assertEqual([name for name in found if name in names], names)

    def test_refusals(self):
        self.refused(
            "MalformedPolicyDocument", 400, self.iam.create_role, RoleName="bad", AssumeRolePolicyDocument="{}"
        )
        self.refused("NoSuchEntity", 404, self.iam.delete_role, RoleName="nobody")


if __name__ == "__main__":
    unittest.main()
