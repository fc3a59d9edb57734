"""Memories and their strategies."""

import unittest
from datetime import datetime
from uuid import uuid4

from botocore.exceptions import ParamValidationError

from support import ROLE, Case

SEMANTIC = {"semanticMemoryStrategy": {"name": "facts", "namespaces": ["facts/{actorId}"]}}
SUMMARY = {"summaryMemoryStrategy": {"name": "summaries", "namespaces": ["summaries/{actorId}/{sessionId}"]}}


class Memories(Case):
    def active(self, memory):
        self.control.get_waiter("memory_created").wait(memoryId=memory, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        return self.control.get_memory(memoryId=memory)["memory"]

    def test_life(self):
        control = self.control
        created = control.create_memory(
            name="life",
            description="first",
            eventExpiryDuration=30,
            memoryExecutionRoleArn=ROLE,
            memoryStrategies=[SEMANTIC],
            tags={"team": "a"},
        )
        self.status(created, 202)
        memory = created["memory"]["id"]
        self.assertIsInstance(created["memory"]["createdAt"], datetime)
        found = self.active(memory)
        self.assertEqual((found["name"], found["description"], found["eventExpiryDuration"]), ("life", "first", 30))
        (facts,) = found["strategies"]
        self.assertEqual((facts["name"], facts["type"]), ("facts", "SEMANTIC"))

        updated = control.update_memory(
            memoryId=memory,
            eventExpiryDuration=60,
            memoryStrategies={
                "addMemoryStrategies": [SUMMARY],
                "modifyMemoryStrategies": [{"memoryStrategyId": facts["strategyId"], "description": "what is known"}],
            },
        )
        self.status(updated, 202)
        found = self.until(
            lambda found: found["status"] == "ACTIVE" and len(found["strategies"]) == 2,
            lambda: control.get_memory(memoryId=memory)["memory"],
        )
        self.assertEqual(found["eventExpiryDuration"], 60)
        by_name = {strategy["name"]: strategy for strategy in found["strategies"]}
        self.assertEqual(by_name["facts"]["description"], "what is known")
        self.until(
            lambda found: all(strategy["status"] == "ACTIVE" for strategy in found["strategies"]),
            lambda: control.get_memory(memoryId=memory)["memory"],
        )
        control.update_memory(
            memoryId=memory,
            memoryStrategies={"deleteMemoryStrategies": [{"memoryStrategyId": by_name["summaries"]["strategyId"]}]},
        )
        self.until(
            lambda found: [strategy["name"] for strategy in found["strategies"]] == ["facts"],
            lambda: control.get_memory(memoryId=memory)["memory"],
        )
        self.until(lambda found: found["status"] == "ACTIVE", lambda: control.get_memory(memoryId=memory)["memory"])
        self.status(control.delete_memory(memoryId=memory), 202)
        self.gone(control.get_memory, memoryId=memory)

    def test_pages(self):
        made = [self.control.create_memory(name=f"page_{n}", eventExpiryDuration=7)["memory"]["id"] for n in range(5)]
        found = [item["id"] for item in self.all(self.control, "list_memories", "memories")]
        self.assertEqual(sorted(set(made) & set(found)), sorted(made))

    def test_token(self):
        token = str(uuid4())
        first = self.control.create_memory(name="token", eventExpiryDuration=7, clientToken=token)
        again = self.control.create_memory(name="token", eventExpiryDuration=7, clientToken=token)
        self.assertEqual(first["memory"]["id"], again["memory"]["id"])

    def test_refusals(self):
        control = self.control
        with self.assertRaises(ParamValidationError):
            control.create_memory(name="short")
        self.refused("ValidationException", 400, control.create_memory, name="long", eventExpiryDuration=3651)
        twice = {"name": "twice", "eventExpiryDuration": 7, "memoryStrategies": [SEMANTIC, SEMANTIC]}
        self.refused("ValidationException", 400, control.create_memory, **twice)
        control.create_memory(name="taken", eventExpiryDuration=7)
        self.refused("ConflictException", 409, control.create_memory, name="taken", eventExpiryDuration=7)
        self.refused("ResourceNotFoundException", 404, control.get_memory, memoryId="none-0123456789")


if __name__ == "__main__":
    unittest.main()
