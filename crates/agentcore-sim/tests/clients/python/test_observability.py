"""CloudWatch Logs and X-Ray, as far as agents are observed by them."""

import json
import unittest

from support import ACCOUNT, REGION, Case, IMAGE, ROLE


class Logs(Case):
    def setUp(self):
        super().setUp()
        self.logs = self.client("logs")

    def test_groups(self):
        logs = self.logs
        logs.create_log_group(logGroupName="/agents/life", tags={"team": "a"})
        self.refused("ResourceAlreadyExistsException", 400, logs.create_log_group, logGroupName="/agents/life")
        logs.put_retention_policy(logGroupName="/agents/life", retentionInDays=7)
        (group,) = logs.describe_log_groups(logGroupNamePrefix="/agents/life")["logGroups"]
        self.assertEqual(group["retentionInDays"], 7)
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agents/life"
        self.assertEqual(logs.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "a"})
        logs.delete_log_group(logGroupName="/agents/life")
        self.refused("ResourceNotFoundException", 400, logs.delete_log_group, logGroupName="/agents/life")

    def test_deliveries(self):
        logs = self.logs
        runtime = self.control.create_agent_runtime(
            agentRuntimeName="observed",
            roleArn=ROLE,
            agentRuntimeArtifact={"containerConfiguration": {"containerUri": IMAGE}},
            networkConfiguration={"networkMode": "PUBLIC"},
        )["agentRuntimeArn"]
        logs.create_log_group(logGroupName="/agents/observed")
        source = logs.put_delivery_source(name="observed", resourceArn=runtime, logType="APPLICATION_LOGS")
        self.assertEqual(source["deliverySource"]["service"], "bedrock-agentcore")
        destination = logs.put_delivery_destination(
            name="observed",
            deliveryDestinationConfiguration={
                "destinationResourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agents/observed"
            },
        )["deliveryDestination"]["arn"]
        delivery = logs.create_delivery(deliverySourceName="observed", deliveryDestinationArn=destination)["delivery"]
        self.refused(
            "ConflictException",
            400,
            logs.create_delivery,
            deliverySourceName="observed",
            deliveryDestinationArn=destination,
        )
        self.assertEqual(logs.get_delivery(id=delivery["id"])["delivery"]["deliverySourceName"], "observed")
        self.refused("ConflictException", 400, logs.delete_delivery_source, name="observed")
        logs.delete_delivery(id=delivery["id"])
        logs.delete_delivery_source(name="observed")
        logs.delete_delivery_destination(name="observed")


class Traces(Case):
    def test_destination(self):
        logs, xray = self.client("logs"), self.client("xray")
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "xray.amazonaws.com"},
                    "Action": "logs:PutLogEvents",
                    "Resource": [
                        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws/spans:*",
                        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/application-signals/data:*",
                    ],
                    "Condition": {
                        "ArnLike": {"aws:SourceArn": f"arn:aws:xray:{REGION}:{ACCOUNT}:*"},
                        "StringEquals": {"aws:SourceAccount": ACCOUNT},
                    },
                }
            ],
        }
        self.assertEqual(xray.get_trace_segment_destination()["Destination"], "XRay")
        logs.put_resource_policy(policyName="traces", policyDocument=json.dumps(policy))
        xray.update_trace_segment_destination(Destination="CloudWatchLogs")
        self.until(lambda found: found["Status"] == "ACTIVE", xray.get_trace_segment_destination)
        xray.update_indexing_rule(Name="Default", Rule={"Probabilistic": {"DesiredSamplingPercentage": 10}})
        (rule,) = xray.get_indexing_rules()["IndexingRules"]
        self.assertEqual(rule["Rule"]["Probabilistic"]["DesiredSamplingPercentage"], 10)


if __name__ == "__main__":
    unittest.main()
