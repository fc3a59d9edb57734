"""What all tests with boto3 share: clients of the simulator, and waiting."""

import time
import unittest

import boto3
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/agent"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/agent:1"


class Case(unittest.TestCase):
    """A test with clients. The environment names the endpoint, the region and the keys."""

    maxDiff = None

    def client(self, service, **options):
        """A client of a service. Its parameter validation is on, as it is by default."""
        return boto3.client(service, **options)

    def setUp(self):
        self.control = self.client("bedrock-agentcore-control")
        self.data = self.client("bedrock-agentcore")

    def refused(self, code, status, call, **parameters):
        """Calls, and checks that the answer is this error. Returns the error's document."""
        with self.assertRaises(ClientError) as raised:
            call(**parameters)
        answer = raised.exception.response
        self.assertEqual((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status), answer)
        self.assertTrue(answer["Error"]["Message"])
        return answer

    def status(self, answer, status):
        """The answer, if it has the HTTP status that it must have."""
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], status)
        return answer

    def until(self, what, read, seconds=20):
        """Reads until the answer is what is wanted, and returns it."""
        end = time.monotonic() + seconds
        while True:
            answer = read()
            if what(answer):
                return answer
            self.assertLess(time.monotonic(), end, answer)
            time.sleep(0.02)

    def gone(self, call, **parameters):
        """Reads until there is nothing to read."""

        def read():
            try:
                return call(**parameters)
            except self.control.exceptions.ResourceNotFoundException:
                return None

        self.until(lambda answer: answer is None, read)

    def all(self, client, operation, member, **parameters):
        """All items of a list, page by page, two a page."""
        paginator = client.get_paginator(operation)
        pages = list(paginator.paginate(PaginationConfig={"PageSize": 2}, **parameters))
        for page in pages[:-1]:
            self.assertTrue(page.get("nextToken"))
        self.assertNotIn("nextToken", pages[-1])
        return [item for page in pages for item in page[member]]
