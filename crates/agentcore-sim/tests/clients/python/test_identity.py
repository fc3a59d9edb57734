"""Workload identities."""

import unittest
from datetime import datetime

from support import Case

URL = "https://example.com/callback"


class WorkloadIdentities(Case):
    def test_life(self):
        control = self.control
        created = control.create_workload_identity(name="life", allowedResourceOauth2ReturnUrls=[URL])
        self.status(created, 201)
        found = control.get_workload_identity(name="life")
        self.assertEqual(found["allowedResourceOauth2ReturnUrls"], [URL])
        self.assertIsInstance(found["createdTime"], datetime)
        updated = control.update_workload_identity(name="life", allowedResourceOauth2ReturnUrls=[URL, URL + "/2"])
        self.assertEqual(len(updated["allowedResourceOauth2ReturnUrls"]), 2)
        self.refused("ConflictException", 409, control.create_workload_identity, name="life")
        self.status(control.delete_workload_identity(name="life"), 204)
        self.refused("ResourceNotFoundException", 404, control.get_workload_identity, name="life")

    def test_pages(self):
        names = [f"page-{number}" for number in range(5)]
        for name in names:
            self.control.create_workload_identity(name=name)
        found = self.all(self.control, "list_workload_identities", "workloadIdentities")
        self.assertEqual(sorted(item["name"] for item in found if item["name"] in names), names)
        self.refused("ValidationException", 400, self.control.list_workload_identities, maxResults=21)


if __name__ == "__main__":
    unittest.main()
