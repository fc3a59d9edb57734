"""The data plane: agents that are called, and what memories hold."""

import json
import unittest
from datetime import datetime, timezone
from uuid import uuid4

from support import IMAGE, ROLE, Case


class Invocations(Case):
    def test_session(self):
        created = self.control.create_agent_runtime(
            agentRuntimeName="invoked",
            roleArn=ROLE,
            agentRuntimeArtifact={"containerConfiguration": {"containerUri": IMAGE}},
            networkConfiguration={"networkMode": "PUBLIC"},
        )
        arn = created["agentRuntimeArn"]
        self.until(
            lambda found: found["status"] == "READY" and found.get("liveVersion") == "1",
            lambda: self.control.get_agent_runtime_endpoint(
                agentRuntimeId=created["agentRuntimeId"], endpointName="DEFAULT"
            ),
        )
        session = str(uuid4())
        answers = []
        for _ in range(2):
            answer = self.data.invoke_agent_runtime(
                agentRuntimeArn=arn,
                runtimeSessionId=session,
                payload=json.dumps({"prompt": "Hello?"}).encode(),
                contentType="application/json",
                accept="application/json",
            )
            self.assertEqual(answer["runtimeSessionId"], session)
            self.assertEqual(answer["statusCode"], 200)
            answers.append(answer["response"].read().decode())
        self.assertIn("Hello?", answers[0])
        self.assertIn("simulated", answers[0].lower())
        self.assertNotEqual(answers[0], answers[1])
        self.assertEqual(
            self.data.stop_runtime_session(agentRuntimeArn=arn, runtimeSessionId=session)["runtimeSessionId"], session
        )
        self.refused(
            "ResourceNotFoundException",
            404,
            self.data.invoke_agent_runtime,
            agentRuntimeArn=arn,
            qualifier="nowhere",
            payload=b"{}",
        )


class Events(Case):
    def test_life(self):
        data = self.data
        memory = self.control.create_memory(name="events", eventExpiryDuration=7)["memory"]["id"]
        self.control.get_waiter("memory_created").wait(memoryId=memory)
        place = {"memoryId": memory, "actorId": "ada", "sessionId": "first"}
        events = []
        for number in range(5):
            event = data.create_event(
                eventTimestamp=datetime.now(timezone.utc),
                payload=[{"conversational": {"content": {"text": f"number {number}"}, "role": "USER"}}],
                **place,
            )["event"]
            self.assertIsInstance(event["eventTimestamp"], datetime)
            events.append(event["eventId"])
        found = data.get_event(eventId=events[0], **place)["event"]
        self.assertEqual(found["payload"][0]["conversational"]["content"]["text"], "number 0")
        listed = self.all(data, "list_events", "events", **place)
        self.assertEqual(sorted(event["eventId"] for event in listed), sorted(events))
        sessions = self.all(data, "list_sessions", "sessionSummaries", memoryId=memory, actorId="ada")
        self.assertEqual([session["sessionId"] for session in sessions], ["first"])
        actors = self.all(data, "list_actors", "actorSummaries", memoryId=memory)
        self.assertEqual([actor["actorId"] for actor in actors], ["ada"])
        data.delete_event(eventId=events[0], **place)
        self.refused("ResourceNotFoundException", 404, data.get_event, eventId=events[0], **place)


if __name__ == "__main__":
    unittest.main()
