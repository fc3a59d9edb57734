"""Code interpreters."""

import unittest

from support import ROLE, Case


class CodeInterpreters(Case):
    def test_life(self):
        control = self.control
        created = control.create_code_interpreter(
            name="life",
            description="first",
            executionRoleArn=ROLE,
            networkConfiguration={"networkMode": "SANDBOX"},
            tags={"team": "a"},
        )
        self.status(created, 202)
        identifier = created["codeInterpreterId"]
        found = self.until(
            lambda found: found["status"] == "READY",
            lambda: control.get_code_interpreter(codeInterpreterId=identifier),
        )
        self.assertEqual(found["networkConfiguration"], {"networkMode": "SANDBOX"})
        self.assertEqual(control.list_tags_for_resource(resourceArn=found["codeInterpreterArn"])["tags"], {"team": "a"})
        self.refused(
            "ConflictException",
            409,
            control.create_code_interpreter,
            name="life",
            networkConfiguration={"networkMode": "PUBLIC"},
        )
        self.status(control.delete_code_interpreter(codeInterpreterId=identifier), 202)
        self.gone(control.get_code_interpreter, codeInterpreterId=identifier)

    def test_pages(self):
        for number in range(5):
            self.control.create_code_interpreter(
                name=f"page_{number}", networkConfiguration={"networkMode": "PUBLIC"}
            )
        own = self.all(self.control, "list_code_interpreters", "codeInterpreterSummaries", type="CUSTOM")
        self.assertEqual(sorted(item["name"] for item in own if item["name"].startswith("page_")), [f"page_{n}" for n in range(5)])
        system = self.all(self.control, "list_code_interpreters", "codeInterpreterSummaries", type="SYSTEM")
        self.assertEqual([item["codeInterpreterId"] for item in system], ["aws.codeinterpreter.v1"])
        self.refused(
            "AccessDeniedException",
            403,
            self.control.delete_code_interpreter,
            codeInterpreterId="aws.codeinterpreter.v1",
        )


if __name__ == "__main__":
    unittest.main()
